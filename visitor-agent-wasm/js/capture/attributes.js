// Attributes as they travel: namespaced ones by their exact name, inline bytes not at all.

/** Attributes that hold addresses; one that holds the bytes themselves is not sent as text. */
const ADDRESSES = new Set(["src", "srcset", "href", "poster", "data", "action", "xlink:href"]);
const INLINE_BYTES = /^\s*(?:data|blob):/i;

const isProperty = (key) => key.charCodeAt(0) === 32 && key.indexOf(" ", 1) < 0;

export class Attributes {
  constructor(capture) {
    this.capture = capture;
    /** Qualified names seen for a namespace and local name, so that a removal can say which one went. */
    this.qualified = new Map();
  }

  /** The wire's name and the value of an attribute that `getAttribute` may get wrong. */
  precise(element, name) {
    for (const attribute of element.attributes) {
      if (attribute.name !== name) continue;
      const uri = attribute.namespaceURI;
      return { name: uri === null ? name : this.wireName(uri, attribute.localName, name), value: attribute.value };
    }
    return { name, value: "" };
  }

  wireName(uri, local, qualified) {
    const key = uri + " " + local;
    const seen = this.qualified.get(key);
    if (seen === undefined) this.qualified.set(key, new Set([qualified]));
    else seen.add(qualified);
    return " " + uri + " " + qualified;
  }

  /** A long value as it is sent. */
  shown(name, value) {
    const local = name.startsWith(" ") ? name.slice(name.lastIndexOf(" ") + 1) : name;
    return ADDRESSES.has(local) && INLINE_BYTES.test(value) ? "" : value;
  }

  /**
   * Writes the present value of an attribute or property as records.
   * `key` is a plain name, ` property`, or ` uri local` of a namespaced attribute as an observer tells it.
   */
  write(node, id, key) {
    if (key.charCodeAt(0) !== 32) this.record(id, key, this.plain(node, key));
    else if (isProperty(key)) this.record(id, key, this.capture.properties.read(node, key));
    else this.namespaced(node, id, key);
  }

  /** Properties last: what they mean depends on the attributes (a default value, the type of an input). */
  writeAll(node, id, keys) {
    for (const key of keys) if (!isProperty(key)) this.write(node, id, key);
    for (const key of keys) if (isProperty(key)) this.write(node, id, key);
  }

  plain(element, name) {
    let value = element.getAttribute(name);
    if (value === null) {
      const exact = element.getAttributeNodeNS(null, name);
      if (exact === null) return null;
      ({ value } = exact);
    }
    return 1024 < value.length ? this.shown(name, value) : value;
  }

  namespaced(element, id, key) {
    const cut = key.lastIndexOf(" "), uri = key.slice(1, cut), local = key.slice(cut + 1);
    const attribute = element.getAttributeNodeNS(uri, local);
    const now = attribute === null ? null : this.wireName(uri, local, attribute.name);
    for (const qualified of this.qualified.get(uri + " " + local) ?? []) {
      const name = " " + uri + " " + qualified;
      this.record(id, name, name === now ? this.shown(name, attribute.value) : null);
    }
  }

  record(id, name, value) {
    const { words } = this.capture;
    words.put(id);
    words.put(words.name(name));
    words.put(value === null ? 0 : words.value(value) + 1);
  }
}
