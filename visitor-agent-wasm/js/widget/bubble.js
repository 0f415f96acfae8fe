// The bubble and the visit: what each page has of the chat before somebody clicks. The chat itself is loaded on the
// first click, or at once while a conversation is open. Nothing is sent from here.

const STYLE = `:host{all:initial!important;display:block!important;position:fixed!important;inset:auto 0 0 auto!important;width:0!important;height:0!important;z-index:2147483000!important;color-scheme:light dark!important}
.open{all:unset;position:fixed;right:max(20px,env(safe-area-inset-right));bottom:max(20px,env(safe-area-inset-bottom));width:56px;height:56px;border-radius:50%;background:var(--colour);color:#fff;cursor:pointer;box-shadow:0 1px 4px #0003,0 6px 20px #0003;transition:scale 140ms ease-out}
.open:hover{scale:1.05}
.open:focus-visible{outline:2px solid var(--colour);outline-offset:2px}
.open:before{content:"";position:absolute;inset:14px;background:currentColor;clip-path:path("M14 2a12 11 0 0 0-12 11c0 3.400 1.600 6.400 4.100 8.400L5 27l6-3.300c1 .2 2 .3 3 .3a12 11 0 0 0 0-22")}
.open[aria-expanded=true]:before{clip-path:path("M6.700 9.300 14 16.600l7.300-7.300 2.100 2.100L14 20.800l-9.400-9.400z")}
.open[data-n]:after{content:attr(data-n);position:absolute;top:-2px;right:-2px;box-sizing:border-box;min-width:20px;height:20px;padding:0 5px;border:2px solid #fff;border-radius:10px;background:#d92d20;font:600 11px/16px system-ui,sans-serif;text-align:center}
@media(max-width:600px){.open[aria-expanded=true]{display:none}}
@media(prefers-reduced-motion:reduce){.open{transition:none}}
@media(forced-colors:active){.open{border:2px solid ButtonText}.open:before{forced-color-adjust:none;background:ButtonText}}
@media print{:host{display:none!important}}`;
/** A visit ends after so long without a page, milliseconds. */
const PAUSE = 30 * 60_000;
const PAGES = 50;

/** The site's own storage, under the site's key; keys that begin with `~` are the tab's. */
const storage = (site) => {
  const prefix = `tandem.chat:${site}:`, memory = new Map();
  const place = (key) => (key[0] === "~" ? sessionStorage : localStorage);
  return {
    prefix,
    get(key) {
      try {
        return place(key).getItem(prefix + key);
      } catch {
        return memory.get(key) ?? null;
      }
    },
    set(key, value) {
      try {
        if (value === null) place(key).removeItem(prefix + key);
        else place(key).setItem(prefix + key, value);
      } catch {
        // No room, or no storage at all: as long as the page lives.
        if (value === null) memory.delete(key);
        else memory.set(key, value);
      }
    },
    all() {
      const found = Object.fromEntries(memory);
      for (const name of ["localStorage", "sessionStorage"]) {
        try {
          for (const [key, value] of Object.entries(window[name])) {
            if (key.startsWith(prefix)) found[key.slice(prefix.length)] = value;
          }
        } catch {
          // As above.
        }
      }
      return found;
    },
  };
};

/** Origin and path: what else stands in an address may be somebody's own. */
const bare = (url) => {
  try {
    const { origin, pathname } = new URL(url);
    return origin === "null" ? "" : origin + pathname;
  } catch {
    return "";
  }
};

const page = () => ({ url: location.origin + location.pathname, title: document.title.slice(0, 300), at: Date.now() });

/** Adds this page to the visit that goes on, or begins one. */
const visits = (kept) => {
  const now = page();
  let visit = JSON.parse(kept.get("visit"));
  if (!visit || now.at - visit.seen > PAUSE) {
    const campaign = {};
    for (const [key, value] of new URLSearchParams(location.search)) if (/^utm_[a-z]+$/.test(key)) campaign[key] = value.slice(0, 200);
    visit = { id: crypto.randomUUID().replaceAll("-", ""), started: now.at, referrer: bare(document.referrer), campaign, pages: [] };
  }
  if (visit.pages.at(-1)?.url !== now.url) visit.pages.push(now);
  visit.pages = visit.pages.slice(-PAGES);
  visit.seen = now.at;
  kept.set("visit", JSON.stringify(visit));
  return now;
};

/**
 * @param {{server: string, site: string, tag: HTMLScriptElement, prove: (text: string) => Promise<{key: string, signature: string}>, warn: (text: unknown) => void}} place
 */
export default ({ server, site, tag, prove, warn }) => {
  const kept = storage(site), { colour, chat: wanted } = tag.dataset;
  const lang = () => document.documentElement.lang || navigator.language;
  const host = document.createElement("div"), root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet(), button = document.createElement("button");
  const safely = (run) => async (...args) => {
    try {
      return await run(...args);
    } catch (error) {
      warn(error);
    }
  };
  let loading, falls = 0;

  const paint = (value) => {
    const known = /^#[0-9a-f]{6}$/i.test(value) ? value : "#1f6fe5";
    sheet.replaceSync(STYLE.replace("all:initial", `--colour:${known};all:initial`));
  };
  const chat = () => (loading ??= begin());
  const begin = async () => {
    try {
      const { start } = await import("./chat.js" + (falls ? `?${falls}` : ""));
      return await start({ server, site, root, host, button, kept, lang, page, paint, prove, fell, warn });
    } catch (error) {
      loading = null;
      falls++;
      throw error;
    }
  };
  // After an error of ours everything begins anew, out of what is stored; not for ever.
  const fell = (error) => {
    warn(error);
    loading = null;
    if (++falls < 4) safely(chat)();
  };
  const arrives = safely(async () => {
    const now = visits(kept);
    if (loading) (await loading).page(now);
  });

  paint(colour ?? kept.get("colour") ?? "");
  root.adoptedStyleSheets = [sheet];
  button.className = "open";
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", /^fr/i.test(lang()) ? "Ouvrir le chat" : "Open the chat");
  button.addEventListener("click", safely(async () => (await chat()).toggle()));
  host.lang = /^fr/i.test(lang()) ? "fr" : "en";
  if (wanted !== "off") root.append(button);
  document.documentElement.append(host);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", arrives, { once: true });
  else arrives();
  addEventListener("popstate", arrives);
  window.navigation?.addEventListener("navigatesuccess", arrives);
  if (kept.get("live") || kept.get("~open")) safely(chat)();

  const call = (name) => safely(async (...args) => (await chat())[name](...args));
  return {
    open: call("open"),
    close: call("close"),
    identify: call("identify"),
    setCustomData: call("setCustomData"),
    logout: call("logout"),
  };
};
