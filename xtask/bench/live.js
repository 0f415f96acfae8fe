// A visitor's page that is watched live. The bench calls `bench.*`; each change says when it was made.
import { build, voice } from "./app.js";
import { load } from "./recorders.js";

const say = voice(3);
const place = (id) => document.getElementById(id);

/** Milliseconds on a clock that all pages of a browser share. */
const now = () => performance.timeOrigin + performance.now();

let peer;
let coming;

globalThis.bench = {
  build: (nodes) => build(place("app"), nodes),
  /** Ours: as any site does it, by a script tag. The path tells visitors apart at the desk. */
  join(desk, path) {
    history.replaceState(null, "", `/${path}`);
    const tag = Object.assign(document.createElement("script"), { src: `${desk}/v1/loader.js` });
    tag.dataset.site = "demo";
    document.head.append(tag);
  },
  /** The peer: its recorder is loaded and its socket open before it is asked to begin. */
  async connect(room) {
    const start = await load("rrweb");
    const socket = new WebSocket(`${room}/in`);
    await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
    peer = () => start((text) => socket.send(text));
  },
  begin() {
    const begun = now();
    peer();
    return begun;
  },
  /** Listens for the next event of this kind; `came` says when it came in. */
  expect(kind) {
    coming = new Promise((resolve, reject) => {
      addEventListener(kind, () => resolve(now()), { capture: true, once: true });
      setTimeout(() => reject(new Error(`no ${kind} came in`)), 30000);
    });
  },
  came: () => coming,
  focus: () => place("field").focus(),
  small(n) {
    const made = now();
    place("small").firstChild.nodeValue = `state ${n}`;
    return made;
  },
  rows(n) {
    const rows = Array.from({ length: 1000 }, (_, at) => {
      const row = document.createElement("tr");
      row.innerHTML = `<td>${at}</td><td>${say.words(3)}</td><td>${say.words(2)}</td>`;
      return row;
    });
    rows.at(-1).lastChild.textContent = `last ${n}`;
    const made = now();
    place("rows").replaceChildren(...rows);
    return made;
  },
  clear() {
    place("rows").replaceChildren();
  },
  /** From now on changes more at each frame than a thin link carries, and says the time with it. */
  churn() {
    const cells = Array.from({ length: 200 }, () => document.createElement("td"));
    place("rows").replaceChildren(...cells.map((cell) => {
      cell.textContent = "cell";
      const row = document.createElement("tr");
      row.append(cell);
      return row;
    }));
    const change = () => {
      for (const cell of cells) cell.firstChild.nodeValue = crypto.randomUUID();
      // So many digits as a clock has may be a card's number, and masked.
      place("small").firstChild.nodeValue = String(Math.round(now()) % 1e8);
      requestAnimationFrame(change);
    };
    change();
  },
  scroll(y) {
    const made = now();
    scrollTo({ top: y, behavior: "instant" });
    return made;
  },
};
