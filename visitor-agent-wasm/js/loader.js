// The whole of what a page pays before somebody asks: one small socket per browser that tells origin and
// path, and this file. It reads nothing else of the page, and throws nothing into it. Kept under 3 KB brotli.
(() => {
  const tag = document.currentScript;
  if (!tag || window.Tandem || window.top !== window) return;
  const warn = (text) => console.warn("Tandem: " + text);
  const site = tag.dataset.site;
  if (!site) return warn("the script tag has no data-site; copy it again from the desk");
  const server = new URL(tag.src).origin, locks = navigator.locks;
  const SHARE = "tandem.share", me = crypto.randomUUID?.().replaceAll("-", "");
  const kept = () => { try { return JSON.parse(sessionStorage.getItem(SHARE)); } catch { return null; } };
  const forget = () => { try { sessionStorage.removeItem(SHARE); } catch {} };
  const later = (run, wait) => setTimeout(safe(run), wait);
  // Nothing of ours becomes an error of the page.
  const safe = (run) => async (...args) => { try { return await run(...args); } catch (error) { warn(error); } };

  // `stay` ends when the page is left, and another begins when it comes out of the back/forward cache.
  let stay, channel, socket, room, again, key, wait = 500, active = me, told = "", falls = 0;
  // The share of this page: `share` is its handle, `running` its session, `held` lets go of its tab's lock, `next` is
  // what was asked meanwhile.
  let share, running, tab = me, held, next, seen = [];
  // The share of another tab: the notice in this page, and the record of a page that is gone.
  let notice, news = 0, waiting, last, orphan;

  // The page's key proves that a ticket is used by the browser it was given to. It cannot be exported.
  const fresh = () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const keys = () => new Promise((done, fail) => {
    const open = indexedDB.open("tandem", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("key");
    open.onerror = () => fail(open.error);
    open.onsuccess = async () => {
      const all = open.result;
      const store = (mode) => all.transaction("key", mode).objectStore("key");
      const read = () => new Promise((got) => { const r = store("readonly").get(site); r.onsuccess = () => got(r.result); });
      try {
        if (!await read()) {
          const pair = await fresh();
          await new Promise((put) => {
            // Two tabs may get here together: the first one's key stays.
            const r = store("readwrite").add(pair, site);
            r.onsuccess = put;
            r.onerror = (event) => { event.preventDefault(); put(); };
          });
        }
        done(await read());
      } catch (error) { fail(error); }
      all.close();
    };
  });
  // Without storage (some private modes) the key lives as long as the page.
  const pairOf = () => keys().catch(fresh);
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const spki = async (pair) => base64(await crypto.subtle.exportKey("spki", pair.publicKey));
  // That the chat's visitor is this browser.
  const prove = async (text) => ({ key: await spki(key), signature: base64(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, new TextEncoder().encode(text))) });

  // Takes a lock, within a time if one is given; gives what lets go of it, or nothing. A page that is kept for the way
  // back must hold none.
  const hold = (name, within) => new Promise((done) => {
    if (!locks) return done(() => {});
    const waiting = new AbortController(), { signal } = stay;
    if (within) setTimeout(() => waiting.abort(), within);
    signal.addEventListener("abort", () => waiting.abort());
    locks.request("tandem:" + name, { signal: waiting.signal }, () => new Promise((free) => {
      if (signal.aborted) return free();
      signal.addEventListener("abort", free);
      done(free);
    })).catch(() => done(waiting.signal.aborted ? null : () => {}));
  });

  // The chat's bubble comes as a piece of its own; what the page asks of the chat waits for it.
  const bubble = (function load(tries) {
    return import(server + "/v1/visitor/chat/bubble.js" + (tries ? "?" + tries : "")).then((it) => it.default({ server, site, tag, prove, warn }), (error) => {
      if (tries > 5) throw error;
      return new Promise((done) => setTimeout(done, 2000 << tries)).then(() => load(tries + 1));
    });
  })(0);
  bubble.catch(warn);
  const api = window.Tandem = { version: 1, stop: () => share?.stop?.() };
  for (const name of ["open", "close", "identify", "setCustomData", "logout"]) api[name] = safe(async (...args) => (await bubble)[name](...args));
  // The chat needs neither.
  if (!crypto.subtle) return warn("this page is not served over https, so sharing is not possible here");
  if (!window.WebAssembly) return warn("this browser has no WebAssembly, so sharing is not possible here");

  const say = (what) => channel?.postMessage({ ...what, from: me });
  // Where a page's policy sends its whole address along, this does not.
  const wasm = () => fetch(server + "/v1/visitor/share_bg.wasm", { referrerPolicy: "no-referrer" });
  const module = () => import(server + "/v1/visitor/share.js" + (falls ? "?" + falls : ""));

  const begin = safe(async (session, ticket, resume, moved) => {
    if (share) { next = session === running ? null : [session, ticket]; return; }
    const { signal } = stay, mine = share = {};
    running = session;
    quiet();
    try {
      const { default: load, start } = await module();
      await load({ module_or_path: wasm() });
      // Left, or called off, while it was loading.
      if (signal.aborted || share !== mine) return;
      share = start({ server, site, session, ticket, tab, resume, moved, key: key.privateKey, storage: SHARE, seen: told_by, ended: over, fell });
    } catch (error) {
      over();
      fail(session);
      warn("the share module did not start: " + error);
    }
  });
  // The server is told, so that nobody waits; the tab that has the socket says it.
  const fail = (session) => {
    if (socket?.readyState === 1) socket.send(JSON.stringify({ type: "failed", session }));
    else say({ failed: session });
  };
  const over = () => {
    const [session, ticket] = next ?? [], gone = share;
    share = next = running = null;
    // Freed by hand, and not from inside its own call: what the browser frees later would throw a page that is kept for
    // the way back out again.
    if (gone?.free) queueMicrotask(safe(() => gone.free()));
    told_by([]);
    if (session && !stay.signal.aborted) begin(session, ticket);
  };
  const fell = (error) => { falls++; share?.__destroy_into_raw?.(); share = null; over(); warn("the share has ended by an error of ours: " + error); };
  // Which agents see this page, for the other tabs.
  const told_by = (names) => {
    if (!names.length && !seen.length) return;
    seen = names;
    tell_others();
  };
  // With what another tab needs to go on, should this one be closed: a tab that is being closed cannot say it any more.
  const tell_others = () => say({ seen, tab, record: seen.length ? kept() : null });

  // Another tab is seen: this one says so, until that one says otherwise or is gone.
  const elsewhere = safe(async ({ seen: names, tab: of, record }) => {
    const mine = ++news, { signal } = stay;
    last = record;
    if (share || !names.length) return quiet();
    // Its page holds the lock as long as it is there.
    if (waiting !== of) {
      waiting = of;
      hold(of).then((free) => { free?.(); waiting = null; if (free) gone(); });
    }
    if (notice?.who === names.join()) return;
    quiet();
    const { default: load, elsewhere: show } = await module();
    await load();
    if (signal.aborted || mine !== news || share) return;
    const bar = show({ server, names, here: () => say({ move: me }), fell: (error) => { falls++; warn(error); } });
    notice = { who: names.join(), close: () => { bar.close(); bar.free(); } };
  });
  const quiet = () => { notice?.close(); notice = null; };

  // Goes on with what another tab left: with `tab` by the visitor's wish, with `page` because that one is gone.
  const take = safe(async (record, moved) => {
    orphan = null;
    if (share || !record) return;
    const free = await hold(record.tab, 1500);
    if (!free) return;
    if (share) return free();
    held?.();
    held = free;
    tab = record.tab;
    begin(record.session, record.ticket, record, moved);
  });
  // A page that is gone may be followed by the next one of its tab. When none comes, the tab that is looked at goes on.
  const gone = () => {
    const mine = orphan = { record: last, from: performance.now() + 1000 };
    later(look, 1000);
    later(() => { if (orphan === mine) { orphan = null; quiet(); } }, 3500);
  };
  const look = () => {
    if (orphan && !document.hidden && performance.now() >= orphan.from) return take(orphan.record, "page");
  };
  // The visitor wants another tab to be seen: this one's part is over.
  const give = (to) => {
    if (!share?.leave) return;
    const record = kept();
    seen = [];
    share.leave();
    forget();
    held?.();
    hold(tab = me).then((free) => { held = free; });
    say({ give: record, to });
  };

  const here = () => {
    if (!stay || stay.signal.aborted) return;
    const path = location.pathname, lang = document.documentElement.lang || navigator.language;
    if (!document.hidden && document.hasFocus()) { active = me; say({ active: me, path, lang }); }
    look();
    return tell(path, lang);
  };
  const tell = safe(async (path, lang) => {
    if (socket?.readyState !== 1 || told === path + lang) return;
    told = path + lang;
    socket.send(JSON.stringify({ type: "here", key: await spki(key), path, lang }));
  });
  // Firefox keeps no page for the way back that has an open socket, or a Web Lock that it holds or waits for, when it
  // begins to be left; `pagehide` is too late (measured in 153, link and back: a bare page, one with a broadcast
  // channel, an open database or a `beforeunload` listener is kept). A lock that is let go of in `beforeunload` is
  // gone in time. A socket that is closed there is not, be it in a worker, but it is with the frame that it lives in.
  const gecko = "mozInnerScreenX" in window;
  const line = (url, ended) => {
    if (!gecko) return new WebSocket(url);
    const frame = document.createElement("iframe");
    room = document.createElement("div");
    room.hidden = frame.hidden = true;
    // In there, the page's own frames keep their numbers.
    room.attachShadow({ mode: "closed" }).append(frame);
    document.documentElement.append(room);
    // The page may throw it out, and then the socket does not say that it ends.
    frame.contentWindow.addEventListener("pagehide", ended);
    return new frame.contentWindow.WebSocket(url);
  };
  const connect = safe((signal) => {
    if (signal.aborted) return;
    const ended = () => {
      if (socket !== mine) return;
      socket = null;
      room?.remove();
      if (wait < Infinity) later(() => connect(signal), wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, 30000);
    };
    const mine = socket = line(server.replace(/^http/, "ws") + "/v1/presence?site=" + encodeURIComponent(site), ended);
    signal.addEventListener("abort", () => { mine.close(); ended(); });
    socket.onopen = safe(() => { wait = 500; told = ""; return here(); });
    socket.onmessage = safe(({ data }) => {
      const said = JSON.parse(data);
      if (said.type === "refused") {
        // Only what the page itself would have to change is for good.
        wait = ["unknown_site", "wrong_origin"].includes(said.code) ? Infinity : 30000;
        warn("the server refused this page: " + said.code);
      }
      if (said.type === "ask") active === me ? begin(said.session, said.ticket) : say({ ask: said, to: active });
    });
    socket.onclose = ended;
  });
  const heard = ({ data }) => {
    if (data.active) { active = data.active; tell(data.path, data.lang); }
    if (data.gone === active) active = me;
    if (data.back || data.seen) orphan = null;
    if (data.seen) return elsewhere(data);
    if (data.who && seen.length) tell_others();
    if (data.move) give(data.move);
    if (data.failed && socket) fail(data.failed);
    if (data.to !== me) return;
    if (data.ask) begin(data.ask.session, data.ask.ticket);
    if (data.give) take(data.give, "tab");
  };

  const arrive = async () => {
    const { signal } = stay = new AbortController();
    if ("BroadcastChannel" in window) {
      channel = new BroadcastChannel("tandem:" + site);
      channel.onmessage = safe(heard);
    }
    key ??= await pairOf();
    // A duplicated tab copies sessionStorage, and only one page may go on with a share: the lock decides. A
    // reload has to wait until the page before it is gone.
    const record = kept();
    held = record?.tab && await hold(record.tab, 1500);
    if (signal.aborted) return;
    if (held) {
      tab = record.tab;
      say({ back: tab });
      begin(record.session, record.ticket, record);
    } else {
      forget();
      tab = me;
      hold(me).then((free) => { held = free; });
      say({ who: me });
    }
    hold("lead:" + site).then((free) => { if (free) connect(signal); });
    if (document.hasFocus()) here();
  };
  // Out of the back/forward cache, while the page before goes into it: to want a lock that it still holds would throw it
  // out again. To look does not.
  const returns = async () => {
    const name = "tandem:" + kept()?.tab, pause = () => new Promise((done) => setTimeout(done, 60));
    await pause();
    for (let tries = 25; tries-- && (await locks?.query())?.held.some((lock) => lock.name === name);) await pause();
    await pause();
    return arrive();
  };
  const leave = () => {
    // The share's own `pagehide` says goodbye next; the record stays.
    seen = [];
    say({ gone: me });
    quiet();
    clearTimeout(again);
    stay.abort();
    channel?.close();
    channel = null;
    next = orphan = waiting = null;
    if (!share?.leave) share = null;
  };

  for (const kind of ["focus", "popstate"]) addEventListener(kind, safe(here));
  // A page that makes its pages itself. Of a tab that is not the one that was looked at last, nothing is told.
  window.navigation?.addEventListener("navigatesuccess", safe(() => active === me && here()));
  document.addEventListener("visibilitychange", safe(here));
  // Before the share's own: what that says of its end is said to the other tabs too, and they would not go on.
  addEventListener("pagehide", () => leave(), true);
  // A shared page is not kept there: its connections cannot be missed before it is really left. Where the page stays after
  // all, as with a download, it is back soon.
  if (gecko) addEventListener("beforeunload", () => {
    if (share) return;
    leave();
    again = later(arrive, 3000);
  });
  addEventListener("pageshow", (event) => { if (event.persisted) safe(returns)(); });
  safe(arrive)();
})();
