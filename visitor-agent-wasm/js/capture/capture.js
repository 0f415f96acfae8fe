// The page's half of the capture: what it follows, when it sends, and the one place that undoes it all.
import { Assets } from "./assets.js";
import { Attributes } from "./attributes.js";
import { Boxes } from "./boxes.js";
import { Check } from "./check.js";
import { Dirty } from "./dirty.js";
import { Hooks } from "./hooks.js";
import { Live } from "./live.js";
import { Nodes } from "./nodes.js";
import { Properties, rootNames } from "./properties.js";
import { Rules } from "./rules.js";
import { Sheets } from "./sheets.js";
import { task } from "./time.js";
import { Walk } from "./walk.js";
import { Words } from "./words.js";

/** How long the end of a keyframe waits for stylesheets that are being fetched, imported ones too, milliseconds. */
const SHEETS_PATIENCE = 1000;

/** Milliseconds that a task of ours aims at: the page must not feel it (8 are the bound). */
const TASK = 6;
/** Of these, what gathering may take at first, and at least and most later; encoding what was gathered takes the rest. */
const FIRST_SLICE = 1.5, LEAST_SLICE = 0.5, MOST_SLICE = 4;

/** A batch that WebAssembly refuses begins a new epoch; if that is refused too within so many milliseconds, it ends. */
const RESTART_EVERY = 2000, REFUSED = 0xffffffff;

/** What a batch is, for the port. */
const DELTA = 0, KEYFRAME = 1;

export class PageCapture {
  /**
   * @param {Document} doc
   * @param {{host: ?Element, mask: string[], block: string[], unmask: string[], lock: string[], fetch: boolean}} options
   * @param {object} port what WebAssembly offers: `batch`, `end`, `cursor`, `scroll`, `asset`, `wanted`, `shows`, `differs`,
   *   `follows`, `diverged`, `failed`
   */
  constructor(doc, options, port) {
    Object.assign(this, { doc, options, port });
    this.stopped = false;
    this.ready = true;
    this.slice = FIRST_SLICE;
    this.controller = new AbortController();
    this.ended = this.controller.signal;
    this.nodes = new Nodes(doc, options.host);
    this.words = new Words();
    this.rules = new Rules(options, this.nodes);
    this.sheets = new Sheets(this);
    this.assets = new Assets(this);
    this.boxes = new Boxes(this);
    this.attributes = new Attributes(this);
    this.live = new Live(this);
    this.properties = new Properties(this);
    this.hooks = new Hooks(this);
    this.walk = new Walk(this);
    this.dirty = new Dirty(this);
    /** `keyframe` until every node was sent once, then `steady`. */
    this.stage = "none";
    this.began = false;
    this.planned = false;
    /** What ends a keyframe's waiting for its sheets. */
    this.finishing = 0;
    this.elsewhereWaits = new Map();
    this.divergences = 0;
    this.restarted = -RESTART_EVERY;
    /** How many batches were sent. */
    this.batches = 0;
    this.check = new Check(this);
  }

  /** Runs ours inside the page's world: an error of ours ends the capture and never reaches the page. */
  guard(work) {
    if (this.stopped) return undefined;
    try {
      return work();
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  fail(error) {
    if (this.stopped) return;
    this.stop();
    try {
      this.port.failed(String(error?.stack ?? error));
    } catch {
      // WebAssembly itself is what failed: everything of ours is undone already.
    }
  }

  /** Undoes everything. Nothing of ours runs in the page after it. */
  stop() {
    if (this.stopped) return;
    this.stopped = true;
    this.controller.abort();
    this.dirty.observer.disconnect();
    this.boxes.stop();
    this.hooks.remove();
  }

  /** Begins a new epoch with the page as it is now. */
  keyframe() {
    this.guard(() => {
      const first = this.stage === "none";
      this.dirty.observer.takeRecords();
      this.dirty.clear();
      this.nodes.begin();
      this.rules.enter(this.doc);
      this.walk.restart(this.doc);
      this.stage = "keyframe";
      this.began = false;
      clearTimeout(this.finishing);
      this.finishing = 0;
      this.sheetsUntil = performance.now() + SHEETS_PATIENCE;
      if (first) this.live.begin();
      this.follow(this.doc);
      for (const name of rootNames(this.doc, true)) this.dirty.mark(this.doc, name);
      for (const name of [...this.sheets.names(), ...this.assets.names()]) this.dirty.mark(this.doc, name);
      this.check.begin();
      this.plan();
    });
  }

  /** Observes a document or shadow root from now on. */
  follow(root) {
    this.dirty.observe(root);
    this.live.follow(root);
    if (root.nodeType !== 9) return;
    this.port.follows(root);
    if (root.defaultView) this.hooks.install(root.defaultView);
  }

  /** A document has other children: who writes one anew may change its mode, and takes our listeners away. */
  rewritten(doc) {
    if (!this.nodes.roots.has(doc)) return;
    this.live.follow(doc);
    this.port.follows(doc);
    this.dirty.mark(doc, " mode");
  }

  /** A frame has loaded: it may hold another document now. */
  framed(host) {
    const { nodes, dirty } = this;
    // Closes the document before. The receiver has what moved into that at its old place: such records come first.
    dirty.collect(dirty.observer.takeRecords());
    const root = nodes.content(host);
    if (root !== null && !nodes.id(root) && nodes.id(host)) dirty.hosts.add(host);
    this.settle();
  }

  /** Whether the channel has room. */
  setReady(ready) {
    this.ready = ready;
    if (ready) this.plan();
  }

  /** Names a property that changed; `settle` sends it. */
  mark(node, name) {
    if (!this.stopped) this.dirty.mark(node, name);
  }

  /** Sends what is marked, after the page's present work. */
  settle() {
    if (this.stopped || this.settling || !this.ready) return;
    this.settling = true;
    queueMicrotask(() => this.guard(() => {
      this.settling = false;
      this.settled();
    }));
  }

  /** At the end of an observer's callback: sends at once when nothing waits. */
  settled() {
    if (!this.ready || this.planned) return;
    if (this.stage === "steady") this.flush();
    // A keyframe that only waits for its sheets may have them now.
    else if (this.finishing) this.plan();
  }

  /** Sends in a task of its own, as soon as the page lets us. */
  plan() {
    if (this.planned || this.stopped || this.stage === "none") return;
    this.planned = true;
    task(() => this.guard(() => {
      this.planned = false;
      if (this.ready) this.flush();
    }));
  }

  /** One batch: everything that is dirty, or as much as fits a slice. */
  flush() {
    const { dirty, walk } = this;
    dirty.collect(dirty.observer.takeRecords());
    // What is hidden, and itself not told, may have changed what is shown.
    this.properties.unheard();
    if (!dirty.any && walk.stack.length === 0 && this.began) return this.finish();
    const start = performance.now();
    this.words.begin();
    walk.begin();
    const whole = dirty.gather();
    const gathered = performance.now();
    this.send(dirty.head());
    if (!whole) this.measure(gathered - start, performance.now() - start);
    this.assets.start();
    if (whole) this.finish();
    else this.plan();
  }

  /** A full slice took so long in all for so much gathering: the next one is cut to fit a task. */
  measure(gathering, all) {
    const fitting = (TASK * gathering) / all;
    this.slice = Math.min(MOST_SLICE, Math.max(LEAST_SLICE, (this.slice + fitting) / 2));
  }

  send(head) {
    const { ops, lens, text } = this.words.take(head);
    const kind = this.began ? DELTA : KEYFRAME;
    this.began = true;
    this.batches += 1;
    // First how many of the ids are stale, then those, then the others that ended.
    const ended = this.port.batch(kind, ops, lens, text);
    if (ended.length === 0) return;
    if (ended[0] === REFUSED) return this.restart();
    const again = ended.subarray(1, 1 + ended[0]);
    this.dirty.again(again);
    this.nodes.drop(ended.subarray(1));
    this.dirty.gone.length = 0;
    if (again.length) this.plan();
  }

  /** What was gathered does not fit the mirror: something was missed. The page is sent anew, but not for ever. */
  restart() {
    const now = performance.now();
    if (this.stage === "keyframe" && now < this.restarted + RESTART_EVERY) throw new Error("the page cannot be followed: what it shows does not fit what was sent");
    this.restarted = now;
    this.diverged(1);
    this.keyframe();
  }

  /** So many nodes were not as they had been sent, and go again: counted, here and by whoever runs the capture. */
  diverged(nodes) {
    this.divergences += nodes;
    this.port.diverged(nodes);
  }

  /** Ends a keyframe once every node of it was sent and its stylesheets are there. */
  finish() {
    if (this.stage !== "keyframe" || this.stopped || !this.began || this.walk.stack.length !== 0) return;
    if ((this.sheets.pending !== 0 || this.assets.sheetsPending) && performance.now() < this.sheetsUntil) {
      this.finishing ||= setTimeout(() => this.guard(() => {
        this.finishing = 0;
        this.plan();
      }), this.sheetsUntil - performance.now());
      return;
    }
    clearTimeout(this.finishing);
    this.finishing = 0;
    this.stage = "steady";
    for (const name of [" hover", " selection"]) this.dirty.mark(this.doc, name);
    this.flush();
    this.port.end();
    this.check.plan();
  }

  /** Whether redaction lets the picture of `node` leave the page. */
  shows(node) {
    return this.port.shows(node === null ? 0 : this.nodes.id(node));
  }

  /** Bytes that the page itself cannot read, asked from whoever runs the capture. */
  elsewhere(address) {
    return new Promise((resolve) => {
      const key = this.port.wanted(address);
      if (key === 0) resolve(null);
      else this.elsewhereWaits.set(key, resolve);
    });
  }

  /** The answer to `elsewhere`; no bytes say that there are none. */
  fetched(key, mime, bytes) {
    this.elsewhereWaits.get(key)?.(bytes === undefined ? null : { mime, bytes });
    this.elsewhereWaits.delete(key);
  }

  /** The receiver has an asset's bytes (or has no way to). */
  accepted(number, has) {
    this.guard(() => this.assets.settle(this.assets.all[number], has ? "ready" : "failed"));
  }

  /** Followed link elements that show the sheet at `address`. */
  *linked(address) {
    for (const root of this.nodes.roots.keys()) {
      for (const link of root.querySelectorAll("link")) if (link.sheet?.href === address) yield link;
    }
  }

  id(node) {
    return this.nodes.id(node);
  }

  node(id) {
    return this.nodes.nodes[id] ?? undefined;
  }

  /** Numbers for addresses in CSS, asked by WebAssembly. */
  inCss(id, address, isSheet) {
    return this.assets.inCss(id, address, isSheet);
  }

  inImport(number, address, isSheet) {
    return this.assets.inImport(number, address, isSheet);
  }

  cssTextRules() {
    return this.sheets.byCssText;
  }
}
