// Joins the machine, which is WebAssembly and touches nothing, to the page: tells it what happens, does what it wants
// done, and puts into the closed root what it says is to be seen.
import { patch } from "./dom.js";
import { Files } from "./files.js";
import { Line, gecko } from "./line.js";
// In a release it is part of this file: after a fall, another copy of both is loaded.
import load, { Chat } from "../widget.js";

/** So near to its end, the thread follows what is new, pixels. */
const NEAR = 60;
/** So long after a page has come back out of the back/forward cache the one before has left, milliseconds. */
const BACK = 300;
/** A screen that the window fills, as in the style. */
const SMALL = matchMedia("(max-width: 600px), (max-height: 480px)");
/** How dates are written: as the visitor is used to it in the language that is spoken, else as the page's language does,
    where that is the one that is spoken and a language at all. */
const written = (lang, spoken) => {
  const speaks = (tag) => tag.split("-")[0] === spoken;
  try {
    const [tag] = Intl.getCanonicalLocales(navigator.languages.find(speaks) ?? lang);
    return speaks(tag) ? tag : spoken;
  } catch {
    return spoken;
  }
};
/** Where the visitor goes on: the first of these that is there. */
const NEXT = ["[role=alertdialog] button", "[aria-invalid]", ".composer textarea", ".ending", ".start :is(input, textarea)", ".ways :is(a, button)"];

/** Longer drafts stay where they were written: a cookie holds no more, characters as they stand in it. */
const LONGEST = 3_000;

/** All that is kept. Of somebody else, on another subdomain since then: nothing of who was here before stays. */
const all = (kept) => {
  const found = {}, secret = kept.isShared("secret") && kept.cookie("secret"), own = kept.own("secret");
  for (const key of kept.keys()) {
    if (secret && own && own !== secret && key !== "visit" && !kept.isShared(key)) kept.set(key, null);
    else found[key] = kept.get(key);
  }
  if (secret) for (const key of kept.SHARED) found[key] = kept.cookie(key) ?? undefined;
  return found;
};

class Widget {
  constructor(place, style) {
    Object.assign(this, place);
    this.url = `${this.server}/v1/widget/${encodeURIComponent(this.site)}`;
    this.queue = [];
    this.files = new Files({ server: this.server, site: this.site, name: () => this.hex(16), tell: (kind, payload) => this.tell(kind, payload) });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    this.root.adoptedStyleSheets = [...this.root.adoptedStyleSheets, sheet];
    this.sheet = sheet;
    this.listen();
    this.arrive();
  }

  /** The page with its query: what of that may be told, the machine knows. */
  here() {
    const page = this.page();
    page.url += location.search;
    return page;
  }

  /** The page is here, for the first time or again. */
  arrive() {
    // A page that was kept for the way back knows nothing of the ones in between.
    const back = this.left;
    if (back) this.kept.arrives();
    const { lang, words } = this;
    const begin = {
      kept: all(this.kept), lang, words, phone: SMALL.matches,
      online: navigator.onLine, visible: !document.hidden, secret: this.hex(32), page: this.here(),
    };
    this.left = false;
    this.sight = 0;
    this.machine?.free();
    this.machine = Chat.begin(JSON.stringify(begin), Date.now());
    this.line = new Line(this, (kind, payload) => this.later(() => {
      if (kind === "follows") this.files.stop();
      this.tell(kind, payload, true);
    }));
    // Who has scrolled since the page is back stays where they are.
    const moved = back && this.stood !== undefined && this.stood !== this.scroller?.scrollTop;
    const anchor = (this.anchor = moved ? this.anchorNow() : JSON.parse(this.kept.get("~anchor")));
    this.stood = undefined;
    this.take(this.machine.first(Date.now()));
    // It still stands where it was left, and the conversation went on elsewhere.
    if (back && !anchor) this.toEnd();
    if (moved) this.stands();
  }

  /** Where the thread stands, for the page that follows: it may begin before this one is told that it is left. */
  stands() {
    this.kept.set("~anchor", JSON.stringify(this.anchorNow()));
    this.hands();
  }

  /** How the page is left, for the next one on another subdomain. */
  hands() {
    const { kept } = this, at = Date.now();
    kept.set("~at", String(at));
    const carried = (key) => {
      const value = kept.get(key);
      return encodeURIComponent(JSON.stringify(value)).length > LONGEST ? 0 : value;
    };
    if (kept.domain) kept.share("tab", JSON.stringify([at, ...kept.HANDED.map(carried)]));
  }

  leave() {
    if (this.left || this.over) return;
    this.kept.set("~anchor", JSON.stringify(this.anchorNow()));
    this.tell("leave");
    this.hands();
    this.left = true;
    clearTimeout(this.timer);
    this.line.leave();
    this.files.stop();
  }

  later(run) {
    queueMicrotask(() => this.left || this.over || run());
  }

  /** Tells the machine; one thing after the other, for it cannot be asked from inside itself. */
  tell(kind, payload, raw = false) {
    // Whoever does something is here, and what they do is not passed over.
    if (this.left && kind === "act") this.arrive();
    if (this.over || this.left) return;
    this.queue.push([kind, raw ? payload ?? "" : payload === undefined ? "" : JSON.stringify(payload)]);
    if (this.busy) return;
    this.busy = true;
    try {
      for (let next; (next = this.queue.shift());) {
        this.heard = next[1];
        this.take(this.machine.handle(...next, Date.now(), this.hex(32)));
      }
    } catch (error) {
      return this.fall(error);
    }
    this.busy = false;
  }

  fall(error) {
    this.over = true;
    this.line.leave();
    this.files.stop();
    clearTimeout(this.timer);
    this.life.abort();
    this.root.adoptedStyleSheets = this.root.adoptedStyleSheets.filter((it) => it !== this.sheet);
    patch(this.root, [], "", this.button.nextSibling);
    this.fell(error);
  }

  take(answer) {
    if (!answer) return;
    const end = answer.indexOf("\n"), view = end < 0 ? null : answer.slice(end + 1);
    const had = this.root.activeElement;
    this.focus = false;
    for (const out of JSON.parse(end < 0 ? answer : answer.slice(0, end))) this.perform(...out);
    if (view !== null) this.draw(JSON.parse(view));
    this.refocus(had);
  }

  /** The focus is where the visitor goes on, as they asked for it or because what had it is gone; never on the page. */
  refocus(had) {
    const { root } = this, window = root.querySelector(".window"), now = root.activeElement;
    if (!window) return void (this.seeks = false);
    if (this.focus || (had && !now)) this.seeks = true;
    // Meanwhile they went elsewhere.
    else if (now !== window) this.seeks = false;
    if (!this.seeks) return;
    const next = NEXT.map((it) => root.querySelector(it)).find((it) => it);
    // What they want may come later; until then the window has it.
    this.seeks = !next;
    (next ?? window).focus({ preventScroll: true });
  }

  perform(kind, value, ...more) {
    switch (kind) {
      case "save":
        // No other tab will see what was said here: this one says it.
        if (!this.kept.set(value, more[0]) && value.startsWith("out:") && !this.line.leads) this.line.steal();
        return undefined;
      case "config": return this.config();
      case "token": return this.token(value);
      case "connect": return this.line.connect();
      case "hangup": return this.line.hangup();
      case "say": return this.line.say(value);
      case "last": return void this.post("/say", more[0], value, true).catch(() => {});
      case "tell": return this.line?.tellOthers(value);
      case "relay": return this.line.tellOthers(`{"heard":${this.heard}}`);
      case "wake": return this.wake(value);
      case "steal": return this.line.steal();
      case "upload": return void this.files.upload(value, ...more);
      case "keep": return this.files.keep(value);
      case "sweep": return this.files.sweep(value);
      case "forget": return this.files.forget(value, ...more);
      case "compose": return this.compose(value);
      case "focus": this.focus = true; return undefined;
      case "show": return this.show(value);
      case "unread": return this.unread(value);
      case "bearer": this.files.bearer = value; return this.files.paint(this.root);
      default: return undefined;
    }
  }

  wake(at) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell("due"), Math.max(0, at - Date.now()) + 1);
  }

  post(path, body, token, keepalive = false) {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = "Bearer " + token;
    return fetch(this.url + path, { method: "POST", keepalive, credentials: "omit", referrerPolicy: "no-referrer", headers, body });
  }

  async config() {
    try {
      const answer = await fetch(`${this.url}?lang=${encodeURIComponent(this.lang)}`, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!answer.ok) throw new Error(`the settings' answer is ${answer.status}`);
      const config = await answer.json();
      if (config.colour) {
        this.kept.set("colour", config.colour);
        this.paint(config.colour);
      }
      this.kept.set("~presence", config.presence ? "1" : "");
      this.tell("config", config);
    } catch {
      this.tell("config_failed");
    }
  }

  async token(request) {
    const asked = JSON.parse(request);
    let status = 0;
    try {
      const answer = await this.post("/token", request);
      if (answer.ok) return this.tell("token", [asked, await answer.json()]);
      ({ status } = answer);
    } catch {
      // No network: told below.
    }
    return this.tell("token_failed", [asked, status]);
  }

  show(open) {
    this.button.setAttribute("aria-expanded", String(open));
    if (!open && this.root.activeElement && this.root.activeElement !== this.button) this.button.focus();
  }

  unread(count) {
    if (count) this.button.dataset.n = Math.min(count, 99);
    else delete this.button.dataset.n;
    this.label ??= this.button.getAttribute("aria-label");
    this.button.setAttribute("aria-label", count ? `${this.label} (${this.machine.unread(count)})` : this.label);
  }

  get composer() {
    return this.root.querySelector("[data-compose]");
  }

  compose(text) {
    const field = this.composer;
    if (!field) return;
    field.value = text;
    this.fit(field);
  }

  fit(field) {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  /** Beside a keyboard on the screen, the window has what is left of it. */
  fitScreen() {
    const window = this.root.querySelector(".window"), it = visualViewport;
    if (!window || !it) return;
    const keyboard = SMALL.matches && it.scale < 1.05 && innerHeight - it.height > 80;
    const set = (name, value) => window.style.setProperty(name, value ? value + "px" : "");
    set("--bar", document.querySelector("[data-tandem-bar]")?.dataset.tandemBar);
    set("--top", keyboard && it.offsetTop);
    set("--high", keyboard && it.height);
    if (this.follows()) this.toEnd();
    this.scrolled();
  }

  /** Whether the thread is new, stands at its end, or where its end was before there was more in it or less room. */
  follows() {
    const it = this.scroller;
    return it !== this.thread || this.atEnd() || it.scrollTop === this.end;
  }

  toEnd() {
    const it = this.scroller;
    if (it) it.scrollTop = it.scrollHeight;
  }

  atEnd(near = NEAR) {
    const it = this.scroller;
    return !it || it.scrollHeight - it.scrollTop - it.clientHeight < near;
  }

  get scroller() {
    return this.root.querySelector("[data-scroll]");
  }

  draw(view) {
    const follows = this.follows();
    patch(this.root, view, this.locale, this.button.isConnected ? this.button.nextSibling : this.root.firstChild);
    const thread = this.scroller, field = this.composer;
    if (field && field !== this.field) this.fit(field);
    this.field = field;
    this.fitScreen();
    this.files.paint(this.root);
    if (thread) this.settle(thread, follows);
  }

  /** Brings the thread to its anchor or, where it follows what is said, to its end. */
  settle(thread, follows) {
    const row = this.anchor && thread.querySelector(`[data-seq="${Number(this.anchor.seq)}"]`);
    const place = row ? row.offsetTop + this.anchor.off : follows && thread.scrollHeight;
    if (place !== false) {
      thread.scrollTop = place;
      this.placed = thread.scrollTop;
    }
    // What comes below it may still be on its way.
    if (row && place < thread.scrollTop + 1) this.anchor = null;
    this.scrolled();
  }

  scrolled() {
    const thread = this.scroller;
    if (thread !== this.thread) this.sight = 0;
    this.thread = thread;
    if (!thread) return;
    this.end = this.atEnd() ? thread.scrollTop : -1;
    // What is below, or behind a keyboard, nobody has read.
    const bottom = thread.scrollTop + thread.clientHeight, inSight = (it) => it.offsetTop + Math.min(it.offsetHeight, NEAR) <= bottom;
    const rows = [...thread.querySelectorAll("[data-seq]")];
    const sight = Number(this.atEnd(9) ? thread.dataset.last : rows.findLast(inSight)?.dataset.seq ?? 0);
    if (sight !== this.sight) this.later(() => this.tell("sight", this.sight));
    this.sight = sight;
    const latest = thread.querySelector("[data-act='\"latest\"']");
    if (latest) latest.hidden = this.atEnd(NEAR * 2);
  }

  /** The message at the top of the thread, and how much of it is above; nothing at the end. */
  anchorNow() {
    const thread = this.scroller;
    if (this.atEnd()) return null;
    for (const row of thread.querySelectorAll("[data-seq]")) {
      if (row.offsetTop + row.offsetHeight > thread.scrollTop) return { seq: Number(row.dataset.seq), off: thread.scrollTop - row.offsetTop };
    }
    return null;
  }

  listen() {
    this.life = new AbortController();
    const { signal } = this.life, { root } = this;
    const on = (target, kind, run, capture = false) => target.addEventListener(kind, (event) => {
      try {
        run(event);
      } catch (error) {
        this.warn(error);
      }
    }, { signal, capture });
    on(root, "click", (event) => this.click(event));
    on(root, "submit", (event) => this.submit(event));
    on(root, "input", (event) => this.input(event));
    on(root, "change", (event) => this.change(event));
    on(root, "keydown", (event) => this.key(event));
    on(root, "scroll", () => this.scrolled(), true);
    on(root, "scrollend", () => this.left || this.anchor || this.stands(), true);
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) on(root, kind, () => (this.anchor = null), true);
    on(root, "paste", (event) => this.pick(event.clipboardData?.files, event));
    on(root, "dragover", (event) => this.composer && event.preventDefault());
    on(root, "drop", (event) => this.composer && this.pick(event.dataTransfer?.files, event));
    // The page's own keys are for its own fields.
    for (const kind of ["keydown", "keyup", "keypress", "beforeinput", "input", "paste"]) on(root, kind, (event) => event.stopPropagation());
    on(window, "online", () => this.tell("online", true));
    on(window, "offline", () => this.tell("online", false));
    on(document, "visibilitychange", () => {
      this.tell("visible", !document.hidden);
      // A download may have had the screen when this page was to be back.
      if (!document.hidden) returns();
    });
    on(window, "storage", ({ key, newValue, storageArea }) => {
      const { prefix } = this.kept;
      if (storageArea === localStorage && key?.startsWith(prefix)) this.tell("stored", [key.slice(prefix.length), newValue]);
      // The page before was told that it is left when this one was here already.
      const thread = this.scroller;
      if (key === `${prefix}~anchor` && !this.left && thread && thread.scrollTop === this.placed) {
        this.anchor = JSON.parse(newValue);
        this.settle(thread, true);
      }
    });
    on(SMALL, "change", () => this.tell("phone", SMALL.matches));
    for (const kind of ["resize", "scroll"]) if (window.visualViewport) on(visualViewport, kind, () => this.fitScreen());
    on(window, "tandem-bar", () => this.fitScreen());
    on(window, "pagehide", () => this.leave(), true);
    // A page that is frozen could not answer the other tabs.
    on(document, "freeze", () => this.leave());
    // The page before may be told that it is left only after this one is told that it is back.
    const returns = () => {
      if (this.left) this.stood ??= this.scroller?.scrollTop;
      setTimeout(() => this.left && !this.over && this.arrive(), BACK);
    };
    on(document, "resume", returns);
    on(window, "pageshow", ({ persisted }) => persisted && returns());
    if (gecko) on(window, "beforeunload", () => {
      this.leave();
      // A download, or a page that asks to stay: back soon.
      setTimeout(() => this.left && document.visibilityState === "visible" && this.arrive(), 3000);
    });
  }

  click(event) {
    const button = event.target.closest?.("[data-act],[data-send],[data-get]");
    if (!button) return;
    const { act, get, name } = button.dataset;
    if (get) return void this.files.save(get, name).catch(() => this.tell("failed"));
    if (act === '"latest"') {
      this.toEnd();
      // The button goes.
      this.scroller.focus({ preventScroll: true });
    } else if (act) {
      this.tell("act", act, true);
      if (act.startsWith('{"choose"')) this.toEnd();
    } else {
      this.send();
      this.composer?.focus();
    }
  }

  send() {
    const field = this.composer;
    if (!field) return;
    this.tell("act", { send: field.value });
    this.toEnd();
    // The page may be left in this very task.
    this.stands();
  }

  submit(event) {
    event.preventDefault();
    const kind = event.target.dataset.form, form = Object.fromEntries(new FormData(event.target));
    if (kind === "rate") return this.tell("act", { rate: [Number(form.stars), form.text] });
    const { seen, ...visit } = JSON.parse(this.kept.get("visit")) ?? {};
    return this.tell("act", { [kind]: { form, visit } });
  }

  input({ target }) {
    if (target.ariaInvalid) this.tell("act", { mend: target.name });
    if (target !== this.composer) return;
    this.fit(target);
    this.tell("act", { draft: target.value });
  }

  change({ target }) {
    if (target.type !== "file") return;
    this.pick(target.files);
    target.value = "";
  }

  pick(list, event) {
    if (!list?.length || !this.composer) return;
    event?.preventDefault();
    this.tell("act", { pick: this.files.take(list) });
  }

  key(event) {
    const trap = this.root.querySelector(".veil");
    // Safari ends a composition before it tells of the key that ended it.
    const composes = event.isComposing || event.keyCode === 229;
    if (event.key === "Escape" && !composes) {
      event.preventDefault();
      return this.tell("act", trap ? { confirm: false } : "fold");
    }
    // What is behind a question, or a window that fills the screen, cannot be seen.
    if (event.key === "Tab" && (trap || SMALL.matches)) return this.cycle(trap ?? this.root.querySelector(".window"), event);
    if (event.target === this.composer && event.key === "Enter" && !event.shiftKey && !composes) {
      event.preventDefault();
      this.send();
    }
    return undefined;
  }

  cycle(trap, event) {
    const all = trap && [...trap.querySelectorAll("a, button, input, textarea, [tabindex='0']")].filter((it) => it.checkVisibility?.() ?? true);
    if (!all?.length) return;
    const end = event.shiftKey ? all[0] : all.at(-1), { activeElement } = this.root;
    if (activeElement !== end && all.includes(activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0]).focus();
  }

  toggle() {
    this.tell("act", this.button.getAttribute("aria-expanded") === "true" ? "fold" : "open");
  }
}

export const start = async (place) => {
  const get = async (name) => {
    const answer = await fetch(`${place.server}/v1/visitor/${name}`, { referrerPolicy: "no-referrer" });
    if (!answer.ok) throw new Error(`${name} is answered by ${answer.status}`);
    return answer;
  };
  const lang = place.lang(), spoken = /^fr\b/i.test(lang) ? "fr" : "en";
  const [module_or_path, style, words] = await Promise.all([
    get("widget_bg.wasm"), get("chat/window.css").then((it) => it.text()), get(`chat/words.${spoken}.json`).then((it) => it.json()),
  ]);
  await load({ module_or_path });
  const widget = new Widget({ ...place, lang, words, locale: written(lang, spoken) }, style);
  const act = (what) => widget.tell("act", what);
  return {
    toggle: () => widget.toggle(),
    open: () => act("open"),
    close: () => act("fold"),
    page: () => act({ page: widget.here() }),
    identify: (jwt) => act({ identify: String(jwt) }),
    setCustomData: (data) => act({ custom: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)])) }),
    logout: (secret) => act({ logout: secret }),
  };
};
