// The bubble and the visit: what each page has of the chat before somebody clicks. The chat itself is loaded on the
// first click, or at once while a conversation is open or the site wants to know of each page: that is asked once in a
// tab. Nothing is told from here.

const STYLE = `:host{all:initial!important;display:block!important;position:fixed!important;inset:auto 0 0 auto!important;width:0!important;height:0!important;z-index:2147483000!important;color-scheme:light dark!important}
.open{all:unset;position:fixed;right:max(20px,env(safe-area-inset-right));bottom:max(20px,env(safe-area-inset-bottom));width:56px;height:56px;border-radius:50%;background:var(--colour);color:var(--on);cursor:pointer;box-shadow:0 1px 4px #0003,0 6px 20px #0003;transition:scale 140ms ease-out}
.open:hover{scale:1.05}
.open:focus-visible{outline:2px solid #fff;box-shadow:0 0 0 4px #1659bd}
.open:before{content:"";position:absolute;inset:14px;background:currentColor;clip-path:path("M14 2a12 11 0 0 0-12 11c0 3.400 1.600 6.400 4.100 8.400L5 27l6-3.300c1 .2 2 .3 3 .3a12 11 0 0 0 0-22")}
.open[aria-expanded=true]:before{clip-path:path("M6.700 9.300 14 16.600l7.300-7.300 2.100 2.100L14 20.800l-9.400-9.400z")}
.open[aria-busy=true]:before{animation:wait 1s ease-in-out infinite alternate}
.sorry{all:initial;position:fixed;right:max(20px,env(safe-area-inset-right));bottom:calc(max(20px,env(safe-area-inset-bottom)) + 68px);box-sizing:border-box;width:280px;max-width:calc(100vw - 40px);padding:14px 16px;border-radius:12px;background:#b3261e;color:#fff;font:400 14px/1.45 system-ui,sans-serif;box-shadow:0 6px 20px #0004}
.sorry button{all:unset;display:block;margin-top:6px;padding:6px 0;font-weight:600;text-decoration:underline;cursor:pointer}
.sorry button:focus-visible{outline:2px solid #fff;outline-offset:2px}
@keyframes wait{to{opacity:.3}}
@media(prefers-reduced-motion:reduce){.open,.open:before{transition:none!important;animation:none!important}}
@media(forced-colors:active){.open{border:2px solid ButtonText}.open:before{forced-color-adjust:none;background:ButtonText}}
@media print{:host{display:none!important}}`;
const WORDS = {
  en: ["Open the chat", "The chat could not be loaded. Please check your connection.", "Try again"],
  fr: ["Ouvrir le chat", "Le chat n’a pas pu être chargé. Veuillez vérifier votre connexion.", "Réessayer"],
};
/** A visit ends after so long without a page, milliseconds. */
const PAUSE = 30 * 60_000;
const PAGES = 50;
/** A cookie outlives the visit by so long, seconds: a year. */
const YEAR = 31_536_000;
/** A page that follows another one comes after so long at most, milliseconds. */
const NEXT_PAGE = 10_000;
/** What subdomains share for good. */
const SHARED = ["secret", "named", "live"];
/** What goes on in the next page, on whichever subdomain it is. */
const HANDED = ["~open", "~anchor", "draft"];

/** What `run` gives; nothing where the browser has no room, no storage at all, or holds what it cannot read. */
const attempt = (run) => {
  try {
    return run();
  } catch {
    return undefined;
  }
};

/**
 * The site's own storage, under the site's key; keys that begin with `~` are the tab's. Where the site names a domain,
 * its subdomains share in cookies of that domain who the visitor is, whether a conversation goes on, and how the window
 * stood when a page was left.
 */
const storage = (site, domain) => {
  const prefix = `tandem.chat:${site}:`, memory = new Map();
  const place = (key) => (key[0] === "~" ? sessionStorage : localStorage);
  const isShared = (key) => domain && SHARED.includes(key);
  const kept = {
    prefix, domain, SHARED, HANDED,
    cookie: (key) => attempt(() => decodeURIComponent(document.cookie.split("; ").find((it) => it.startsWith(`tandem.${site}.${key}=`)).split("=")[1])) || null,
    share(key, value) {
      const secure = location.protocol === "https:" ? ";secure" : "";
      // A page may have none: each subdomain is for itself.
      attempt(() => (document.cookie = `tandem.${site}.${key}=${encodeURIComponent(value ?? "")};domain=${domain};path=/;samesite=lax;max-age=${value === null ? 0 : key === "tab" ? NEXT_PAGE / 1000 : YEAR}${secure}`));
    },
    isShared,
    /** What stands in this subdomain's own. */
    own: (key) => memory.get(key) ?? attempt(() => place(key).getItem(prefix + key)) ?? null,
    get: (key) => (isShared(key) && kept.cookie(key)) || kept.own(key),
    /** Gives whether it outlives the page. */
    set(key, value) {
      if (isShared(key)) kept.share(key, value);
      memory.delete(key);
      const stored = value !== null && attempt(() => (place(key).setItem(prefix + key, value), true));
      if (stored) return true;
      // It lives as long as the page. What stood there before does not count any more.
      if (value !== null) memory.set(key, value);
      attempt(() => place(key).removeItem(prefix + key));
      return value === null;
    },
    keys: () => ["localStorage", "sessionStorage"].flatMap((name) => attempt(() => Object.keys(window[name])) ?? [])
      .filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)).concat(...memory.keys()),
    /** Nothing of who was here stays, in no page either that follows at once; the browser has this secret from now on. */
    forget(secret) {
      for (const key of [...kept.keys(), ...SHARED]) if (!["secret", "visit", "colour"].includes(key)) kept.set(key, null);
      if (domain) kept.share("tab", null);
      kept.set("secret", secret);
    },
    /** The page begins: as another subdomain's was left a moment ago, if this tab's own was left before. */
    arrives() {
      const [at, ...handed] = (domain && attempt(() => JSON.parse(kept.cookie("tab")))) || [];
      if (!(kept.get("~at") < at && Date.now() - at < NEXT_PAGE)) return;
      HANDED.forEach((key, which) => handed[which] === 0 || kept.set(key, handed[which] ?? null));
    },
  };
  return kept;
};

const hex = (bytes) => crypto.getRandomValues(new Uint8Array(bytes)).reduce((text, it) => text + it.toString(16).padStart(2, "0"), "");

const page = () => {
  const masked = document.querySelector("title")?.closest("[data-tandem-mask],[data-tandem-block]");
  return { url: location.origin + location.pathname, title: masked ? "" : document.title.slice(0, 300), at: Date.now() };
};

/** Adds this page to the visit that goes on, or begins one. */
const visits = (kept) => {
  const now = page();
  let visit = attempt(() => JSON.parse(kept.get("visit")));
  if (!(now.at - visit?.seen <= PAUSE)) {
    const campaign = {};
    for (const [key, value] of new URLSearchParams(location.search)) if (/^utm_[a-z]+$/.test(key)) campaign[key] = value.slice(0, 200);
    visit = { id: hex(16), started: now.at, referrer: document.referrer.split(/[?#]/)[0], campaign, pages: [] };
  }
  if (visit.pages.at(-1)?.url !== now.url) visit.pages.push(now);
  visit.pages = visit.pages.slice(-PAGES);
  visit.seen = now.at;
  kept.set("visit", JSON.stringify(visit));
};

/** The relative luminance of a colour (WCAG 2.2). */
const luminance = (colour) => [1, 3, 5].reduce((sum, at, which) => {
  const part = parseInt(colour.slice(at, at + 2), 16) / 255;
  return sum + [0.2126, 0.7152, 0.0722][which] * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
}, 0);

/**
 * @param {{server: string, site: string, tag: HTMLScriptElement, prove: (text: string) => Promise<{key: string, signature: string}>, warn: (text: unknown) => void}} place
 */
export default ({ server, site, tag, prove, warn }) => {
  const { colour, chat: wanted, domain } = tag.dataset, kept = storage(site, domain);
  // Some pages write it as a system's locale: fr_FR.
  const lang = () => (document.documentElement.lang || navigator.language).replaceAll("_", "-");
  const host = document.createElement("div"), root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet(), button = document.createElement("button"), sorry = document.createElement("div");
  const tongue = /^fr\b/i.test(lang()) ? "fr" : "en", [label, trouble, again] = WORDS[tongue];
  const safely = (run) => async (...args) => {
    try {
      return await run(...args);
    } catch (error) {
      warn(error);
    }
  };
  // What the page's script tells of the visitor waits for the chat: nobody loads it for that alone.
  const told = new Map();
  let loading, loaded, falls = 0;

  const paint = (value) => {
    const known = /^#[0-9a-f]{6}$/i.test(value) ? value : "#1f6fe5";
    // Whichever of the two is read better on it: at least 4.5 to 1 on any colour.
    const [on, tint] = luminance(known) > 0.179 ? ["#000", "255 255 255"] : ["#fff", "0 0 0"];
    sheet.replaceSync(STYLE.replace("all:initial", `--colour:${known};--on:${on};--tint:${tint};all:initial`));
  };
  const chat = () => (loading ??= begin());
  const begin = async () => {
    sorry.remove();
    button.setAttribute("aria-busy", "true");
    try {
      const { start } = await import("./chat.js" + (falls ? `?${falls}` : ""));
      const started = loaded = await start({ server, site, root, host, button, kept, hex, lang, page, paint, prove, fell, warn });
      for (const [name, args] of told) started[name](...args);
      return started;
    } catch (error) {
      loading = null;
      falls++;
      // An alert is heard when something comes into it.
      sorry.replaceChildren();
      root.append(sorry);
      sorry.append(trouble, retry);
      throw error;
    } finally {
      button.removeAttribute("aria-busy");
    }
  };
  // After an error of ours everything begins anew, out of what is stored; not for ever.
  const fell = (error) => {
    warn(error);
    loading = loaded = null;
    if (++falls < 4) safely(chat)();
  };
  const arrives = safely(async () => {
    visits(kept);
    (await loading)?.page();
  });

  paint(colour ?? kept.get("colour") ?? "");
  root.adoptedStyleSheets = [sheet];
  sorry.className = "sorry";
  sorry.role = "alert";
  const retry = document.createElement("button");
  retry.textContent = again;
  retry.addEventListener("click", safely(async () => {
    button.focus();
    (await chat()).open();
  }));
  button.className = "open";
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", label);
  button.addEventListener("click", safely(async () => {
    // Whoever clicks while it loads wants it open, however often.
    const act = button.ariaBusy ? "open" : "toggle";
    (await chat())[act]();
  }));
  host.lang = tongue;
  if (wanted !== "off") root.append(button);
  document.documentElement.append(host);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", arrives, { once: true });
  else arrives();
  addEventListener("popstate", arrives);
  window.navigation?.addEventListener("navigatesuccess", arrives);
  kept.arrives();
  // Whether every page is to tell that it is there, even before a chat: asked once in a tab, later known by the chat.
  const isWanted = async () => {
    if (kept.get("~presence") === null) {
      const answer = await fetch(`${server}/v1/widget/${encodeURIComponent(site)}`, { credentials: "omit", referrerPolicy: "no-referrer" });
      kept.set("~presence", answer.ok && (await answer.json()).presence ? "1" : "");
    }
    return kept.get("~presence");
  };
  const goesOn = safely(async () => {
    if (loading) return;
    if (kept.get("live") || kept.get("~open")) await chat();
    // Nobody here has asked for it: nobody is told that it does not come.
    else if (await isWanted()) await chat().catch((error) => (sorry.remove(), warn(error)));
  });
  goesOn();
  addEventListener("online", goesOn);

  const call = (name) => safely(async (...args) => (await chat())[name](...args));
  const tell = (name) => safely(async (...args) => {
    told.set(name, args);
    if (loading) (await loading)[name](...args);
  });
  return {
    open: call("open"),
    close: safely(async () => (await loading)?.close()),
    identify: tell("identify"),
    setCustomData: tell("setCustomData"),
    logout: safely(() => {
      told.clear();
      if (!loaded && !kept.get("secret")) return;
      const secret = hex(32);
      try {
        // The other tabs hear of it before they can see the secret: one that leads might ask for it in the old name.
        if (loaded) return loaded.logout(secret);
        const others = new BroadcastChannel("tandem.chat:" + site);
        others.postMessage(JSON.stringify({ logout: secret }));
        others.close();
      } finally {
        // At once: the page may be left next. A chat that still loads begins with it.
        kept.forget(secret);
      }
    }),
  };
};
