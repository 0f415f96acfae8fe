// What the visitor does: fields, focus, selection, scrolling, the pointer. Listeners only name what changed; sizes and
// positions are read before the next paint, where layout is done anyway.
import { FORM, typed } from "./properties.js";
import { frame } from "./time.js";

/** A scroll position that has rested this long is sent reliably, milliseconds. */
const REST = 200;
const KINDS = { mouse: 0, touch: 1, pen: 2 };
/** Pixels from which a difference is no scroll bar: pages that are laid out wider than the window. */
const WIDEST_BAR = 40;

export class Live {
  constructor(capture) {
    this.capture = capture;
    this.active = null;
    /** What was told of its ring. */
    this.ring = null;
    this.over = null;
    /** What listens in a document or shadow root: kinds of events and functions. */
    this.ears = new WeakMap();
    this.scrolling = new Map();
    this.pointer = null;
    this.planned = false;
    this.view = "";
    this.undefinedNames = new Set();
    /** What is to be done before the next paint, each once. */
    this.waiting = new Map();
    this.rests = new Map();
    /** The last scroll position that was read of a node. */
    this.positions = new WeakMap();
  }

  begin() {
    const { doc, ended } = this.capture, { defaultView: page } = doc;
    const here = { signal: ended, passive: true };
    const seen = () => this.later("look", () => this.look());
    page.addEventListener("resize", seen, here);
    // By then it is known whether it is longer than the window.
    page.addEventListener("load", seen, here);
    page.visualViewport?.addEventListener("resize", seen, here);
    page.visualViewport?.addEventListener("scroll", seen, here);
    // A policy that forbids a fetch reports it: what it forbade once is not tried again.
    doc.addEventListener("securitypolicyviolation", (event) => this.capture.guard(() => this.capture.assets.forbidden(event)), here);
    for (const kind of ["popstate", "hashchange"]) page.addEventListener(kind, () => this.moved(), here);
    matchMedia("(prefers-color-scheme: dark)").addEventListener?.("change", () => this.capture.guard(() => this.told(doc, [" scheme"])), here);
    this.active = deepActive(doc);
    this.view = viewOf(page);
    for (const root of this.capture.nodes.roots.keys()) if (root.nodeType === 9) this.scrolled(root);
  }

  /** The address changed without a new page. */
  moved() {
    this.capture.guard(() => {
      this.capture.mark(this.capture.doc, " url");
      this.capture.settle();
    });
  }

  /** Listens inside a document or shadow root: not every event leaves its shadow tree. Again, it changes nothing. */
  follow(root) {
    let ears = this.ears.get(root);
    if (ears === undefined) {
      ears = this.listening(root.nodeType === 9).map(([kinds, work]) => [kinds, (event) => this.capture.guard(() => work.call(this, event))]);
      this.ears.set(root, ears);
      if (root.nodeType === 9) this.scrolled(root);
    }
    const here = { capture: true, passive: true, signal: this.capture.ended };
    for (const [kinds, heard] of ears) for (const kind of kinds) root.addEventListener(kind, heard, here);
  }

  listening(isDocument) {
    const everywhere = [
      [["input", "change"], this.typed],
      [["reset"], this.reset],
      [["focusin", "focusout"], this.focusMoved],
      [["select"], (event) => this.caret(event.target)],
      [["toggle", "close"], (event) => this.told(event.target, [" open"])],
      [["load", "error"], this.loaded],
      [["scroll"], (event) => this.scrolled(event.target)],
    ];
    if (!isDocument) return everywhere;
    return [
      ...everywhere,
      [["selectionchange"], (event) => this.caret(event.target)],
      [["pointermove", "pointerdown", "pointerup", "pointercancel"], this.pointed],
      [["pointerover"], this.hoverMoved],
      [["keydown"], this.ringMoved],
    ];
  }

  told(node, names) {
    for (const name of names) this.capture.mark(node, name);
    this.capture.settle();
  }

  /** What the agent types and what the page sets says itself untrusted. */
  typed({ target, isTrusted, type }) {
    if (isTrusted && type === "input") typed.add(target);
    this.field(target);
  }

  /** A field's value may have changed. */
  field(element) {
    const { dirty } = this.capture, tag = element.localName;
    if (tag === "select") dirty.selected(element);
    else if (tag === "input" || tag === "textarea") dirty.hold(element);
    const names = FORM[tag];
    if (names !== undefined) dirty.field(element, names);
    this.caret(element);
  }

  /** A form resets its fields after it has told so. */
  reset({ target }) {
    setTimeout(() => this.capture.guard(() => this.fields(target)));
  }

  fields(form) {
    for (const element of form.elements ?? []) this.field(element);
  }

  focusMoved() {
    const { capture } = this, before = this.active;
    this.active = deepActive(capture.doc);
    if (before === this.active) return;
    for (const element of [before, this.active]) if (element) this.told(element, [" focus", " selection"]);
  }

  /** A key shows the ring around what has the focus already. */
  ringMoved() {
    if (this.active !== null && this.ring !== this.focus(this.active)) this.told(this.active, [" focus"]);
  }

  /** ` focus`: "2" where the browser shows it, "1" where it does not. */
  focus(node) {
    if (node !== this.active) return null;
    this.ring = node.matches(":focus-visible") ? "2" : "1";
    return this.ring;
  }

  caret(target) {
    const { capture } = this;
    const element = target.nodeType === 9 ? this.active : target;
    if (element !== null) capture.mark(element, " selection");
    if (target.nodeType === 9) capture.mark(target, " selection");
    capture.settle();
  }

  /** ` selection` of a document ("start offset end offset" with node ids) or of a field ("start end"). */
  selection(node) {
    if (node.nodeType === 1) return node === this.active ? fieldSelection(node) : null;
    const selection = node.nodeType === 9 ? node.getSelection() : null;
    if (!selection?.rangeCount) return null;
    const { startContainer, startOffset, endContainer, endOffset, collapsed } = selection.getRangeAt(0);
    const start = this.capture.id(startContainer), end = this.capture.id(endContainer);
    if (!start || !end || (collapsed && !(startContainer.parentElement?.isContentEditable ?? false))) return null;
    return `${start} ${startOffset} ${end} ${endOffset}`;
  }

  /** An image, sheet or frame has loaded or failed. */
  loaded({ target }) {
    const { capture } = this;
    if (target === null || target.nodeType !== 1) return;
    const tag = target.localName;
    if (tag === "iframe" || tag === "frame") capture.framed(target);
    else if (tag === "link" || tag === "style") this.told(target, [" sheet"]);
    else if (tag === "img" || tag === "image" || tag === "input") this.told(target, [" src"]);
  }

  scrolled(target) {
    const node = target.nodeType === 9 || target.nodeType === 1 ? target : null;
    if (node === null) return;
    if (!this.scrolling.has(node)) this.scrolling.set(node, null);
    this.later("scroll", () => this.readScroll());
  }

  readScroll() {
    const { capture } = this;
    for (const [node, resting] of this.scrolling) {
      this.scrolling.delete(node);
      const id = capture.id(node);
      const { x, y } = scrollOf(node);
      const value = x === 0 && y === 0 ? null : `${x} ${y}`;
      if ((this.positions.get(node) ?? null) === value || !id) continue;
      this.positions.set(node, value);
      capture.port.scroll(id, x, y);
      clearTimeout(this.rests.get(node));
      this.rests.set(node, setTimeout(() => capture.guard(() => {
        this.rests.delete(node);
        if (capture.properties.tell(node, " scroll", value)) this.told(node, [" scroll"]);
      }), REST));
    }
  }

  pointed(event) {
    this.pointer = { target: event.composedPath()[0], x: event.clientX, y: event.clientY, buttons: event.buttons, kind: KINDS[event.pointerType] ?? 0 };
    // A press is told at once: the next move would hide it.
    if (event.type === "pointermove") this.later("pointer", () => this.readPointer());
    else this.readPointer();
  }

  hoverMoved(event) {
    this.over = event.composedPath()[0];
    this.later("hover", () => this.told(this.capture.doc, [" hover"]));
  }

  hovered() {
    const id = this.over?.isConnected ? this.capture.id(this.over) : 0;
    return id ? String(id) : null;
  }

  readPointer() {
    const { capture, pointer } = this;
    this.pointer = null;
    if (pointer === null || !capture.ready) return;
    let element = pointer.target;
    while (element && !(element.nodeType === 1 && capture.id(element))) element = capture.nodes.parent(element) ?? element.parentNode;
    if (!element) return;
    const box = element.getBoundingClientRect(), from = frameOffset(element, capture.nodes);
    const part = (at, start, size) => (size === 0 ? 0 : Math.min(1, Math.max(0, (at - start) / size)));
    const page = capture.doc.defaultView;
    capture.port.cursor(
      capture.id(element), part(pointer.x, box.left, box.width), part(pointer.y, box.top, box.height),
      pointer.x + from.x + page.scrollX, pointer.y + from.y + page.scrollY, pointer.buttons, pointer.kind,
    );
  }

  look() {
    this.view = viewOf(this.capture.doc.defaultView);
    this.told(this.capture.doc, [" viewport"]);
  }

  viewport() {
    return this.view;
  }

  /** Runs `work` once before the next paint. */
  later(name, work) {
    this.waiting.set(name, work);
    if (this.planned) return;
    this.planned = true;
    frame(() => {
      this.planned = false;
      const works = [...this.waiting.values()];
      this.waiting.clear();
      for (const each of works) this.capture.guard(each);
    });
  }

  /** Tells ` defined` of a custom element's name once it is. */
  awaitDefinition(element) {
    const name = element.localName, page = element.ownerDocument.defaultView;
    if (this.undefinedNames.has(name) || !page) return;
    this.undefinedNames.add(name);
    page.customElements.whenDefined(name).then(() => this.capture.guard(() => {
      for (const root of this.capture.nodes.roots.keys()) {
        for (const each of root.querySelectorAll(name)) this.told(each, [" defined"]);
      }
    }), () => {});
  }
}

function deepActive(doc) {
  let active = doc.activeElement;
  for (;;) {
    const inner = active?.shadowRoot?.activeElement ?? framedDocument(active)?.activeElement;
    if (!inner) return active;
    active = inner;
  }
}

function framedDocument(element) {
  try {
    return element?.localName === "iframe" ? element.contentDocument : null;
  } catch {
    return null;
  }
}

/** Only fields of text have a selection; the others answer with null or throw. */
function fieldSelection(element) {
  try {
    const { selectionStart, selectionEnd } = element;
    return typeof selectionStart === "number" ? `${selectionStart} ${selectionEnd}` : null;
  } catch {
    return null;
  }
}

function scrollOf(node) {
  const box = node.nodeType === 9 ? node.scrollingElement ?? node.documentElement : node;
  return box ? { x: Math.round(box.scrollLeft), y: Math.round(box.scrollTop) } : { x: 0, y: 0 };
}

/** Where the viewport of an element's document lies in the page's own. */
function frameOffset(element, nodes) {
  let x = 0, y = 0;
  for (let host = nodes.roots.get(element.ownerDocument); host; host = nodes.roots.get(host.ownerDocument)) {
    const box = host.getBoundingClientRect();
    x += box.left + host.clientLeft;
    y += box.top + host.clientTop;
  }
  return { x, y };
}

/** ` viewport`: width, height, device pixel ratio, the visual viewport's scale and offset, and the bar beside the page. */
function viewOf(page) {
  const view = page.visualViewport;
  const round = (value) => Math.round(value * 1000) / 1000;
  const seen = [view?.scale ?? 1, view?.offsetLeft ?? 0, view?.offsetTop ?? 0];
  return [page.innerWidth, page.innerHeight, page.devicePixelRatio, ...seen, barOf(page)].map(round).join(" ");
}

/** How wide the scroll bar beside a page is; -1 where bars lie over pages, as on phones; 0 where there is none to ask. */
function barOf(page) {
  const box = page.document.scrollingElement;
  if (!box) return 0;
  const width = page.innerWidth - box.clientWidth;
  if (width > 0) return width < WIDEST_BAR ? width : 0;
  const { overflowY, scrollbarWidth } = page.getComputedStyle(box);
  return box.scrollHeight > box.clientHeight && !/hidden|clip/.test(overflowY) && scrollbarWidth !== "none" ? -1 : 0;
}
