// Live state that is no attribute: what a field holds, what is open, where things are scrolled. Read when a node is
// first sent and when an event or hook has named it; sizes and scroll positions are kept from where they were told.

import { BLOCK } from "./rules.js";

/** Radio buttons that are watched for being unchecked by another. */
const MOST_RADIOS = 500;
const CHECKS = new Set(["checkbox", "radio"]);
const FORM = {
  input: [" typed", " value", " checked", " indeterminate", " files"], textarea: [" typed", " value"], option: [" selected"],
};
const SHEET = [" sheet"];
const BY_TAG = {
  ...FORM, select: [" selected"], style: SHEET, link: SHEET, dialog: [" open"], img: [" src"], video: [" src"],
};
BY_TAG.input = [...FORM.input, " src"];

/** Elements that show something which is not in the tree: only their size travels. */
const BOXED = new Set(["canvas", "video", "iframe", "frame", "object", "embed"]);

function matches(element, selector) {
  try {
    return element.matches(selector);
  } catch {
    return false;
  }
}

/** Whether an element is in the top layer, and how. */
function openness(node) {
  if (node.localName === "dialog" && matches(node, ":modal")) return "modal";
  return node.hasAttribute("popover") && matches(node, ":popover-open") ? "popover" : null;
}

/** Fields into which somebody typed while anybody looked. */
const typed = new WeakSet();

/** Whether what a field holds was typed: where nobody looked, a browser knows it of one that was left. */
function isTyped(field) {
  return typed.has(field) || (!CHECKS.has(field.type) && matches(field, ":user-valid,:user-invalid"));
}

/** Fields whose state was told once. A field that was set stops following its attributes, at the receiver too. */
const set = { value: new WeakSet(), checked: new WeakSet(), selected: new WeakSet() };

function once(told, node, isDefault, state) {
  if (isDefault && !told.has(node)) return null;
  told.add(node);
  return state;
}

/** Of a radio button it is always told: another of its group, with its own attribute, would decide otherwise. */
function checkedness(node) {
  if (!CHECKS.has(node.type)) return null;
  const isDefault = node.type !== "radio" && node.checked === node.defaultChecked;
  return once(set.checked, node, isDefault, node.checked ? "1" : "0");
}

/** Told whenever it is selected: others of its select, with their own attributes, would decide otherwise. */
function selectedness(option) {
  return once(set.selected, option, !option.selected && !option.defaultSelected, option.selected ? "1" : "0");
}

/** A list of which one is shown shows its first by itself, also one that was such a list: that it shows none is told. */
function nothing(select) {
  return select.selectedIndex === -1 && select.options.length !== 0 ? "0" : null;
}

/** How each property is read from its node. `null` says that there is nothing to tell. */
const READERS = {
  " value": (node) => {
    if (node.localName === "input" && (CHECKS.has(node.type) || node.type === "file")) return null;
    const { value } = node;
    return once(set.value, node, value === node.defaultValue, value);
  },
  " typed": (node) => (isTyped(node) ? "1" : null),
  " indeterminate": (node) => (node.type === "checkbox" && node.indeterminate ? "1" : null),
  " files": (node) => (node.type === "file" && node.files?.length ? Array.from(node.files, (file) => file.name).join(", ") : null),
  " selected": (node) => (node.localName === "select" ? nothing(node) : selectedness(node)),
  " defined": (node) => (node.localName.includes("-") && matches(node, ":defined") ? "1" : null),
};

export class Properties {
  constructor(capture) {
    this.capture = capture;
    /** What listeners and observers told, by node. */
    this.told = new WeakMap();
    this.telling = false;
    /**
     * What changes with no event of its own, as it was told: an element that moves falls out of the top layer, and a
     * checked radio button unchecks the others of its group, even when it is gone again before anybody looks.
     */
    this.quiet = { " open": new Map(), " checked": new Map() };
    /** What is read now is compared, not told. */
    this.onlyLooks = false;
    const { sheets, assets } = capture;
    this.readers = {
      ...READERS,
      " sheet": (node) => sheets.ofElement(node),
      " src": (node) => assets.shownBy(node),
      " adopted": (node) => sheets.adopted(node),
      " mode": (node) => (node.nodeType === 9 ? node.compatMode : null),
      " open": (node) => this.open(node),
      " checked": (node) => this.checked(node),
      " focus": (node) => capture.live.focus(node),
      " selection": (node) => capture.live.selection(node),
      " hover": () => capture.live.hovered(),
      " viewport": () => capture.live.viewport(),
      " url": () => capture.doc.URL,
      " scheme": () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
      " lang": () => capture.doc.documentElement?.lang || null,
    };
  }

  /** Keeps what was told of a node; true when that is news. */
  tell(node, name, value) {
    this.telling = true;
    let told = this.told.get(node);
    if (told === undefined) this.told.set(node, (told = new Map()));
    if ((told.get(name) ?? null) === value) return false;
    if (value === null) told.delete(name);
    else told.set(name, value);
    return true;
  }

  open(node) {
    const value = openness(node);
    return this.keep(" open", node, value, value !== null);
  }

  checked(node) {
    const value = checkedness(node), told = this.quiet[" checked"];
    return this.keep(" checked", node, value, node.type === "radio" && (told.size < MOST_RADIOS || told.has(node)));
  }

  /** Remembers what is told of a node, if it is to be watched. */
  keep(name, node, value, isWatched) {
    if (this.onlyLooks) return value;
    if (isWatched) this.quiet[name].set(node, value);
    else this.quiet[name].delete(node);
    return value;
  }

  /** Marks what has changed and was not heard of. */
  unheard() {
    for (const [name, tolds] of Object.entries(this.quiet)) {
      const now = name === " open" ? openness : checkedness;
      for (const [node, value] of tolds) {
        if (!node.isConnected) tolds.delete(node);
        else if (now(node) !== value) this.capture.mark(node, name);
      }
    }
  }

  /** The present value of one property. */
  read(node, name) {
    const reader = this.readers[name];
    if (reader !== undefined) return reader(node);
    if (name.startsWith(" css:")) return this.capture.sheets.constructedText(name);
    if (name.startsWith(" asset:")) return this.capture.assets.told(name);
    return this.told.get(node)?.get(name) ?? null;
  }

  /** Writes all properties of a new element after its attributes; gives their number. `tag` is empty outside HTML. */
  write(node, tag, flags, popover) {
    let count = 0;
    const names = this.names(node, tag, popover);
    if (names !== undefined) for (const name of names) count += this.pair(name, this.readers[name](node));
    const told = this.telling ? this.told.get(node) : undefined;
    if (told !== undefined) for (const [name, value] of told) count += this.pair(name, value);
    if (node === this.capture.live.active) count += this.pair(" focus", this.read(node, " focus")) + this.pair(" selection", this.read(node, " selection"));
    if (BOXED.has(tag) || (flags & BLOCK) !== 0) this.capture.boxes.watch(node);
    if (names === CUSTOM && !matches(node, ":defined")) this.capture.live.awaitDefinition(node);
    return count;
  }

  /** The properties that an element of this kind can have. `tag` is empty outside HTML. */
  names(node, tag, popover) {
    const names = tag === "" ? SVG_NAMES[node.localName] : BY_TAG[tag] ?? (tag.includes("-") ? CUSTOM : undefined);
    return popover && tag !== "" ? [...(names ?? []), " open"] : names;
  }

  pair(name, value) {
    if (value === null) return 0;
    const { words } = this.capture;
    words.room(2);
    words.buf[words.pos++] = words.name(name);
    words.buf[words.pos++] = words.value(value);
    return 1;
  }
}

const CUSTOM = [" defined"];
const SVG_NAMES = { image: [" src"], style: SHEET };

/** The properties of a document or shadow root; the page's own document has more. */
export function rootNames(root, main) {
  if (root.nodeType === 11) return [" adopted"];
  const names = [" mode", " scroll", " adopted", " selection"];
  return main ? [...names, " url", " viewport", " hover", " lang", " scheme"] : names;
}

export { FORM, isTyped, typed };
