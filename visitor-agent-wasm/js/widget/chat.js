// Joins the machine, which is WebAssembly and touches nothing, to the page: tells it what happens, does what it wants
// done, and puts into the closed root what it says is to be seen.
import { patch } from "./dom.js";
import { Files } from "./files.js";
import { Line, gecko } from "./line.js";

const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((it) => it.toString(16).padStart(2, "0")).join("");
/** So near to its end, the thread follows what is new, pixels. */
const NEAR = 60;

class Widget {
  constructor(place, wasm, style) {
    Object.assign(this, place, { wasm });
    this.url = `${this.server}/v1/widget/${encodeURIComponent(this.site)}`;
    this.queue = [];
    this.files = new Files({ server: this.server, tell: (kind, payload) => this.tell(kind, payload) });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    this.root.adoptedStyleSheets = [...this.root.adoptedStyleSheets, sheet];
    this.sheet = sheet;
    this.listen();
    this.arrive();
  }

  /** The page is here, for the first time or again. */
  arrive() {
    const begin = {
      kept: this.kept.all(), lang: this.lang(), phone: matchMedia("(max-width: 600px)").matches,
      online: navigator.onLine, visible: !document.hidden, secret: hex(32), page: this.page(),
    };
    this.left = false;
    this.machine?.free();
    this.machine = this.wasm.Chat.begin(JSON.stringify(begin), Date.now());
    this.line = new Line(this, (kind, payload) => this.later(() => this.tell(kind, payload, true)));
    this.anchor = JSON.parse(this.kept.get("~anchor"));
    this.take(this.machine.first(Date.now()));
  }

  leave() {
    if (this.left || this.over) return;
    this.kept.set("~anchor", JSON.stringify(this.anchorNow()));
    this.tell("leave");
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
    if (this.over || this.left) return;
    this.queue.push([kind, raw ? payload ?? "" : payload === undefined ? "" : JSON.stringify(payload)]);
    if (this.busy) return;
    this.busy = true;
    try {
      for (let next; (next = this.queue.shift());) {
        this.heard = next[1];
        this.take(this.machine.handle(...next, Date.now(), hex(32)));
      }
    } catch (error) {
      return this.fall(error);
    }
    this.busy = false;
  }

  fall(error) {
    this.over = true;
    this.line.leave();
    clearTimeout(this.timer);
    this.life.abort();
    this.root.adoptedStyleSheets = this.root.adoptedStyleSheets.filter((it) => it !== this.sheet);
    patch(this.root, [], "", this.button.nextSibling);
    this.fell(error);
  }

  take(answer) {
    if (!answer) return;
    const end = answer.indexOf("\n"), view = end < 0 ? null : answer.slice(end + 1);
    this.focus = null;
    for (const out of JSON.parse(end < 0 ? answer : answer.slice(0, end))) this.perform(...out);
    if (view !== null) this.draw(JSON.parse(view));
    if (this.focus) this.root.querySelector(this.focus)?.focus({ preventScroll: true });
  }

  perform(kind, value, ...more) {
    switch (kind) {
      case "save": return this.kept.set(value, more[0]);
      case "config": return this.config();
      case "token": return this.token(value);
      case "connect": return this.line.connect();
      case "hangup": return this.line.hangup();
      case "say": return this.line.say(value);
      case "last": return void this.post("/say", more[0], value, true).catch(() => {});
      case "tell": return this.line?.tellOthers(value);
      case "relay": return this.line.tellOthers(`{"heard":${this.heard}}`);
      case "wake": return this.wake(value);
      case "upload": return this.files.upload(value, ...more);
      case "forget": return this.files.forget(value);
      case "compose": return this.compose(value);
      case "focus": this.focus = value; return undefined;
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
      const answer = await fetch(`${this.url}?lang=${encodeURIComponent(this.lang())}`, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!answer.ok) throw new Error(`the settings' answer is ${answer.status}`);
      const config = await answer.json();
      if (config.colour) {
        this.kept.set("colour", config.colour);
        this.paint(config.colour);
      }
      this.tell("config", config);
    } catch {
      this.tell("config_failed");
    }
  }

  async token(request) {
    let status = 0;
    try {
      const answer = await this.post("/token", request);
      if (answer.ok) return this.tell("token", await answer.json());
      ({ status } = answer);
    } catch {
      // No network: told below.
    }
    return this.tell("token_failed", status);
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

  get scroller() {
    return this.root.querySelector("[data-scroll]");
  }

  draw(view) {
    const before = this.scroller, follows = !before || before.scrollHeight - before.scrollTop - before.clientHeight < NEAR;
    patch(this.root, view, this.lang(), this.button.isConnected ? this.button.nextSibling : this.root.firstChild);
    const thread = this.scroller, field = this.composer;
    if (field && field !== this.field) this.fit(field);
    this.field = field;
    this.files.paint(this.root);
    if (!thread) return;
    const row = this.anchor && thread.querySelector(`[data-seq="${Number(this.anchor.seq)}"]`);
    if (row) thread.scrollTop = row.offsetTop + this.anchor.off;
    else if (follows) thread.scrollTop = thread.scrollHeight;
    if (row || !this.anchor) this.anchor = null;
    this.scrolled();
  }

  scrolled() {
    const thread = this.scroller;
    if (!thread) return;
    const latest = thread.querySelector("[data-act='\"latest\"']");
    if (latest) latest.hidden = thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR * 2;
  }

  /** The message at the top of the thread, and how much of it is above; nothing at the end. */
  anchorNow() {
    const thread = this.scroller;
    if (!thread || thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR) return null;
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
    on(root, "paste", (event) => this.pick(event.clipboardData?.files, event));
    on(root, "dragover", (event) => this.composer && event.preventDefault());
    on(root, "drop", (event) => this.composer && this.pick(event.dataTransfer?.files, event));
    // The page's own keys are for its own fields.
    for (const kind of ["keydown", "keyup", "keypress", "beforeinput", "input", "paste"]) on(root, kind, (event) => event.stopPropagation());
    on(window, "online", () => this.tell("online", true));
    on(window, "offline", () => this.tell("online", false));
    on(document, "visibilitychange", () => this.tell("visible", !document.hidden));
    on(window, "storage", ({ key, newValue, storageArea }) => {
      const { prefix } = this.kept;
      if (storageArea === localStorage && key?.startsWith(prefix)) this.tell("stored", [key.slice(prefix.length), newValue]);
    });
    on(window, "pagehide", () => this.leave(), true);
    on(window, "pageshow", ({ persisted }) => persisted && this.left && this.arrive());
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
      this.scroller.scrollTop = this.scroller.scrollHeight;
    } else if (act) {
      this.tell("act", act, true);
    } else {
      this.send();
      this.composer?.focus();
    }
  }

  send() {
    const field = this.composer;
    if (field) this.tell("act", { send: field.value });
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
    this.files.take(list).then((files) => this.tell("act", { pick: files }));
  }

  key(event) {
    const trap = this.root.querySelector(".veil");
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      return this.tell("act", trap ? { confirm: false } : "fold");
    }
    if (trap && event.key === "Tab") return this.cycle(trap, event);
    if (event.target === this.composer && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
    return undefined;
  }

  cycle(trap, event) {
    const all = [...trap.querySelectorAll("button")], at = all.indexOf(this.root.activeElement);
    event.preventDefault();
    all[(at + (event.shiftKey ? all.length - 1 : 1)) % all.length].focus();
  }

  toggle() {
    this.tell("act", this.button.getAttribute("aria-expanded") === "true" ? "fold" : "open");
  }
}

export const start = async (place) => {
  // After a fall another instance is wanted: the old one is dead.
  const get = (name) => fetch(`${place.server}/v1/visitor/${name}`, { referrerPolicy: "no-referrer" });
  const module = get("widget_bg.wasm"), style = get("chat/window.css").then((it) => it.text());
  const wasm = await import("../widget.js" + new URL(import.meta.url).search);
  await wasm.default({ module_or_path: module });
  const widget = new Widget(place, wasm, await style);
  const act = (what) => widget.tell("act", what);
  return {
    toggle: () => widget.toggle(),
    open: () => act("open"),
    close: () => act("fold"),
    page: (page) => act({ page }),
    identify: (jwt) => act({ identify: String(jwt) }),
    setCustomData: (data) => act({ custom: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)])) }),
    logout: () => act("logout"),
  };
};
