// What a container shows: the sealed frame, scaled to fit, under a pane that takes all input.
//
// A keyframe is built in a frame of its own, behind the one that is shown, and takes its place when it is
// whole: the agent sees no half of a page, and a keyframe that never ends changes nothing.

import { Store } from "./assets.js";
import { place } from "./geometry.js";
import { Page } from "./page.js";
import { Pointer } from "./pointer.js";

/** The main button, as `MouseEvent.buttons` counts. */
const PRESSED = 1;
/** Ticks until what the first of them laid out has been painted. */
const PAINTED = 3;
/** Milliseconds between looks at what is still to come, in a tab that is not painted. */
const HIDDEN = 100;
/** What can have the focus itself (HTML §6.6.2). */
const FOCUSABLE = "a, area, audio, button, iframe, input, select, summary, textarea, video, [contenteditable], [tabindex]";
/** Milliseconds that a whole page waits behind for imported sheets: without them it would flash. */
const SHEETS_PATIENCE = 1000;

export class Stage {
  constructor(container) {
    this.container = container;
    this.store = new Store();
    this.shown = null;
    this.building = null;
    this.fixed = 0;
    this.factor = 1;
    this.follows = true;
    this.settling = [];
    this.root = box(container, "position:absolute;inset:0;overflow:hidden;display:grid;place-content:safe center");
    this.view = box(this.root, "position:relative;overflow:hidden");
    this.pane = box(this.view, "position:absolute;inset:0;z-index:2;touch-action:none");
    this.pointer = new Pointer(this.pane);
    if (getComputedStyle(container).position === "static") container.style.position = "relative";
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.root);
  }

  get newest() {
    return this.building ?? this.shown;
  }

  get frame() {
    return (this.shown ?? this.building)?.frame;
  }

  /** Begins an epoch. */
  begin(epoch, doctype, mode) {
    this.building?.frame.remove();
    const page = new Page(this.container.ownerDocument, this.store, epoch);
    const behind = this.shown ? "visibility:hidden;" : "";
    page.frame.style.cssText = `${behind}position:absolute;left:0;top:0;border:0;transform-origin:0 0;background:#fff`;
    this.view.insertBefore(page.frame, this.pane);
    page.begin(doctype[0] ?? "", doctype[1] ?? "", doctype[2] ?? "", mode);
    this.building = page;
    this.fit();
  }

  apply(epoch, words, lengths, text) {
    const page = this.newest;
    // Numbers of an epoch that was abandoned mean other nodes here.
    if (page?.epoch !== epoch) return;
    page.apply(words, lengths, text);
    this.changed(page);
  }

  /** The epoch's page is whole: it is shown, with its sheets. */
  finish() {
    const page = this.building;
    if (!page) return;
    page.isWhole = true;
    this.revealDressed();
    setTimeout(() => page === this.building && this.reveal(), SHEETS_PATIENCE);
  }

  revealDressed() {
    if (this.building?.isWhole && !this.building.assets.awaitsSheets) this.reveal();
  }

  reveal() {
    const page = this.building;
    this.building = null;
    this.shown?.frame.remove();
    this.shown = page;
    page.frame.style.visibility = "";
    this.store.trim(page.assets.hashes);
    this.changed(page);
  }

  /** The epoch's page will not become whole; what is shown stays. */
  abandon() {
    if (this.building?.isWhole) return this.reveal();
    this.building?.frame.remove();
    this.building = null;
  }

  asset(hash, mime, bytes) {
    this.store.add(hash, mime, bytes);
    for (const page of [this.building, this.shown]) {
      if (!page) continue;
      page.assets.arrived(hash);
      page.refill();
      page.sheets.settle();
    }
    this.revealDressed();
    this.schedule();
  }

  /** The bytes of an asset will not come. */
  assetFailed(hash) {
    for (const page of [this.building, this.shown]) {
      page?.assets.fail(hash);
      page?.refill();
      page?.sheets.settle();
    }
    this.revealDressed();
    this.schedule();
  }

  /** A scroll position that came ahead of the page's own. */
  scroll(id, x, y) {
    const page = this.newest;
    if (!page?.nodes[id]) return;
    page.properties.scrolls.set(id, [x, y]);
    this.schedule();
  }

  /** How the page is was just told, if only that nothing changed. */
  heard() {
    this.heardAt = performance.now();
  }

  get age() {
    return this.heardAt === undefined ? Infinity : performance.now() - this.heardAt;
  }

  get refused() {
    return (this.shown?.refused ?? 0) + (this.building?.refused ?? 0);
  }

  label(name) {
    this.pointer.name(name);
  }

  changed(page) {
    this.heard();
    if (page?.properties.resized) {
      page.properties.resized = false;
      this.fit();
    }
    this.schedule();
  }

  // Size

  /** 0 fits the page into the container, never above its own size; else the scale. */
  scale(scale) {
    this.fixed = scale;
    this.root.style.overflow = scale === 0 ? "hidden" : "auto";
    this.fit();
  }

  fit() {
    const { clientWidth, clientHeight } = this.root;
    for (const page of [this.shown, this.building]) if (page) this.fitOne(page, clientWidth, clientHeight);
    this.schedule();
  }

  fitOne(page, width, height) {
    const [w, h] = page.properties.viewport ?? [width || 1024, height || 768];
    const least = Math.min(width / w, height ? height / h : 1, 1);
    const scale = this.fixed || least || 1;
    // A container without a height of its own gets the page's.
    if (!height && width) this.container.style.minHeight = `${Math.ceil(h * scale)}px`;
    const { style } = page.frame;
    style.width = `${w}px`;
    style.height = `${h}px`;
    style.transform = scale === 1 ? "" : `scale(${scale})`;
    style.colorScheme = page.properties.scheme;
    if (page !== this.current) return;
    this.factor = scale;
    this.view.style.width = `${w * scale}px`;
    this.view.style.height = `${h * scale}px`;
  }

  get current() {
    return this.shown ?? this.building;
  }

  // Time

  /** Once before the next paint: scroll positions, the pointer, and who waits for them. */
  schedule() {
    if (this.ticket) return;
    this.ticket = nextPaint(() => {
      this.ticket = null;
      this.tick();
    });
  }

  tick() {
    const page = this.current;
    if (!page) {
      this.resolve();
      return;
    }
    page.properties.scroll(this.follows);
    this.building?.properties.scroll(true);
    this.showPointer(page);
    this.settleSome(page);
    if (this.settling.length !== 0 || isLoading(page)) this.schedule();
  }

  /** Settled: whole, nothing to come, and two paints since then. */
  settleSome(page) {
    const isQuiet = !this.building && page.assets.complete && !isLoading(page);
    this.quiet = isQuiet ? (this.quiet ?? 0) + 1 : 0;
    if (PAINTED <= this.quiet) this.resolve();
  }

  resolve() {
    for (const resolve of this.settling.splice(0)) resolve();
  }

  /** Resolves when all that was applied is painted, assets too. */
  settled() {
    return new Promise((resolve) => {
      this.quiet = 0;
      this.settling.push(resolve);
      this.schedule();
    });
  }

  // Places

  /** The visitor's cursor: node and fraction, page position as a second best. */
  point(epoch, id, [x, y], [pageX, pageY], buttons) {
    const was = this.at?.buttons ?? 0;
    this.at = { epoch, id, x, y, pageX, pageY, buttons };
    const page = this.current;
    const node = page?.epoch === epoch ? page.nodes[id] : undefined;
    if (node?.nodeType === Node.ELEMENT_NODE) {
      page.properties.mark("hover", node);
      page.properties.mark("active", buttons & PRESSED ? node : null);
    }
    this.rings ||= buttons !== 0 && was === 0;
    this.schedule();
    return buttons !== 0 && was === 0;
  }

  hidePointer() {
    this.at = null;
    this.pointer.hide();
  }

  showPointer(page) {
    if (!this.at) return;
    const { epoch, id, x, y, pageX, pageY } = this.at;
    const node = page.epoch === epoch ? page.nodes[id] : undefined;
    const rect = node && place(node, page);
    const root = page.doc.scrollingElement;
    const left = rect ? rect.x + x * rect.width : pageX - (root?.scrollLeft ?? 0);
    const top = rect ? rect.y + y * rect.height : pageY - (root?.scrollTop ?? 0);
    this.pointer.move(left * this.factor, top * this.factor);
    if (this.rings) this.pointer.ring(left * this.factor, top * this.factor);
    this.rings = false;
  }

  /** From the container's coordinates to the page's viewport. */
  inside(x, y) {
    const outer = this.container.getBoundingClientRect();
    const view = this.view.getBoundingClientRect();
    const left = (x + outer.left + this.container.clientLeft - view.left) / this.factor;
    const top = (y + outer.top + this.container.clientTop - view.top) / this.factor;
    return [left, top];
  }

  /** What is at a place of the container: epoch, node, and the fraction of its box. */
  hit(x, y) {
    const page = this.shown;
    if (!page) return undefined;
    const [left, top] = this.inside(x, y);
    let node = deepest(page.doc, left, top);
    let id = 0;
    while (node && (id = page.number(node)) === 0) node = node.parentNode ?? node.host;
    if (!node || node.nodeType !== Node.ELEMENT_NODE) return undefined;
    const rect = place(node, page);
    const part = (at, from, size) => (size > 0 ? Math.min(Math.max((at - from) / size, 0), 1) : 0);
    return Float64Array.of(page.epoch, id, part(left, rect.x, rect.width), part(top, rect.y, rect.height));
  }

  /** A node's box in the container's coordinates: x, y, width, height. */
  rect(id) {
    const page = this.shown;
    const node = page?.nodes[id];
    const rect = node && place(node, page);
    if (!rect) return undefined;
    const outer = this.container.getBoundingClientRect();
    const view = this.view.getBoundingClientRect();
    const x = view.left - outer.left - this.container.clientLeft + rect.x * this.factor;
    const y = view.top - outer.top - this.container.clientTop + rect.y * this.factor;
    return Float64Array.of(x, y, rect.width * this.factor, rect.height * this.factor);
  }

  /** Follows the visitor's scroll, or lets the agent look elsewhere. */
  follow(follows) {
    this.follows = follows;
    this.schedule();
  }

  /** Scrolls what is at a place, for the agent's eyes only. */
  look(x, y, dx, dy) {
    if (!this.shown) return;
    const [left, top] = this.inside(x, y);
    let node = deepest(this.shown.doc, left, top);
    while (node) {
      const box = node.nodeType === Node.DOCUMENT_NODE ? node.scrollingElement : node;
      if (box && scrolls(box, dx, dy)) return;
      node = node.nodeType === Node.DOCUMENT_NODE ? node.defaultView?.frameElement : (node.parentNode ?? node.host);
      if (node === this.shown.frame) return;
    }
  }

  /** Scrolls the page itself. */
  scrollBy(dx, dy) {
    const root = this.shown?.doc.scrollingElement;
    if (root) scrolls(root, dx, dy);
  }

  /**
   * The element with the visitor's focus: epoch, number and its middle. A body has it when nothing has, and what
   * cannot have it holds something that is not told, as the host of a closed root: neither says where typing goes.
   */
  focused() {
    const page = this.shown;
    const [id, node] = (page && [...page.properties.focused].at(-1)) ?? [];
    return !node?.matches?.(FOCUSABLE) ? undefined : Float64Array.of(page.epoch, id, 0.5, 0.5);
  }

  close() {
    this.observer.disconnect();
    this.root.remove();
    this.store.clear();
  }
}

function box(parent, css) {
  const element = parent.ownerDocument.createElement("div");
  element.style.cssText = css;
  return parent.appendChild(element);
}

function scrolls(box, dx, dy) {
  const { scrollLeft, scrollTop } = box;
  box.scrollBy?.({ left: dx, top: dy, behavior: "instant" });
  return box.scrollLeft !== scrollLeft || box.scrollTop !== scrollTop;
}

/** The innermost element at a place, through shadow roots and nested frames. */
function deepest(doc, x, y) {
  let root = doc;
  let found = null;
  for (;;) {
    const element = root.elementFromPoint(x, y);
    if (!element || element === found) return found;
    found = element;
    if (element.shadowRoot) {
      root = element.shadowRoot;
    } else if (element.localName === "iframe" && element.contentDocument) {
      const rect = element.getBoundingClientRect();
      x -= rect.x + element.clientLeft;
      y -= rect.y + element.clientTop;
      root = element.contentDocument;
    } else {
      return found;
    }
  }
}

/** Whether pictures or fonts are on their way into the page. */
function isLoading(page) {
  if (page.properties.isLoading || page.assets.isProbing) return true;
  for (const doc of page.sheets.own.keys()) if (doc.fonts.status === "loading") return true;
  return false;
}

/** Before the next paint. A tab that is not painted has no such moment: there, soon. */
function nextPaint(run) {
  return document.visibilityState === "visible" ? requestAnimationFrame(run) : setTimeout(run, HIDDEN);
}
