// The whole of what a page pays before somebody asks: one small socket per browser that tells origin and
// path, and this file. It reads nothing else of the page. Kept under 3 KB brotli.
(() => {
  const tag = document.currentScript;
  if (!tag || window.Tandem || window.top !== window) return;
  const site = tag.dataset.site, server = new URL(tag.src).origin;
  const warn = (text) => console.warn("Tandem: " + text);
  if (!site) return warn("the script tag has no data-site; copy it again from the desk");
  if (!crypto.subtle) return warn("this page is not served over https, so sharing is not possible here");

  const SHARE = "tandem.share", id = () => crypto.randomUUID().replaceAll("-", "");
  const kept = (() => { try { return JSON.parse(sessionStorage.getItem(SHARE)); } catch { return null; } })();
  const me = id();
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("tandem:" + site) : null;
  let key, share, socket, wait = 500, active = me, told = "", tab = me;

  // The page's key proves that a ticket is used by the browser it was given to. It cannot be exported.
  const keys = () => new Promise((done, fail) => {
    const open = indexedDB.open("tandem", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("key");
    open.onerror = () => fail(open.error);
    open.onsuccess = async () => {
      const store = (mode) => open.result.transaction("key", mode).objectStore("key");
      const read = () => new Promise((got) => { const r = store("readonly").get(site); r.onsuccess = () => got(r.result); });
      let pair = await read();
      if (!pair) {
        const fresh = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
        await new Promise((put) => {
          // Two tabs may get here together: the first one's key stays.
          const r = store("readwrite").add(fresh, site);
          r.onsuccess = put;
          r.onerror = (event) => { event.preventDefault(); put(); };
        });
        pair = await read();
      }
      done(pair);
    };
  });
  // Without storage (some private modes) the key lives as long as the page.
  const pairOf = () => keys().catch(() => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]));
  const spki = async (pair) => btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey))))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const begin = async (session, ticket, resume) => {
    if (share) return share.asked?.(session, ticket);
    share = {};
    try {
      const module = await import(server + "/v1/visitor/share.js");
      await module.default();
      share = module.start({ server, site, session, ticket, tab, resume, key: key.privateKey, storage: SHARE, ended: () => { share = null; } });
    } catch (error) { share = null; warn("the share module did not start: " + error); }
  };

  const here = () => {
    const path = location.pathname, lang = document.documentElement.lang || navigator.language;
    if (channel && !document.hidden && document.hasFocus()) channel.postMessage({ active: me, path, lang });
    tell(path, lang);
  };
  const tell = async (path, lang) => {
    if (socket?.readyState !== 1 || told === path + lang) return;
    told = path + lang;
    socket.send(JSON.stringify({ type: "here", key: await spki(key), path, lang }));
  };
  const connect = () => {
    socket = new WebSocket(server.replace(/^http/, "ws") + "/v1/presence?site=" + encodeURIComponent(site));
    socket.onopen = () => { wait = 500; told = ""; here(); };
    socket.onmessage = ({ data }) => {
      const said = JSON.parse(data);
      if (said.type === "refused") { wait = Infinity; return warn("the server refused this page: " + said.code); }
      if (said.type === "ask") active === me ? begin(said.session, said.ticket) : channel.postMessage({ ask: said, to: active });
    };
    socket.onclose = () => {
      if (wait < Infinity) setTimeout(connect, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, 30000);
    };
  };
  if (channel) channel.onmessage = ({ data }) => {
    if (data.active) { active = data.active; tell(data.path, data.lang); }
    if (data.gone === active) active = me;
    if (data.to === me) begin(data.ask.session, data.ask.ticket);
  };
  const lead = () => { connect(); here(); return new Promise(() => {}); };

  // A duplicated tab copies sessionStorage, and only one page may go on with a share: the lock decides. A
  // reload has to wait until the page before it is gone.
  const mine = () => kept?.tab && navigator.locks
    ? new Promise((done) => navigator.locks.request("tandem:" + kept.tab, { signal: AbortSignal.timeout(1500) }, () => { done(true); return new Promise(() => {}); }).catch(() => done(false)))
    : Promise.resolve(!!kept?.tab);

  const start = async () => {
    key = await pairOf();
    if (await mine()) {
      tab = kept.tab;
      begin(kept.session, kept.ticket, kept);
    } else {
      sessionStorage.removeItem(SHARE);
      navigator.locks?.request("tandem:" + me, () => new Promise(() => {}));
    }
    addEventListener("focus", here);
    addEventListener("popstate", here);
    addEventListener("pagehide", () => channel?.postMessage({ gone: me }));
    document.addEventListener("visibilitychange", here);
    navigator.locks ? navigator.locks.request("tandem:lead:" + site, lead) : lead();
    if (document.hasFocus()) here();
  };

  window.Tandem = { version: 1, stop: () => share?.stop?.() };
  start();
})();
