// Which node has which number, which documents and shadow roots are followed, and who is inside whom.

export class Nodes {
  /** @param {Document} doc the page's own document, node 1 of every epoch */
  constructor(doc, host) {
    this.doc = doc;
    /** Our own element in the page: never captured, never a sibling. */
    this.host = host;
    this.ids = new WeakMap();
    /** `nodes[id] === node` proves that an id is of this epoch and alive. */
    this.nodes = [null];
    /** Documents and shadow roots that are followed, each with the element that holds it. */
    this.roots = new Map();
    /** Those of them that an element may lose: a shadow root stays, a frame's document does not. */
    this.framed = new Set();
    /** The followed root inside an element. */
    this.slots = new WeakMap();
    /** Redaction facts of elements that have any, by id. */
    this.flags = new Map();
    /** Nodes that WebAssembly would not send, or that are gone. */
    this.skipped = new WeakSet();
    this.known = 0;
    this.onRetired = () => {};
  }

  /** Begins a new epoch: everything is unknown but the document. */
  begin() {
    this.nodes = [null, this.doc];
    this.ids.set(this.doc, 1);
    this.flags.clear();
    this.roots.clear();
    this.framed.clear();
    this.slots = new WeakMap();
    this.roots.set(this.doc, null);
    this.known = 1;
  }

  id(node) {
    const id = this.ids.get(node);
    return id !== undefined && this.nodes[id] === node ? id : 0;
  }

  add(node) {
    this.ids.set(node, this.nodes.length);
    this.skipped.delete(node);
    this.known += 1;
    return this.nodes.push(node) - 1;
  }

  /** Whether `node` is in the page as far as it is followed. */
  live(node) {
    return node.isConnected && this.roots.has(node.getRootNode());
  }

  /** Forgets a subtree: what of it comes back later is new. */
  retire(top) {
    if (!this.id(top)) return;
    let node = top;
    for (;;) {
      let next = null;
      const id = this.id(node);
      if (id) {
        this.forget(node, id);
        next = node.firstChild;
      }
      while (next === null && node !== top) {
        next = node.nextSibling;
        if (next === null) node = node.parentNode;
      }
      if (next === null) return;
      node = next;
    }
  }

  forget(node, id) {
    this.nodes[id] = undefined;
    this.known -= 1;
    this.flags.delete(id);
    this.onRetired(node, id);
    if (node.nodeType === 1) {
      const slot = this.slots.get(node);
      if (slot !== undefined) this.leave(slot);
    } else if (node.nodeType === 9 || node.nodeType === 11) this.leave(node);
  }

  /** Follows a document or shadow root inside `host`. */
  enter(root, host) {
    this.roots.set(root, host);
    if (root.nodeType === 9) this.framed.add(root);
    this.slots.set(host, root);
  }

  leave(root) {
    const host = this.roots.get(root);
    if (!host) return;
    this.retire(root);
    this.roots.delete(root);
    this.framed.delete(root);
    if (this.slots.get(host) === root) this.slots.delete(host);
  }

  /** The ids that WebAssembly's mirror has dropped. */
  drop(ids) {
    for (const id of ids) {
      const node = this.nodes[id];
      if (!node) continue;
      this.forget(node, id);
      this.skipped.add(node);
    }
  }

  /** The root that belongs inside `host` now, or null. */
  content(host) {
    if (host.shadowRoot) return host.shadowRoot;
    const name = host.localName;
    if (name !== "iframe" && name !== "frame") return null;
    try {
      return host.contentDocument;
    } catch {
      return null;
    }
  }

  first(parent) {
    const child = parent.firstChild;
    return child !== null && child === this.host ? child.nextSibling : child;
  }

  after(node) {
    const next = node.nextSibling;
    return next !== null && next === this.host ? next.nextSibling : next;
  }

  before(node) {
    const previous = node.previousSibling;
    return previous !== null && previous === this.host ? previous.previousSibling : previous;
  }

  /** Who holds `node`: its parent, or the element around its document or shadow root. */
  parent(node) {
    return node.parentNode ?? this.roots.get(node) ?? null;
  }
}
