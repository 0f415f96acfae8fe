// Live state that is no attribute: values, scroll positions, focus, selection, top layer, pictures.
//
// Set when the batch's tree is in place, because a browser forgets it otherwise: an option is selected within
// its select, a dialog is modal only while connected.

import { blank } from "./assets.js";
import { Choices } from "./choices.js";
import { canvasSize, lower, put, raise, scrollTo } from "./element.js";

const FIELD = /^(?:input|textarea)$/;
/** Types of inputs that hold nothing beside their attribute (HTML §4.10.5.4, modes "default" and "default/on"). */
const ATTRIBUTE_IS_VALUE = /^(?:button|checkbox|file|hidden|image|radio|reset|submit)$/;
/** What stands for a value that is hidden. */
const MASK = "••••••";
/** The value of a focus that the visitor's browser shows. */
const SEEN = "2";
/** Fields show their focus however it came. */
const SHOWS_FOCUS = "input, textarea, select, [contenteditable]";
/** What is a picture, or shown as one. */
const PICTURES = /^(?:canvas|img|video)$/;
/** What shows an address of its own; in any other element one would be a document, or play. */
const SHOWN = /^(?:image|img|input)$/;

export class Properties {
  constructor(page) {
    this.page = page;
    /** To be set when the tree is in place: node's number, name, value. */
    this.later = [];
    /** Wanted scroll positions, by node's number. */
    this.scrolls = new Map();
    /** What is in the top layer, in order. */
    this.top = new Map();
    /** Marker attribute → elements that have it. */
    this.chains = new Map();
    this.focused = new Map();
    this.sources = new Map();
    this.selections = new Map();
    /** What fields hold, as it was told. */
    this.values = new Map();
    this.choices = new Choices(page);
    /** Sizes of what is not shown, or not itself. */
    this.boxes = new Map();
    /** Pictures that load, with what is known of their assets. */
    this.loading = new Map();
    /** The visitor's viewport: width and height in CSS pixels. */
    this.viewport = null;
    this.scheme = "light";
    this.resized = false;
  }

  set(id, name, value) {
    if (name === "mode") this.page.mode(id, value);
    else this.later.push([id, name, value]);
  }

  settle(moved) {
    const { later } = this;
    this.later = [];
    for (const [id, name, value] of later) {
      const node = this.page.nodes[id];
      if (node) this.page.attempt(() => this.now(id, node, name, value));
    }
    this.choices.settle(moved);
    if (!moved) return;
    this.reopen();
    for (const id of this.boxes.keys()) if (this.page.nodes[id]?.localName === "iframe") this.frame(id);
  }

  now(id, node, name, value) {
    const set = SETTERS[name];
    if (set) set(this, node, value, id);
    else if (name.startsWith("css:")) this.page.sheets.construct(Number(name.slice(4)), value);
  }

  forget(id) {
    for (const map of [this.scrolls, this.top, this.focused, this.sources, this.selections, this.boxes, this.values]) map.delete(id);
    this.choices.forget(id);
  }

  /**
   * Gives a field another type. Browsers take the value along, cut to fit or written into the attribute; but here it
   * may be a mask. Hidden for a moment, the field has forgotten it, and gets what was told.
   */
  retype(id, input, type) {
    const value = input.getAttribute("value");
    for (const each of ["hidden", type]) {
      put(input, "type", each);
      put(input, "value", value);
    }
    this.maskShows(id, input);
    if (this.values.has(id)) this.later.push([id, "value", this.values.get(id)]);
  }

  /** A number or a date cannot hold a mask, and would look as if it were empty: the mask is painted there. */
  maskShows(id, input) {
    const isPainted = (this.values.get(id) ?? input.getAttribute("value")) === MASK && input.value === "";
    put(input, "data-tandem-masked", isPainted ? "" : null);
  }

  // Top layer

  /** Moving takes an element out of the top layer. */
  reopen() {
    for (const [id, how] of this.top) {
      const node = this.page.nodes[id];
      if (node?.isConnected) this.page.attempt(() => raise(node, how));
    }
  }

  // Pictures

  show(id, value) {
    if (value === null) this.sources.delete(id);
    else this.sources.set(id, Number(value));
    this.picture(id);
  }

  /** Shows the asset of `src` or `frame`; where there is none, a blank of the size that the node told. */
  picture(id) {
    const node = this.page.nodes[id];
    if (!node) return;
    const number = this.sources.get(id);
    const url = number === undefined ? null : this.page.assets.picture(number, `picture ${id}`);
    if (node.localName === "canvas") this.face(node, url ?? this.blank(id, canvasSize(node)), id);
    else if (node.localName === "video") this.poster(id, node, url);
    else if (node.localName === "img" && number === undefined) this.face(node, this.blank(id), id);
    else if (SHOWN.test(node.localName)) this.source(node, url, number);
  }

  blank(id, size) {
    const box = this.boxes.get(id);
    return box === undefined ? null : blank(...(size ?? numbers(box)));
  }

  source(node, url, number) {
    const name = node.localName === "image" ? "href" : "src";
    node.removeAttribute("srcset");
    if (url === null) {
      node.removeAttribute(name);
      return;
    }
    node.setAttribute(name, url);
    if (node.localName === "img") this.loading.set(node, this.page.assets.known.get(number));
  }

  /** Whether pictures are on their way. Those that are there show at the visitor's density from now on. */
  get isLoading() {
    for (const [picture, meaning] of this.loading) {
      if (picture.isConnected && !picture.complete) continue;
      this.loading.delete(picture);
      const density = picture.naturalWidth / (meaning?.width || picture.naturalWidth || 1);
      // What `srcset` chose for the visitor has more pixels than its size; a drawing has no pixels.
      if (meaning?.isDrawing || Math.abs(density - 1) < 0.02 || !Number.isFinite(density) || density <= 0) continue;
      picture.setAttribute("srcset", `${picture.getAttribute("src")} ${density.toFixed(4)}x`);
      // Left there, it would be one more choice, of density 1.
      picture.removeAttribute("src");
      this.loading.set(picture, undefined);
    }
    return this.loading.size !== 0;
  }

  /** Shows a picture by `content`: without scripts a canvas has no box of its own. */
  face(node, url, id) {
    if (url === null) {
      node.removeAttribute("data-tandem-picture");
      return;
    }
    const { sheets, assets } = this.page;
    assets.probe(url);
    const key = sheets.rule(`picture ${id}`, (key) => `[data-tandem-picture="${key}"]{content:url("${url}")!important}`);
    node.setAttribute("data-tandem-picture", key);
  }

  /** A video is its picture; it has no frames to get a size from. */
  poster(id, node, url) {
    const shown = url ?? this.blank(id);
    if (shown === null) node.removeAttribute("poster");
    else node.setAttribute("poster", shown);
    const box = this.boxes.get(id);
    if (box === undefined) {
      node.removeAttribute("data-tandem-picture");
      return;
    }
    const [width, height] = numbers(box);
    const key = this.page.sheets.rule(
      `picture ${id}`,
      (key) => `:where([data-tandem-picture="${key}"]){width:${width}px;height:${height}px}`,
    );
    node.setAttribute("data-tandem-picture", key);
  }

  /** What is not shown keeps its size. */
  box(id, node, value) {
    if (value === null) this.boxes.delete(id);
    else this.boxes.set(id, value);
    if (node.localName === "iframe") this.frame(id);
    else if (PICTURES.test(node.localName)) this.picture(id);
    else this.area(id, node, value);
  }

  area(id, node, value) {
    if (value === null) {
      node.removeAttribute("data-tandem-box");
      return;
    }
    const [width, height] = numbers(value);
    const size = `{box-sizing:border-box!important;width:${width}px!important;height:${height}px!important}`;
    const key = this.page.sheets.rule(`area ${id}`, (key) => `[data-tandem-box="${key}"]${size}`);
    node.setAttribute("data-tandem-box", key);
  }

  /** A frame has its size by itself; one whose document is not shown looks like it. */
  frame(id) {
    const isHidden = this.boxes.has(id) && !this.page.nested.has(id);
    this.page.nodes[id]?.toggleAttribute("data-tandem-box", isHidden);
  }

  // Pointer and focus

  /** Marks an element and everything around it, through shadow roots and frames. */
  mark(kind, element) {
    const name = `data-tandem-${kind}`;
    const chain = element ? around(element, this.page.frame) : [];
    const before = this.chains.get(name) ?? [];
    const stays = new Set(chain);
    for (const old of before) if (!stays.has(old)) old.removeAttribute(name);
    for (const fresh of chain) if (!fresh.hasAttribute(name)) fresh.setAttribute(name, "");
    this.chains.set(name, chain);
  }

  focus(id, node, value) {
    for (const name of ["data-tandem-focus", "data-tandem-focus-visible"]) node.removeAttribute(name);
    if (value === null) {
      this.focused.delete(id);
    } else {
      this.focused.set(id, node);
      node.setAttribute("data-tandem-focus", "");
      if (value === SEEN || node.matches(SHOWS_FOCUS)) node.setAttribute("data-tandem-focus-visible", "");
    }
    this.mark("focus-within", [...this.focused.values()].at(-1) ?? null);
  }

  // Selection

  select(id, node, value) {
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (value !== null && FIELD.test(node.localName)) node.setSelectionRange(...numbers(value));
      return;
    }
    this.selections.set(id, value);
    const ranges = [...this.selections.values()].map((text) => this.range(text)).filter(Boolean);
    const { CSS, Highlight } = node.defaultView ?? {};
    CSS?.highlights?.set("tandem-selection", new Highlight(...ranges));
  }

  /** A highlight and no selection: it is seen in a frame that has no focus, and takes none. */
  range(text) {
    const [startId, from, endId, to] = numbers(text ?? "");
    const start = this.page.nodes[startId];
    const end = this.page.nodes[endId];
    if (!start || !end) return null;
    return new StaticRange({ startContainer: start, startOffset: from, endContainer: end, endOffset: to });
  }

  // Scroll

  /** Brings boxes to where the visitor's are. Called once before paint: setting a scroll position lays out. */
  scroll(follows) {
    for (const [id, [x, y]] of this.scrolls) {
      const node = this.page.nodes[id];
      // A document's own box is told as the document's.
      if (!node || node === node.ownerDocument?.scrollingElement) this.scrolls.delete(id);
      else if (follows || node !== this.page.doc) scrollTo(node, x, y);
    }
  }
}

/** An element and all that it is in, as `:hover` sees it: by slots, hosts and frames, up to ours. */
function around(element, frame) {
  const chain = [];
  let node = element;
  while (node && node !== frame) {
    if (node.nodeType === Node.ELEMENT_NODE) chain.push(node);
    if (node.nodeType === Node.DOCUMENT_NODE) node = node.defaultView?.frameElement;
    else node = node.assignedSlot ?? node.parentNode ?? node.host;
  }
  return chain;
}

const numbers = (text) => text.split(" ").map(Number).map((it) => (Number.isFinite(it) ? it : 0));

const isOn = (value) => value === "1";

const SETTERS = {
  value(all, node, value, id) {
    if (value === null) all.values.delete(id);
    else all.values.set(id, value);
    if (!ATTRIBUTE_IS_VALUE.test(node.type)) node.value = value ?? node.defaultValue ?? "";
    if (node.localName === "input") all.maskShows(id, node);
  },
  checked(all, node, value, id) {
    all.choices.tell(id, node, "checked", value);
  },
  selected(all, node, value, id) {
    all.choices.tell(id, node, "selected", value);
  },
  indeterminate(_, node, value) {
    node.indeterminate = isOn(value);
  },
  files(_, node, value) {
    const chosen = new DataTransfer();
    for (const name of value ? value.split(", ") : []) chosen.items.add(new File([], name));
    node.files = chosen.files;
  },
  scroll(all, _, value, id) {
    all.scrolls.set(id, value === null ? [0, 0] : numbers(value));
  },
  open(all, node, value, id) {
    all.top.delete(id);
    lower(node);
    if (!value) return;
    all.top.set(id, value);
    raise(node, value);
  },
  focus(all, node, value, id) {
    all.focus(id, node, value);
  },
  selection(all, node, value, id) {
    all.select(id, node, value);
  },
  sheet(all, _, value, id) {
    all.page.sheets.say(id, value);
  },
  disabled(all, _, value, id) {
    all.page.sheets.limit(id, "disabled", value);
  },
  media(all, _, value, id) {
    all.page.sheets.limit(id, "media", value);
  },
  adopted(all, node, value) {
    all.page.sheets.use(node, value ? numbers(value) : []);
  },
  src(all, _, value, id) {
    all.show(id, value);
  },
  frame(all, _, value, id) {
    all.show(id, value);
  },
  box(all, node, value, id) {
    all.box(id, node, value);
  },
  defined(_, node) {
    const view = node.ownerDocument.defaultView;
    const { customElements, HTMLElement } = view;
    if (!customElements.get(node.localName)) customElements.define(node.localName, class extends HTMLElement {});
  },
  viewport(all, _, value) {
    const [width, height, , , , , bar] = numbers(value ?? "");
    if (!width || !height) return;
    all.viewport = [width, height];
    all.resized = true;
    // Who speaks an older version of the protocol does not tell of the bar.
    all.page.sheets.bars(bar ?? 0);
  },
  scheme(all, _, value) {
    all.scheme = value === "dark" ? "dark" : "light";
    all.resized = true;
  },
  hover(all, _, value) {
    all.mark("hover", all.page.nodes[Number(value ?? 0)] ?? null);
  },
};
