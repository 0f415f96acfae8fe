// One epoch of a page: its frame, its nodes by number, and what a batch does to them.
//
// A batch is applied in one task. Tree and attributes first, in the order of the batch; then nested documents
// get their frames; then live state, which needs its element in place; then sheets. Layout is not read here.

import { Assets } from "./assets.js";
import { Properties } from "./properties.js";
import { doctypeText, seal, sealedFrame } from "./seal.js";
import { Sheets, styledBy } from "./sheets.js";

/** Numbered as `sink.rs` writes them. */
const ELEMENT = 1;
const TEXT = 2;
const DOCTYPE = 3;
const SHADOW = 4;
const DOCUMENT = 5;
const INSERT = 6;
const DETACH = 7;
const REMOVE = 8;
const ATTRIBUTE = 9;
const NAMESPACED = 10;
const PROPERTY = 11;
const SET_TEXT = 12;
const ASSET = 13;

const NAMESPACES = [
  "http://www.w3.org/1999/xhtml",
  "http://www.w3.org/2000/svg",
  "http://www.w3.org/1998/Math/MathML",
  null,
];
const COMMENT = 1;

/** So many removals, and the table is searched for what went with them. */
const SWEEP = 32;

/** The main document's number. */
const MAIN = 1;

export class Page {
  constructor(owner, store, epoch) {
    this.epoch = epoch;
    this.frame = sealedFrame(owner);
    this.nodes = [];
    /** Host's number → nested document. */
    this.nested = new Map();
    /** Whether its keyframe has ended. */
    this.isWhole = false;
    /** Modes that this batch told, by document. */
    this.modes = new Map();
    /** Changes that the browser would not make: forged or impossible ones. */
    this.refused = 0;
    /** Removals since the last sweep. */
    this.removed = 0;
    this.assets = new Assets(store, this);
    this.sheets = new Sheets(this);
    this.properties = new Properties(this);
  }

  /** Begins the document, once the frame is in the viewer's page. */
  begin(name, publicId, systemId, mode) {
    this.doc = this.frame.contentDocument;
    seal(this.doc, doctypeText(name, publicId, systemId), mode);
    this.nodes[MAIN] = this.doc;
    this.sheets.addDocument(this.doc);
  }

  /** Applies one batch. `lengths` cuts `text` into its strings. */
  apply(words, lengths, text) {
    const strings = cut(lengths, text);
    let at = 0;
    this.moved = false;
    while (at < words.length) {
      const step = STEPS[words[at]];
      try {
        step.run(this, words, at + 1, strings);
      } catch (error) {
        this.refuse(error);
      }
      at += step.size;
    }
    for (const work of AFTERWARDS) this.attempt(work);
  }

  /** Whatever a frame says, and whatever the browser makes of it: the page goes on. */
  attempt(work) {
    try {
      work(this);
    } catch (error) {
      this.refuse(error);
    }
  }

  refuse() {
    this.refused++;
  }

  /** Shows what was waiting for an asset that came. */
  refill() {
    for (const key of this.assets.stale) {
      const [kind, id] = key.split(" ");
      if (kind === "sheet") this.sheets.mark(+id);
      else if (kind === "css") this.sheets.refill(+id);
      else if (kind === "style") this.sheets.restyle(+id);
      else this.properties.picture(+id);
    }
    this.assets.stale.clear();
  }

  element(namespace, tag) {
    try {
      // A parser makes elements with a colon in their names; only `createElement` does, too.
      if (namespace === 0 && tag.includes(":")) return this.doc.createElement(tag);
      return this.doc.createElementNS(NAMESPACES[namespace], tag);
    } catch (error) {
      this.refuse(error);
      return this.doc.createElement("tandem-box");
    }
  }

  /** Lets go of what was below removed nodes: the frames name the top of a subtree only. */
  sweep() {
    this.removed = 0;
    this.nodes.forEach((node, id) => {
      if (!node.isConnected) this.forget(id);
    });
  }

  forget(id) {
    delete this.nodes[id];
    this.nested.delete(id);
    this.sheets.forget(id);
    this.properties.forget(id);
  }

  insert(id, parentId, beforeId) {
    const node = this.nodes[id];
    const parent = this.nodes[parentId];
    const before = beforeId ? this.nodes[beforeId] : null;
    this.moved = true;
    if (styledBy(parent) && node.nodeType === Node.TEXT_NODE) node.data = this.sheets.written(node.data);
    parent.insertBefore(node, before?.parentNode === parent ? before : null);
    if (styledBy(parent)) this.sheets.mark(parentId);
    else if (styledBy(node)) this.sheets.mark(id);
  }

  /** Takes a node out; a nested document's nodes go all at once. */
  detach(id) {
    const node = this.nodes[id];
    this.moved = true;
    if (node.nodeType === Node.DOCUMENT_NODE) {
      for (const [host, nested] of this.nested) if (nested.id === id) this.nested.delete(host);
      node.replaceChildren();
    } else {
      if (styledBy(node.parentNode)) this.sheets.markNode(node.parentNode);
      node.remove();
    }
  }

  /** Forgets a node that will not come back. */
  remove(id) {
    const node = this.nodes[id];
    if (!node) return;
    if (node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) this.sheets.adopted.delete(node);
    else if (node !== this.doc) this.detach(id);
    this.forget(id);
    this.removed++;
  }

  setText(id, data) {
    const node = this.nodes[id];
    const parent = node.parentNode;
    if (styledBy(parent)) {
      node.data = this.sheets.written(data);
      this.sheets.markNode(parent);
    } else {
      node.data = data;
    }
  }

  attribute(id, attribute, value) {
    const element = this.nodes[id];
    // Titles make sets of sheets, of which a document shows one: the visitor's browser has chosen already.
    const name = attribute === "title" && styledBy(element) ? "data-tandem-title" : attribute;
    if (name === "style") this.sheets.style(id, value);
    else if (name === "type" && element.localName === "input") this.properties.retype(id, element, value);
    else if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, value);
    if (name === "value" && element.localName === "input") this.properties.maskShows(id, element);
    this.properties.choices.attribute(id, element, name);
  }

  namespaced(id, uri, name, value) {
    const element = this.nodes[id];
    if (value === null) element.removeAttributeNS(uri, name.slice(name.indexOf(":") + 1));
    else element.setAttributeNS(uri, name, value);
  }

  shadow(id, hostId, mode) {
    // Always open: nothing in the frame could look inside, and pointing at a place has to.
    const root = this.nodes[hostId].attachShadow({ mode: "open", delegatesFocus: (mode & 2) !== 0 });
    this.nodes[id] = root;
    this.moved = true;
    this.sheets.addRoot(root);
  }

  /** A nested document is built aside until its frame is in place and has a document. */
  document(id, hostId) {
    const aside = this.doc.implementation.createHTMLDocument();
    aside.replaceChildren();
    this.nodes[id] = aside;
    this.nested.set(hostId, { id, root: aside, mode: "" });
    this.moved = true;
  }

  /** Gives every nested document the document that its frame has now: a frame that moves gets a new one. */
  mountNested() {
    let mounted = this.nested.size !== 0;
    let any = false;
    while (mounted) {
      mounted = false;
      for (const [hostId, nested] of this.nested) mounted = this.mount(hostId, nested) || mounted;
      any ||= mounted;
    }
    if (any) this.sheets.remount();
  }

  mount(hostId, nested) {
    const host = this.nodes[hostId];
    const live = host?.isConnected ? host.contentDocument : null;
    if (!live || live === nested.root) return false;
    const { name = "", publicId = "", systemId = "" } = nested.root.doctype ?? {};
    seal(live, doctypeText(name, publicId, systemId), nested.mode);
    // One by one: several are put into a fragment first, which takes no doctype.
    while (nested.root.firstChild) live.appendChild(nested.root.firstChild);
    this.nodes[nested.id] = live;
    nested.root = live;
    this.sheets.addDocument(live);
    return true;
  }

  /** A document's mode: kept until a nested one is mounted; one that stands gets it by a new beginning. */
  mode(id, value) {
    for (const nested of this.nested.values()) if (nested.id === id) nested.mode = value ?? "";
    if (value) this.modes.set(id, value);
  }

  /** Pages change the mode of a document by writing it anew. Its nodes stay what they are. */
  settleModes() {
    for (const [id, mode] of this.modes) {
      const doc = this.nodes[id];
      if (!doc?.defaultView || doc.compatMode === mode) continue;
      const nodes = [...doc.childNodes];
      const { name = "", publicId = "", systemId = "" } = doc.doctype ?? {};
      seal(doc, doctypeText(name, publicId, systemId), mode);
      for (const node of nodes) doc.appendChild(node);
      this.mountNested();
      this.sheets.remount();
    }
    this.modes.clear();
  }

  /** The number of a node of the frame, or 0. Searched: asked once per pointer event, stored never. */
  number(node) {
    return Math.max(this.nodes.indexOf(node), 0);
  }
}

function cut(lengths, text) {
  const strings = new Array(lengths.length);
  let from = 0;
  for (let index = 0; index < lengths.length; index++) {
    strings[index] = text.slice(from, from + lengths[index]);
    from += lengths[index];
  }
  return strings;
}

/** A reference that may be none: 0, or the string's number plus one. */
const maybe = (strings, word) => (word === 0 ? null : strings[word - 1]);

/** What follows once the tree is in place, each whatever became of the others. */
const AFTERWARDS = [
  (page) => page.moved && page.mountNested(),
  (page) => page.settleModes(),
  (page) => page.properties.settle(page.moved),
  (page) => page.refill(),
  (page) => page.sheets.settle(),
  (page) => SWEEP <= page.removed && page.sweep(),
];

/** By op: how many words it takes, itself included, and what it does with those from `w[a]` on. */
const STEPS = [];
STEPS[ELEMENT] = {
  size: 4,
  run: (page, w, a, s) => {
    page.nodes[w[a]] = page.element(w[a + 1], s[w[a + 2]]);
  },
};
STEPS[TEXT] = {
  size: 4,
  run: (page, w, a, s) => {
    const data = s[w[a + 2]];
    page.nodes[w[a]] = w[a + 1] === COMMENT ? page.doc.createComment(data) : page.doc.createTextNode(data);
  },
};
STEPS[DOCTYPE] = {
  size: 5,
  run: (page, w, a, s) => {
    const make = page.doc.implementation;
    page.nodes[w[a]] = make.createDocumentType(s[w[a + 1]], s[w[a + 2]], s[w[a + 3]]);
  },
};
STEPS[SHADOW] = { size: 4, run: (page, w, a) => page.shadow(w[a], w[a + 1], w[a + 2]) };
STEPS[DOCUMENT] = { size: 3, run: (page, w, a) => page.document(w[a], w[a + 1]) };
STEPS[INSERT] = { size: 4, run: (page, w, a) => page.insert(w[a], w[a + 1], w[a + 2]) };
STEPS[DETACH] = { size: 2, run: (page, w, a) => page.detach(w[a]) };
STEPS[REMOVE] = { size: 2, run: (page, w, a) => page.remove(w[a]) };
STEPS[ATTRIBUTE] = {
  size: 4,
  run: (page, w, a, s) => page.attribute(w[a], s[w[a + 1]], maybe(s, w[a + 2])),
};
STEPS[NAMESPACED] = {
  size: 5,
  run: (page, w, a, s) => page.namespaced(w[a], s[w[a + 1]], s[w[a + 2]], maybe(s, w[a + 3])),
};
STEPS[PROPERTY] = {
  size: 4,
  run: (page, w, a, s) => page.properties.set(w[a], s[w[a + 1]], maybe(s, w[a + 2])),
};
STEPS[SET_TEXT] = { size: 3, run: (page, w, a, s) => page.setText(w[a], s[w[a + 1]]) };
STEPS[ASSET] = {
  size: 7,
  run: (page, w, a, s) => {
    const [state, width, height] = w.subarray(a + 1, a + 4);
    const mime = s[w[a + 5]];
    const kind = { isDrawing: mime === "image/svg+xml", isSheet: mime === "text/css" };
    const meaning = { state, width, height, hash: s[w[a + 4]], ...kind };
    page.assets.set(w[a], meaning);
  },
};
