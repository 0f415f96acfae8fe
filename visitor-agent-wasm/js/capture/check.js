// The capture check: in idle moments the page is read again and compared with what was sent. Whatever was changed
// without our hearing of it is found here, counted, and sent.
import { BLOCK } from "./rules.js";
import { idle } from "./time.js";

/** Milliseconds between two rounds over the page, and between two slices of one. */
const REST = 2500, BREATH = 50;
/** Milliseconds between two hashes for the receiver. */
const HASH_EVERY = 3000;
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
    const { capture } = this, all = capture.nodes.nodes;
    let missed = this.differing(this.suspects);
    this.suspects = [];
    // A node that came or went differs in its neighbours too: once it is mended, they are as they were.
    const structural = missed.filter((id) => !capture.nodes.live(all[id]) || this.lacks(all[id], id));
    if (structural.length) {
      capture.divergences += 1;
      for (const id of structural) this.missed(all[id]);
      capture.flush();
      // What was missed may not have fitted at all: then the page is sent anew.
      if (capture.stage !== "steady") return;
      missed = this.differing(missed);
    }
    for (const id of missed) {
      capture.divergences += 1;
      this.missed(all[id]);
    }
    if (missed.length) capture.flush();
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
    this.suspects = this.differing(asked);
    if (this.next < all.length) return this.suspects.length === 0;
    this.next = 1;
    this.scrolled = true;
    return false;
  }

  /** Those of the nodes that are not as they were sent. */
  differing(ids) {
    const { nodes, words, port } = this.capture, found = [];
    let compared = 0;
    words.begin();
    for (const id of ids) {
      const node = nodes.nodes[id];
      if (!node) continue;
      if (!nodes.live(node) || this.lacks(node, id)) found.push(id);
      else if (!nodes.roots.has(node)) {
        this.one(node, id);
        compared += 1;
      }
    }
    words.put(0);
    if (compared === 0) return found;
    const { ops, lens, text } = words.take([]);
    return [...found, ...port.differs(ops, lens, text)];
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
    const { nodes, words, walk } = this.capture;
    words.put(id);
    words.put(nodes.id(nodes.parent(node)));
    let before = nodes.before(node);
    while (before !== null && !nodes.id(before) && nodes.skipped.has(before)) before = nodes.before(before);
    words.put(before === null ? 0 : nodes.id(before) || NOBODY);
    walk.write(node, id, false);
  }

  /** Scroll positions are read once after load; later a listener names who scrolled. */
  scroll(node) {
    // The viewport's position is the document's: told of its root as well, the two would differ from then on.
    if (node.nodeType !== 1 || node === node.ownerDocument.scrollingElement) return;
    if (node.scrollTop !== 0 || node.scrollLeft !== 0) this.capture.live.scrolled(node);
  }

  /** A clean node that is not as it was sent: an observer's record or a hook missed it. */
  missed(node) {
    const { capture } = this, { dirty, nodes } = capture;
    if (!node) return;
    if (!nodes.live(node)) dirty.retire(node);
    else if (nodes.roots.has(node)) this.missedInside(node);
    else if (this.resent.has(node)) {
      // Sending what there is did not help: an attribute that is no more. The whole node comes anew.
      dirty.retire(node);
      dirty.touched.add(node);
    } else {
      this.resent.add(node);
      dirty.touched.add(node);
      if (node.nodeType === 1) this.missedElement(node);
      else dirty.texts.add(node);
    }
  }

  missedElement(element) {
    const { dirty, properties } = this.capture;
    for (const { name, namespaceURI: uri, localName } of element.attributes) {
      dirty.mark(element, uri === null ? name : ` ${uri} ${localName}`);
    }
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
