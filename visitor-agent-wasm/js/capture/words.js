// One batch on its way to WebAssembly: op words in one array, each distinct string once in one string.

/** Kinds of op words: the low four bits. The same list stands in cobrowse-core's `dom::gather`. */
export const END = 0, TEXT = 1, COMMENT = 2, DOCTYPE = 3, KNOWN = 4, CDATA = 5, ELEM = 6, SHADOW = 7, DOCUMENT = 8;

const FIRST_ROOM = 1 << 14;
/** Kept between batches; a bigger batch gives its memory back. */
const MOST_KEPT = 1 << 18;
const encoder = new TextEncoder();

export class Words {
  constructor() {
    this.buf = new Uint32Array(FIRST_ROOM);
    this.pos = 0;
    /** Names live as long as the page: a name is shipped once. */
    this.names = new Map();
    this.fresh = [];
    this.refs = new Map();
    this.lens = [];
    this.str = "";
  }

  begin() {
    this.pos = 0;
    this.str = "";
    this.lens.length = 0;
    if (this.refs.size) this.refs.clear();
    if (MOST_KEPT < this.buf.length) this.buf = new Uint32Array(FIRST_ROOM);
  }

  /** Makes sure that `count` more words fit. */
  room(count) {
    if (this.pos + count <= this.buf.length) return;
    const wider = new Uint32Array(Math.max(this.buf.length * 2, this.pos + count));
    wider.set(this.buf);
    this.buf = wider;
  }

  put(word) {
    if (this.pos === this.buf.length) this.room(1);
    this.buf[this.pos++] = word;
  }

  /** The page-lifetime number of an attribute, property or tag name. */
  name(name) {
    let ref = this.names.get(name);
    if (ref === undefined) {
      ref = this.names.size;
      this.names.set(name, ref);
      this.fresh.push(name);
    }
    return ref;
  }

  /** This batch's number of a string. */
  value(text) {
    let ref = this.refs.get(text);
    if (ref === undefined) {
      ref = this.lens.length;
      this.refs.set(text, ref);
      this.lens.push(text.length);
      this.str += text;
    }
    return ref;
  }

  /** The batch, with `head` before its words: `{ ops, lens, text }`. New names come first among the strings. */
  take(head) {
    const ops = new Uint32Array(head.length + this.pos);
    ops.set(head);
    ops.set(this.buf.subarray(0, this.pos), head.length);
    const { fresh } = this;
    const lens = new Uint32Array(1 + fresh.length + this.lens.length);
    lens[0] = fresh.length;
    for (let k = 0; k < fresh.length; k++) lens[k + 1] = fresh[k].length;
    lens.set(this.lens, fresh.length + 1);
    const text = encoder.encode(fresh.length ? fresh.join("") + this.str : this.str);
    fresh.length = 0;
    this.str = "";
    return { ops, lens, text };
  }
}
