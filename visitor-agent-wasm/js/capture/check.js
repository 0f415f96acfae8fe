// The capture check: in idle moments the page is read again and compared with what was sent. Whatever was changed
// without our hearing of it is found here, counted, and sent.
import { BLOCK } from "./rules.js";
import { idle } from "./time.js";

/** Milliseconds between two rounds over the page, and between two slices of one. */
const REST = 2500, BREATH = 50;
/** Milliseconds between two hashes for the receiver. */
const HASH_EVERY = 2000;
/** Nodes compared in one go; each look at the clock lies between two. */
const CHUNK = 64;

/** No node's id: stands for a sibling that was never sent. */
const NOBODY = 0xffffffff;

export class Check {
  constructor(capture) {
    this.capture = capture;
    this.begin();
    this.planned = false;
  }

  begin() {
    this.next = 1;
    this.scrolled = false;
    this.hashed = this.capture.batches;
    this.hashedAt = performance.now();
    this.doubts = null;
    this.suspects = [];
    /** What was out of its place in the last idle moment, and was told anew. */
    this.mended = new Set();
    /** What was sent again, and may differ still. */
    this.resent = new WeakSet();
  }

  /** Looks again after `delay` milliseconds, when the page rests. */
  plan(delay = REST) {
    if (this.planned || this.capture.stopped) return;
    this.planned = true;
    setTimeout(() => idle((budget) => this.capture.guard(() => {
      this.planned = false;
      this.plan(this.work(performance.now() + budget) ? BREATH : REST);
    })), delay);
  }

  /** Works until then. True when there is more to do in this round. */
  work(until) {
    const { capture } = this;
    if (capture.stage !== "steady" || !capture.ready || capture.walk.stack.length) return false;
    capture.dirty.collect(capture.dirty.observer.takeRecords());
    if (capture.dirty.any) capture.settled();
    if (capture.dirty.any || capture.walk.stack.length) return true;
    this.tellHash();
    if (this.suspects.length) this.confirm();
    if (capture.stage !== "steady") return false;
    if (this.suspects.length) return true;
    this.doubts ??= capture.sheets.doubts();
    while (performance.now() < until && !capture.stopped) {
      if (capture.sheets.doubtful.length || this.doubting) {
        this.doubting = !this.doubts.next().done;
        if (!this.doubting) this.doubts = capture.sheets.doubts();
      } else if (!this.pass()) return this.suspects.length !== 0;
    }
    return true;
  }

  /** Every few seconds in which something was sent, the receiver can compare its page's hash with ours. */
  tellHash() {
    const { capture } = this, now = performance.now();
    if (capture.batches === this.hashed || now < this.hashedAt + HASH_EVERY) return;
    this.hashed = capture.batches;
    this.hashedAt = now;
    capture.port.checkpoint();
  }

  /** What differed in the last idle moment and still does was missed. An event on its way takes less than that. */
  confirm() {
    const { capture } = this, { nodes } = capture.nodes;
    const { astray, altered } = this.differing(this.suspects), { mended } = this;
    this.suspects = [];
    this.mended = new Set();
    if (astray.size && ![...astray.keys()].some((id) => mended.has(id))) {
      capture.diverged(1);
      for (const id of this.together(astray)) this.misplaced(nodes[id]);
      capture.flush();
      // What was missed may not have fitted at all: then the page is sent anew.
      if (capture.stage !== "steady") return;
      // What still looks otherwise may follow from it, as a size does: an event of its own is on its way.
      this.suspects = this.found(this.differing([...astray.keys(), ...altered]));
      if (this.suspects.length) this.mended = new Set(astray.keys());
      return;
    }
    const wrong = [...astray.keys(), ...altered];
    if (wrong.length === 0) return;
    capture.diverged(wrong.length);
    for (const id of wrong) this.missed(nodes[id]);
    this.sendAgain(wrong);
  }

  /** What was mended is as good as new; what was not is known as such the next time. */
  sendAgain(ids) {
    const { capture } = this, all = capture.nodes.nodes;
    capture.flush();
    if (capture.stage !== "steady") return;
    const still = new Set(this.found(this.differing(ids)));
    for (const id of ids) if (all[id] && !still.has(id)) this.resent.delete(all[id]);
  }

  /** Compares the next nodes. False when there is nothing more to do now: something differs, or all was read. */
  pass() {
    const all = this.capture.nodes.nodes, asked = [];
    while (this.next < all.length && asked.length < CHUNK) {
      const id = this.next++, node = all[id];
      if (!node) continue;
      if (!this.scrolled) this.scroll(node);
      asked.push(id);
    }
    this.suspects = this.found(this.differing(asked));
    if (this.next < all.length) return this.suspects.length === 0;
    this.next = 1;
    this.scrolled = true;
    return false;
  }

  found({ astray, altered }) {
    return [...astray.keys(), ...altered];
  }

  /**
   * Those of the nodes that are not as they were sent: out of their places, each with the id before it at the
   * receiver, and those that only look otherwise.
   */
  differing(ids) {
    const { nodes, words, port } = this.capture, astray = new Map();
    let compared = 0;
    words.begin();
    for (const id of ids) {
      const node = nodes.nodes[id];
      if (!node) continue;
      if (!nodes.live(node) || this.lacks(node, id)) astray.set(id, 0);
      else if (!nodes.roots.has(node)) {
        this.one(node, id);
        compared += 1;
      }
    }
    words.put(0);
    if (compared === 0) return { astray, altered: [] };
    const { ops, lens, text } = words.take([]);
    // First how many are out of their places, then those with their neighbours, then the others.
    const [count, ...told] = port.differs(ops, lens, text);
    const altered = told.splice(2 * count);
    for (let k = 0; k < told.length; k += 2) astray.set(told[k], told[k + 1]);
    return { astray, altered };
  }

  /** A node that comes, goes or moves puts its neighbours out of place, here and at the receiver: all of these. */
  together(astray) {
    const { nodes } = this.capture, all = new Map(astray);
    let fresh = astray;
    while (fresh.size) {
      const beside = new Set();
      for (const [id, before] of fresh) {
        const node = nodes.nodes[id];
        for (const next of [before, nodes.id(nodes.before(node)), nodes.id(nodes.after(node))]) if (!all.has(next)) beside.add(next);
      }
      beside.delete(0);
      fresh = this.differing(beside).astray;
      for (const [id, before] of fresh) all.set(id, before);
    }
    return all.keys();
  }

  /** Whether something inside `node` was never sent. */
  lacks(node, id) {
    const { nodes, walk } = this.capture;
    const last = node.lastChild === nodes.host ? node.lastChild?.previousSibling : node.lastChild;
    const lost = (child) => child && !nodes.id(child) && !nodes.skipped.has(child);
    if (node.nodeType === 1 && ((nodes.flags.get(id) ?? 0) & BLOCK) === 0 && lost(nodes.content(node))) return true;
    return lost(last) && !walk.leaf(node);
  }

  /** Writes one node as it is now, without its children. */
  one(node, id) {
    const { nodes, words, walk, properties } = this.capture;
    words.put(id);
    words.put(nodes.id(nodes.parent(node)));
    let before = nodes.before(node);
    while (before !== null && !nodes.id(before) && nodes.skipped.has(before)) before = nodes.before(before);
    words.put(before === null ? 0 : nodes.id(before) || NOBODY);
    properties.onlyLooks = true;
    walk.write(node, id, false);
    properties.onlyLooks = false;
  }

  /** Scroll positions are read once after load; later a listener names who scrolled. */
  scroll(node) {
    // The viewport's position is the document's: told of its root as well, the two would differ from then on.
    if (node.nodeType !== 1 || node === node.ownerDocument.scrollingElement) return;
    if (node.scrollTop !== 0 || node.scrollLeft !== 0) this.capture.live.scrolled(node);
  }

  /** A node that is not where it was sent to: an observer's record of it, or of what is beside it, was missed. */
  misplaced(node) {
    if (!node) return;
    const { dirty, nodes } = this.capture;
    if (!nodes.live(node)) return dirty.retire(this.outermost(node));
    if (nodes.roots.has(node)) return this.missedInside(node);
    dirty.touched.add(node);
    if (node.nodeType === 1) this.missedInside(node);
  }

  /** The outermost of the known nodes that left the page with `node`. */
  outermost(node) {
    const { nodes } = this.capture;
    let outer = node;
    while (outer.parentNode !== null && nodes.id(outer.parentNode)) outer = outer.parentNode;
    return outer;
  }

  /** A clean node that is not as it was sent: an observer's record or a hook missed it. */
  missed(node) {
    if (!node) return;
    const { dirty } = this.capture;
    dirty.touched.add(node);
    // Sending what there is did not help the last time: the whole node comes anew.
    if (this.resent.has(node)) return dirty.retire(node);
    this.resent.add(node);
    if (node.nodeType === 1) this.missedElement(node);
    else dirty.texts.add(node);
  }

  missedElement(element) {
    const { dirty, properties, words, attributes } = this.capture;
    for (const { name, namespaceURI: uri, localName } of element.attributes) {
      dirty.mark(element, uri === null ? name : ` ${uri} ${localName}`);
    }
    // Which attributes are no more is not known here: of all that were ever told, what it has not is taken away.
    for (const name of words.names.keys()) if (!name.startsWith(" ")) dirty.mark(element, name);
    for (const name of attributes.qualified.keys()) dirty.mark(element, ` ${name}`);
    for (const name of properties.names(element, element.localName, element.hasAttribute("popover")) ?? []) dirty.mark(element, name);
    for (const name of properties.told.get(element)?.keys() ?? []) dirty.mark(element, name);
    this.missedInside(element);
  }

  missedInside(parent) {
    const { dirty, nodes } = this.capture;
    if (parent.nodeType === 1 && nodes.content(parent)) dirty.hosts.add(parent);
    for (let child = nodes.first(parent); child !== null; child = nodes.after(child)) {
      if (!nodes.id(child) && !nodes.skipped.has(child)) dirty.touched.add(child);
    }
  }
}
