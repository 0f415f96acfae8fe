// What has changed since it was last sent. Works from the final state of what was touched, never from the story of
// the records, so that changes merge for as long as the channel has no room.
import { FORM, isTyped, rootNames } from "./properties.js";

const HTML = "http://www.w3.org/1999/xhtml";
/** Fields whose copies are hidden as well. */
const HOLDS = new Set(["input", "textarea"]);
const WATCHED = { subtree: true, childList: true, attributes: true, characterData: true, attributeOldValue: true };

export class Dirty {
  constructor(capture) {
    this.capture = capture;
    this.nodes = capture.nodes;
    this.observer = new MutationObserver((records) => capture.guard(() => {
      this.collect(records);
      capture.settled();
    }));
    this.clear();
    this.nodes.onRetired = (node, id) => this.forget(node, id);
  }

  clear() {
    /** Nodes whose place changed. */
    this.touched = new Set();
    /** Names of attributes and properties, by node. */
    this.attributes = new Map();
    this.texts = new Set();
    /** Elements whose inner document or shadow root changed. */
    this.hosts = new Set();
    /** Ids that left since the last batch. */
    this.gone = [];
    this.selects = new Set();
    /** Elements whose redaction facts changed: told in the very next batch. */
    this.flagged = new Set();
    /** Whether fields are left for later batches, and what is yet to be told of what they hold. */
    this.isAhead = false;
    this.ahead = new Map();
  }

  get any() {
    const { touched, attributes, texts, hosts, selects, gone } = this;
    return gone.length !== 0 || [touched, attributes, texts, hosts, selects].some((each) => each.size !== 0);
  }

  observe(root) {
    this.observer.observe(root, WATCHED);
  }

  forget(node, id) {
    // It was on its way into what is retired now: the receiver still has it at its old place.
    if (this.touched.has(node)) this.gone.push(id);
    if (this.attributes.size) this.attributes.delete(node);
    if (this.texts.size) this.texts.delete(node);
    if (this.hosts.size) this.hosts.delete(node);
    this.capture.boxes.leave(node);
  }

  /** Names an attribute or property of a node that is sent already. */
  mark(node, name) {
    if (!this.nodes.id(node)) return;
    const names = this.attributes.get(node);
    // One name is the rule: a set is made for the second.
    if (names === undefined) this.attributes.set(node, name);
    else if (typeof names !== "string") names.add(name);
    else if (names !== name) this.attributes.set(node, new Set([names, name]));
  }

  /** Takes in an observer's records, and closes what left the document with them. */
  collect(records) {
    for (const record of records) {
      const { target } = record;
      if (record.type === "childList") this.children(record, target);
      else if (record.type === "attributes") this.attribute(record, target);
      else if (this.nodes.id(target)) {
        this.texts.add(target);
        this.owner(target.parentNode);
      }
    }
    this.close();
  }

  children(record, target) {
    const { addedNodes, removedNodes } = record;
    for (let k = 0; k < addedNodes.length; k++) this.touched.add(addedNodes[k]);
    for (let k = 0; k < removedNodes.length; k++) {
      const node = removedNodes[k];
      this.touched.add(node);
      // An option that left its select is selected by its own attribute again.
      if (node.localName === "option") this.mark(node, " selected");
    }
    if (target.nodeType === 9) this.capture.rewritten(target);
    else this.owner(target);
  }

  /** Children that their parent shows in its own way: its state may have changed with them. */
  owner(parent) {
    if (parent === null || parent.nodeType !== 1) return;
    const tag = parent.localName;
    if (tag === "style") this.mark(parent, " sheet");
    if (parent.namespaceURI !== HTML) return;
    if (tag === "textarea") this.mark(parent, " value");
    else if (tag === "option") this.mark(parent, " selected");
    this.selected(parent.closest("select"));
  }

  attribute(record, target) {
    const { attributeName: name, attributeNamespace: uri } = record;
    const { rules, boxes } = this.capture, tag = target.localName;
    if (name === "type" && tag === "input") rules.changedType(target, record.oldValue);
    if (!this.nodes.id(target)) return;
    this.mark(target, uri === null ? name : " " + uri + " " + name);
    const form = FORM[tag];
    if (target.namespaceURI !== HTML) this.mark(target, tag === "style" ? " sheet" : " src");
    else if (form !== undefined) this.field(target, form);
    else if (tag === "select") this.selected(target);
    else if (tag === "style" || tag === "link") this.mark(target, " sheet");
    if (name === "open" || name === "popover") this.mark(target, " open");
    if (name === "lang" && target === this.capture.doc.documentElement) this.mark(this.capture.doc, " lang");
    if (tag === "img" || tag === "video" || tag === "input") this.mark(target, " src");
    if (tag === "object" || tag === "embed") boxes.watch(target);
  }

  field(element, names) {
    for (const name of names) this.mark(element, name);
    if (element.localName === "option") this.selected(element.closest("select"));
  }

  /** Which options a select shows depends on all of them. */
  selected(select) {
    if (select !== null) this.selects.add(select);
  }

  /** What left the document is not remembered: known ids are retired, and what comes back later is new. */
  close() {
    const { nodes } = this;
    for (const node of this.touched) {
      if (nodes.live(node)) continue;
      this.retire(node);
      this.touched.delete(node);
    }
    for (const root of nodes.framed) {
      const host = nodes.roots.get(root);
      if (nodes.content(host) === root) continue;
      this.retire(root);
      nodes.leave(root);
      if (nodes.id(host)) this.hosts.add(host);
    }
  }

  retire(node) {
    const id = this.nodes.id(node);
    if (id === 0) return;
    this.gone.push(id);
    this.nodes.retire(node);
  }

  /** Ids that WebAssembly gave up because what may be shown of them changed: their nodes come again as new. */
  again(ids) {
    for (const id of ids) {
      const node = this.nodes.nodes[id];
      if (!node) continue;
      if (this.nodes.roots.get(node)) this.hosts.add(this.nodes.roots.get(node));
      else this.touched.add(node);
    }
  }

  /** Gathers what is dirty into words until time is up. True when nothing is left. */
  gather() {
    const { walk } = this.capture;
    walk.deadline = performance.now() + this.capture.slice;
    for (const select of this.selects) {
      for (const option of select.options ?? []) this.mark(option, " selected");
      this.mark(select, " selected");
    }
    this.selects.clear();
    this.renew();
    walk.mend(this.touched);
    const placed = this.moves(this.settlePlaces()) && this.news() && this.slots() && walk.resume();
    walk.words.put(0);
    this.tellAhead(placed);
    this.roots();
    return this.values() && placed;
  }

  /** Tells what fields hold that come in later batches: copies of it, which are hidden as well, may be in this one. */
  tellAhead(isLast) {
    const { attributes, doc } = this.capture, tell = (value, name) => attributes.record(this.nodes.id(doc), name, value);
    if (isLast && this.isAhead) tell(null, " held");
    if (!isLast && !this.isAhead) {
      this.isAhead = true;
      for (const root of this.nodes.roots.keys()) this.lookAhead(root);
    }
    this.isAhead = !isLast;
    if (!isLast) for (const [value, name] of this.ahead) tell(value, name);
    this.ahead.clear();
  }

  lookAhead(root) {
    if (this.isAhead) for (const field of root.querySelectorAll("input,textarea")) this.hold(field);
  }

  hold(field) {
    const value = this.isAhead ? this.capture.rules.typed(field) : "";
    if (2 < value.length && this.ahead.get(value) !== " typed") this.ahead.set(value, isTyped(field) ? " typed" : " held");
  }

  /** Tells the redaction facts of elements that may have others now. */
  renew() {
    const { rules } = this.capture, suspects = new Set(rules.lists.length ? rules.refresh() : []);
    for (const [node, names] of this.attributes) {
      if (node.nodeType !== 1) continue;
      if (typeof names === "string" ? rules.telling(node, names) : [...names].some((name) => rules.telling(node, name))) suspects.add(node);
    }
    for (const element of suspects) {
      const id = this.nodes.id(element), flags = rules.flags(element);
      if (id === 0 || flags === (this.nodes.flags.get(id) ?? 0)) continue;
      this.nodes.flags.set(id, flags);
      this.flagged.add(element);
    }
  }

  /** Sorts out touched nodes that have no place on the wire now. Gives what is new around known ones. */
  settlePlaces() {
    const { nodes } = this, { walk } = this.capture, sent = new Map();
    const holds = (parent) => {
      if (parent === null) return false;
      if (parent === nodes.doc) return true;
      let answer = sent.get(parent);
      if (answer === undefined) {
        const outer = nodes.parent(parent);
        answer = !walk.leaf(parent) && outer !== null && (nodes.roots.has(parent) ? holdsRoot(outer) : holds(outer)) && walk.passed(outer, parent);
        sent.set(parent, answer);
      }
      return answer;
    };
    const holdsRoot = (host) => !walk.blocked(host) && holds(nodes.parent(host)) && walk.passed(nodes.parent(host), host);
    /** New subtrees into which known nodes have moved. */
    const around = new Set();
    for (const node of this.touched) {
      const parent = nodes.parent(node);
      if (node === nodes.host || !holds(parent) || !walk.passed(parent, node)) {
        this.touched.delete(node);
        this.retire(node);
      } else if (nodes.id(node) && !nodes.id(parent)) around.add(this.outermost(parent));
    }
    return around;
  }

  /** The outermost new node around `node`. */
  outermost(node) {
    const { nodes } = this;
    let outer = node;
    for (let parent = nodes.parent(node); parent !== null && !nodes.id(parent); parent = nodes.parent(parent)) outer = parent;
    return outer;
  }

  /**
   * Places all that is known, whatever the time: until then its old place holds it, and that may be on its way out.
   * What is new around a known node comes with it, what is new beside it as long as there is time. False when some
   * was left: nothing may name a node that was just placed before WebAssembly has said that it stays.
   */
  moves(around) {
    const { nodes, touched } = this, { walk } = this.capture, { deadline } = walk;
    let whole = true;
    walk.deadline = Infinity;
    const wanted = (node) => {
      if (nodes.id(node) !== 0 || around.has(node) || performance.now() < deadline) return true;
      whole = false;
      return false;
    };
    for (const node of around) if (!nodes.id(node)) this.run(node, wanted);
    for (const node of touched) if (nodes.id(node) && this.unplaced(node)) this.run(node, wanted);
    walk.deadline = deadline;
    return whole;
  }

  /** Sends what is new. True when all was sent. */
  news() {
    const { nodes, touched } = this, { walk } = this.capture;
    for (const node of touched) {
      // What is known is placed, and what is inside something new came along with it.
      if (nodes.id(node)) touched.delete(node);
      else if (walk.late()) return false;
      else if (nodes.id(nodes.parent(node)) && !this.run(node, () => true)) return false;
    }
    touched.clear();
    return true;
  }

  /** Sends the members of a run of touched siblings that are `wanted`, from the first. False when time ran out. */
  run(node, wanted) {
    const { nodes, touched } = this, { walk } = this.capture, parent = nodes.parent(node);
    const joins = (sibling) => sibling !== null && (nodes.id(sibling) === 0 || (touched.has(sibling) && this.unplaced(sibling)));
    let first = node;
    for (let before; joins((before = nodes.before(first))); ) first = before;
    walk.group(parent, nodes.before(first));
    const cursor = walk.open.get(parent)?.cursor;
    let going = true;
    for (let next = first; joins(next); next = nodes.after(next)) {
      if (going && wanted(next)) {
        touched.delete(next);
        going = walk.subtree(next, true) && !walk.late();
      } else touched.add(next);
      if (next === cursor) break;
    }
    walk.words.put(0);
    return going;
  }

  unplaced(node) {
    const { walk } = this.capture, id = this.nodes.id(node);
    return id < walk.base && !walk.placed.has(id);
  }

  /** Sends documents and shadow roots that came into elements that are sent already. */
  slots() {
    const { nodes, hosts } = this, { walk } = this.capture;
    for (const host of hosts) {
      if (walk.late()) return false;
      hosts.delete(host);
      const id = nodes.id(host);
      if (id === 0 || walk.base <= id || walk.blocked(host)) continue;
      const root = nodes.content(host);
      if (root === null || nodes.id(root) || (walk.open.has(host) && walk.open.get(host).cursor === null)) continue;
      walk.enter(root, host);
      walk.group(host, null);
      const whole = walk.subtree(root, false);
      walk.words.put(0);
      if (!whole) return false;
    }
    return true;
  }

  /** Properties of documents and shadow roots that came in this batch. */
  roots() {
    const { nodes } = this, { walk, attributes, doc } = this.capture;
    for (const id of walk.entered) {
      const root = nodes.nodes[id];
      if (!root) continue;
      for (const name of rootNames(root, root === doc)) {
        if (this.capture.properties.read(root, name) !== null) attributes.write(root, id, name);
      }
    }
  }

  /** Writes attributes, properties and texts by their final value. */
  values() {
    const { nodes } = this, { walk, words, attributes } = this.capture;
    for (const element of this.flagged) {
      const id = nodes.id(element);
      if (id !== 0 && id < walk.base) attributes.record(id, " flags", String(nodes.flags.get(id)));
    }
    this.flagged.clear();
    let whole = true, first = true;
    for (const [node, names] of this.attributes) {
      if (whole && !first && walk.late()) whole = false;
      // What a field holds is never later than its copies.
      if (!whole && !HOLDS.has(node.localName)) continue;
      first = false;
      this.attributes.delete(node);
      const id = nodes.id(node);
      if (id === 0 || walk.base <= id) continue;
      if (typeof names === "string") attributes.write(node, id, names);
      else attributes.writeAll(node, id, names);
    }
    words.put(0);
    for (const node of this.texts) {
      if (whole && walk.late()) whole = false;
      if (!whole) break;
      this.texts.delete(node);
      const id = nodes.id(node);
      if (id === 0 || walk.base <= id) continue;
      words.put(id);
      words.put(words.value(node.data));
    }
    words.put(0);
    return whole;
  }

  /** The words before the groups: ids that move, ids that go. */
  head() {
    const { moved } = this.capture.walk;
    const head = [moved.length, ...moved, this.gone.length, ...this.gone];
    this.gone = [];
    return head;
  }
}
