// Walks what is new, once, in preorder, and writes op words. Reads of the DOM decide the time, so each node is
// asked for as little as possible, and nothing here needs a layout.
import { CDATA, COMMENT, DOCTYPE, DOCUMENT, ELEM, END, KNOWN, SHADOW, TEXT } from "./words.js";
import { BLOCK, FIELDS } from "./rules.js";

const HTML = "http://www.w3.org/1999/xhtml", SVG = "http://www.w3.org/2000/svg", MATH = "http://www.w3.org/1998/Math/MathML";
/** Elements whose children are never sent: data and programs, or what shows only where the element fails. */
const LEAVES = new Set(["script", "noscript", "template", "object", "iframe", "frame"]);
/** Nodes between two looks at the clock. */
const STRIDE = 32;
/** Looks at the clock that a batch ignores. */
const LEAST = 4;
/** UTF-16 units of new strings in one batch: keeps a frame far below its bound. */
const MOST_TEXT = 1 << 20;

export class Walk {
  constructor(capture) {
    this.capture = capture;
    this.nodes = capture.nodes;
    this.words = capture.words;
    /** Parents whose children were sent in part: the deepest last, each with its last sent child. */
    this.stack = [];
    this.open = new Map();
    /** Names of attributes that are nothing but themselves, with their numbers. */
    this.ordinary = new Map();
    this.deadline = 0;
    this.least = LEAST;
    this.begin();
  }

  /** Begins a batch: ids from `base` on are new in it. */
  begin() {
    this.base = this.nodes.nodes.length;
    /** Known ids that were placed anew. */
    this.moved = [];
    this.placed = new Set();
    /** Documents and shadow roots that are new: their properties follow as attribute records. */
    this.entered = [];
    this.steps = 0;
    this.asked = 0;
  }

  /** Nothing has been sent of `doc` but itself. */
  restart(doc) {
    this.stack.length = 0;
    this.open.clear();
    this.push(doc, null);
  }

  push(node, cursor) {
    const entry = { node, cursor };
    this.stack.push(entry);
    this.open.set(node, entry);
  }

  /** Whether the batch should end. The first steps of a batch are always taken: it must get somewhere. */
  late() {
    if (++this.asked <= this.least) return false;
    return this.deadline < performance.now() || MOST_TEXT < this.words.str.length;
  }

  /** Sends one subtree. Known nodes inside it are named, not sent again. False when time ran out inside. */
  subtree(top, known) {
    const { nodes, words } = this;
    let node = top;
    for (;;) {
      const id = known ? nodes.id(node) : 0;
      let child = null;
      if (id !== 0) this.place(id);
      else child = this.one(node);
      // A document and its doctype come together: how the page is laid out depends on both.
      if (++this.steps % STRIDE === 0 && node.nodeType !== 9 && this.late()) return this.suspend(node, child, top);
      if (child !== null) {
        node = child;
        continue;
      }
      for (;;) {
        if (node === top) return true;
        const next = this.next(node);
        if (next !== null) {
          node = next;
          break;
        }
        node = nodes.parent(node);
        words.put(END);
      }
    }
  }

  place(id) {
    this.words.put(KNOWN | id << 4);
    this.moved.push(id);
    this.placed.add(id);
  }

  /** The sibling after `node`; after a shadow root, its host's first child. */
  next(node) {
    if (node.nodeType !== 11) return this.nodes.after(node);
    const host = this.nodes.roots.get(node);
    return host ? this.nodes.first(host) : null;
  }

  /** Ends the batch inside a subtree: what was opened is closed on the wire and goes on in a later batch. */
  suspend(node, child, top) {
    const { words, nodes } = this, from = this.stack.length;
    if (child !== null) {
      words.put(END);
      this.push(node, null);
    }
    while (node !== top) {
      const parent = nodes.parent(node);
      words.put(END);
      this.push(parent, node);
      node = parent;
    }
    const opened = this.stack.splice(from);
    this.stack.push(...opened.reverse());
    return opened.length === 0;
  }

  /** Goes on with the parents that are open, deepest first. False when time ran out. */
  resume() {
    const { stack, open, nodes, words } = this;
    while (stack.length) {
      const entry = stack[stack.length - 1];
      let node = nodes.id(entry.node) && !this.blocked(entry.node) ? this.unsent(entry) : null;
      if (node !== null) {
        this.group(entry.node, entry.cursor);
        while (node !== null) {
          const whole = this.subtree(node, false);
          entry.cursor = node;
          if (!whole || this.late()) {
            words.put(END);
            return false;
          }
          node = this.unsent(entry);
        }
        words.put(END);
      }
      stack.splice(stack.lastIndexOf(entry), 1);
      if (open.get(entry.node) === entry) open.delete(entry.node);
    }
    return true;
  }

  /** Begins a group of children of `parent` after `previous`. */
  group(parent, previous) {
    const { nodes, words } = this;
    let sent = previous;
    while (sent !== null && !nodes.roots.has(sent) && nodes.id(sent) === 0) sent = nodes.before(sent);
    words.put(nodes.id(parent));
    words.put(sent === null || nodes.roots.has(sent) ? 0 : nodes.id(sent));
  }

  /** The first child of an open parent that the walk has yet to send, or null. */
  unsent({ node, cursor }) {
    const { nodes } = this;
    if (cursor !== null) return nodes.roots.has(cursor) && this.framed(node) ? null : this.next(cursor);
    const slot = node.nodeType === 1 ? nodes.content(node) : null;
    if (slot !== null && !nodes.id(slot)) {
      this.enter(slot, node);
      return slot;
    }
    return this.framed(node) ? null : nodes.first(node);
  }

  /** Whether the walk has passed the place of `child` in `parent`. */
  passed(parent, child) {
    const entry = this.open.get(parent);
    if (entry === undefined) return true;
    const { cursor } = entry;
    if (cursor === null) return false;
    if (cursor === child) return true;
    if (this.nodes.roots.has(cursor)) return false;
    return this.nodes.roots.has(child) || (cursor.compareDocumentPosition(child) & 4) === 0;
  }

  /** After `touched` nodes changed their places: each open parent's last sent child is one that stayed. */
  mend(touched) {
    const { nodes } = this;
    for (const entry of this.stack) {
      const { node, cursor } = entry;
      if (cursor === null || nodes.roots.has(cursor)) continue;
      const passed = (child) => !touched.has(child) && (nodes.id(child) !== 0 || nodes.skipped.has(child));
      if (cursor.parentNode === node && passed(cursor)) continue;
      const slot = nodes.slots.get(node);
      entry.cursor = slot !== undefined && nodes.id(slot) ? slot : null;
      for (let child = nodes.first(node); child !== null; child = nodes.after(child)) {
        if (passed(child)) entry.cursor = child;
      }
    }
  }

  /** Whether a box stands for `node`: as was told of it, or as it will be told. */
  blocked(node) {
    if (node.nodeType !== 1) return false;
    const id = this.nodes.id(node);
    return ((id ? this.nodes.flags.get(id) ?? 0 : this.capture.rules.flags(node)) & BLOCK) !== 0;
  }

  framed(node) {
    return node.nodeType === 1 && LEAVES.has(node.localName);
  }

  /** Whether the children of `element` stay unsent, read from the page itself. */
  leaf(element) {
    if (element.nodeType !== 1) return false;
    return element === this.nodes.host || LEAVES.has(element.localName) || this.blocked(element);
  }

  /** Sends one node that is new, and says what of it comes next: its root, its first child, or null. */
  one(node) {
    return this.write(node, this.nodes.add(node), true);
  }

  /** Writes the words of one node; `deep` says that its content comes next, and follows it. */
  write(node, id, deep) {
    const { words } = this;
    switch (node.nodeType) {
      case 1:
        return this.element(node, id, deep);
      case 3:
        words.put(TEXT | words.value(node.data) << 4);
        return null;
      case 4:
        words.put(CDATA | words.value(node.data) << 4);
        return null;
      case 9:
      case 11:
        return this.root(node, id);
      case 10:
        words.put(DOCTYPE | words.value(node.name) << 4);
        words.put(words.value(node.publicId));
        words.put(words.value(node.systemId));
        return null;
      default:
        // A comment or processing instruction holds a place among its siblings and shows nothing.
        words.put(COMMENT | words.value("") << 4);
        return null;
    }
  }

  root(node, id) {
    const mode = (node.mode === "closed" ? 1 : 0) | (node.delegatesFocus ? 2 : 0);
    this.words.put(node.nodeType === 9 ? DOCUMENT : SHADOW | mode << 4);
    this.entered.push(id);
    const child = this.nodes.first(node);
    // A root is always opened on the wire, an element only when it holds something.
    if (child === null) this.words.put(END);
    return child;
  }

  enter(root, host) {
    if (this.nodes.slots.get(host) === root) return;
    this.nodes.enter(root, host);
    this.capture.rules.enter(root);
    this.capture.dirty.lookAhead(root);
    this.capture.follow(root);
  }

  element(node, id, deep) {
    const { words, nodes, capture } = this;
    const at = words.pos, uri = node.namespaceURI, html = uri === HTML;
    const tag = html ? node.localName : node.tagName;
    const space = html ? 0 : uri === SVG ? 1 : uri === MATH ? 2 : 3;
    words.room(2);
    words.pos += 2;
    this.popover = false;
    const isField = FIELDS.has(tag);
    if (isField && html) capture.hooks.met(node);
    if (tag === "label") capture.rules.labelled(node);
    // A document that is edited whole says so nowhere in its attributes.
    this.marked = isField || tag === "html" || capture.rules.active;
    let count = node.hasAttributes() ? this.attributes(node, html) : 0;
    const flags = this.marked ? capture.rules.flags(node) : 0;
    if (flags !== 0 && deep) nodes.flags.set(id, flags);
    count += capture.properties.write(node, html ? tag : "", flags, this.popover);
    const child = !deep || (flags & BLOCK) !== 0 ? null : this.inside(node, tag);
    words.buf[at] = (ELEM | space << 4 | (child !== null ? 64 : 0) | flags << 7 | count << 15) >>> 0;
    words.buf[at + 1] = words.name(tag);
    return child;
  }

  inside(node, tag) {
    const slot = this.nodes.content(node);
    if (slot !== null) {
      this.enter(slot, node);
      return slot;
    }
    return LEAVES.has(tag) ? null : this.nodes.first(node);
  }

  attributes(node, html) {
    const { words, ordinary } = this, names = node.getAttributeNames();
    words.room(2 * names.length);
    for (let k = 0; k < names.length; k++) {
      let name = names[k], value = node.getAttribute(name);
      let ref = html ? ordinary.get(name) : undefined;
      if (ref === undefined || value === null) {
        ({ name, value } = this.unusual(node, name, value, html));
        ref = words.name(name);
      }
      if (1024 < value.length) value = this.capture.attributes.shown(name, value);
      const { buf } = words;
      buf[words.pos++] = ref;
      buf[words.pos++] = words.value(value);
    }
    return names.length;
  }

  /** An attribute that may be namespaced or mean something to us, or whose name is seen for the first time. */
  unusual(node, name, value, html) {
    const tells = name.startsWith("data-tandem-") || name === "contenteditable";
    if (tells) this.marked = true;
    if (name === "popover") this.popover = true;
    if (value === null || name.includes(":") || (!html && name === "href")) return this.capture.attributes.precise(node, name);
    if (html && !tells && name !== "popover") this.ordinary.set(name, this.words.name(name));
    return { name, value };
  }
}
