// Stylesheets as their authors wrote them. A sheet is a row of parts, each the text of so many rules; what scripts
// insert is a part with the text they passed in. Only where no text is known a rule's own serialisation is used, and
// counted: it loses shorthands with `var()` and rules of other vendors' pseudo-elements.
import { frame } from "./time.js";

/** Rules that are watched between two paints. */
const MOST_WATCHED = 200;
/** Read through the originals, which a hook of ours would take for the page's own reading. */
const original = (type, name) => Object.getOwnPropertyDescriptor(type.prototype, name).get;
const readMedia = original(StyleSheet, "media");
const readAdopted = { 9: original(Document, "adoptedStyleSheets"), 11: original(ShadowRoot, "adoptedStyleSheets") };
const mediaOf = (sheet) => readMedia.call(sheet);

export class Sheets {
  constructor(capture) {
    this.capture = capture;
    /** What is known of a sheet: `{ parts, total, changed }`. */
    this.records = new WeakMap();
    /** Fetched text by address: a string, or null while it is on its way or when it cannot be had. */
    this.fetched = new Map();
    /** Constructed sheets that are in use, by number. */
    this.constructed = [null];
    this.numbers = new WeakMap();
    this.byCssText = 0;
    /** Sheets that are to be compared with their text in an idle moment. */
    this.doubtful = [];
    this.pending = 0;
    /** Rules whose declarations the page has read, with their text before. */
    this.watched = new Map();
    this.looking = false;
  }

  /** The ` sheet` of a style or link element: null where its own text children say it all. */
  ofElement(element) {
    const { sheet } = element;
    if (!sheet) return null;
    const record = this.records.get(sheet) ?? this.meet(sheet, element);
    if (sheet.disabled) return "";
    const media = this.media(element);
    if (element.localName === "style" && !record.changed && media === null) return null;
    const text = this.join(record);
    return media === null || text === null ? text : `@media ${media} {\n${text}\n}`;
  }

  /** First sight of a sheet. */
  meet(sheet, element) {
    if (element.localName === "link") return this.meetLink(sheet, element);
    const rules = rulesOf(sheet);
    const text = element.textContent;
    const record = { parts: [{ text, count: rules?.length ?? 0 }], total: rules?.length ?? 0, changed: false };
    this.records.set(sheet, record);
    if (record.total !== 0 && text.trim() === "") this.serialise(sheet, record);
    else if (record.total !== 0) this.doubtful.push(sheet);
    return record;
  }

  meetLink(sheet, element) {
    const count = rulesOf(sheet)?.length ?? 0;
    const address = sheet.href;
    const record = { parts: [{ text: null, count, address }], total: count, changed: false };
    this.records.set(sheet, record);
    if (!address) return record;
    if (!this.fetched.has(address)) this.fetch(address, sheet, element);
    else if (this.fetched.get(address) !== null && rulesOf(sheet)) this.doubtful.push(sheet);
    return record;
  }

  async fetch(address, sheet, element) {
    this.fetched.set(address, null);
    this.pending += 1;
    const { capture } = this;
    const text = await capture.assets.text(address);
    this.pending -= 1;
    if (capture.stopped) return;
    if (text !== null) {
      this.fetched.set(address, text);
      if (rulesOf(sheet)) this.doubtful.push(sheet);
    } else {
      const record = this.records.get(sheet);
      // Its rules can be read although its bytes cannot be fetched again (`connect-src` of a strict policy).
      if (record && rulesOf(sheet)) this.serialise(sheet, record);
    }
    for (const link of capture.linked(address)) capture.mark(link, " sheet");
    capture.mark(element, " sheet");
    capture.settle();
  }

  /** The whole text, or null while a part of it is on its way. */
  join(record) {
    const texts = [];
    for (const part of record.parts) {
      const text = part.text ?? this.fetched.get(part.address) ?? null;
      if (text === null) return null;
      texts.push(text);
    }
    return texts.join("\n");
  }

  /** Replaces all that is known of a sheet by the serialisation of its rules. */
  serialise(sheet, record) {
    const rules = rulesOf(sheet);
    if (!rules) return;
    record.parts = Array.from(rules, (rule) => ({ text: rule.cssText, count: 1 }));
    record.total = rules.length;
    record.changed = true;
    this.byCssText += rules.length;
  }

  /** The record of a sheet that is about to change or just has: `before` rules stood in it. */
  opened(sheet, before) {
    const record = this.records.get(sheet) ?? this.first(sheet, before);
    // Changed behind our back: nothing that is known can be trusted.
    if (record.total !== before) this.serialise(sheet, record);
    record.changed = true;
    return record;
  }

  /** The record of a sheet that nothing was known of when it had `before` rules. */
  first(sheet, before) {
    const element = sheet.ownerNode;
    const record = { parts: [{ text: null, count: before }], total: before, changed: false };
    this.records.set(sheet, record);
    if (element?.localName === "style") record.parts[0].text = element.textContent;
    else if (sheet.href) {
      record.parts[0].address = sheet.href;
      if (!this.fetched.has(sheet.href)) this.fetch(sheet.href, sheet, element);
      return record;
    }
    if (before !== 0 && !record.parts[0].text?.trim()) this.serialise(sheet, record);
    return record;
  }

  inserted(sheet, text, index) {
    const before = sheet.cssRules.length - 1;
    const record = this.opened(sheet, before);
    if (record.total === before + 1) return this.touched(sheet);
    const at = this.split(sheet, record, index, index);
    record.parts.splice(at, 0, { text, count: 1 });
    record.total += 1;
    this.touched(sheet);
  }

  removed(sheet, index) {
    const before = sheet.cssRules.length + 1;
    const record = this.opened(sheet, before);
    if (record.total === before - 1) return this.touched(sheet);
    const at = this.split(sheet, record, index, index, index);
    record.parts.splice(at, 1);
    record.total -= 1;
    this.touched(sheet);
  }

  /** A rule was changed in place, itself or deep inside. */
  edited(rule) {
    let top = rule;
    while (top.parentRule) top = top.parentRule;
    const sheet = top.parentStyleSheet;
    if (!sheet) return;
    const index = Array.prototype.indexOf.call(sheet.cssRules, top);
    if (index < 0) return;
    const record = this.opened(sheet, sheet.cssRules.length);
    const at = this.split(sheet, record, index, -1);
    const part = record.parts[at];
    if (part.count !== 1) return;
    part.text = top.cssText;
    part.address = undefined;
    this.byCssText += 1;
    this.touched(sheet);
  }

  /**
   * Makes a part begin at rule `index` (as counted before a change), so that one can be put or taken there.
   * `inserted` is the index of a rule that is in the sheet already and not yet in the parts, `gone` that of one that
   * is in the parts and no longer in the sheet; -1 for none.
   */
  split(sheet, record, index, inserted = -1, gone = -1) {
    if (gone < 0 && index === record.total) return record.parts.length;
    let start = 0, at = 0;
    while (start + record.parts[at].count <= index) start += record.parts[at++].count;
    const part = record.parts[at];
    if (part.count === 1 || (start === index && inserted === index && gone < 0)) return at;
    const texts = [];
    for (let k = start; k < start + part.count; k++) {
      const shift = 0 <= gone ? (gone < k ? -1 : 0) : 0 <= inserted && inserted <= k ? 1 : 0;
      texts.push({ text: k === gone ? "" : sheet.cssRules[k + shift].cssText, count: 1 });
    }
    this.byCssText += texts.length;
    record.parts.splice(at, 1, ...texts);
    return at + index - start;
  }

  /** The page has read a rule's declarations, and may change them now or later. */
  read(rule) {
    if (this.watched.has(rule) || MOST_WATCHED <= this.watched.size) return;
    this.watched.set(rule, rule.cssText);
    this.look();
  }

  /** Compares the rules that were read, after the page's present work and before the next paint. */
  look() {
    if (this.looking) return;
    this.looking = true;
    queueMicrotask(() => this.capture.guard(() => this.compare()));
    frame(() => this.capture.guard(() => {
      this.looking = false;
      this.compare();
      this.watched.clear();
    }));
  }

  compare() {
    for (const [rule, before] of this.watched) {
      const now = rule.cssText;
      if (now === before) continue;
      this.watched.set(rule, now);
      this.edited(rule);
    }
  }

  /** The page has read the media of a sheet, and may change them. */
  mediaRead(owner) {
    const sheet = owner.nodeType === 1 ? owner.sheet : owner;
    if (sheet) queueMicrotask(() => this.capture.guard(() => this.switched(sheet)));
  }

  /** `replace` or `replaceSync` gave a constructed sheet a new text. */
  replaced(sheet, text) {
    this.records.set(sheet, { parts: [{ text, count: sheet.cssRules.length }], total: sheet.cssRules.length, changed: true });
    this.touched(sheet);
  }

  /** Tells whoever shows the sheet. */
  touched(sheet) {
    const { capture } = this;
    let top = sheet;
    while (top.parentStyleSheet) top = top.parentStyleSheet;
    if (top.ownerNode) capture.mark(top.ownerNode, " sheet");
    const number = this.numbers.get(top);
    if (number !== undefined) capture.mark(capture.doc, " css:" + number);
    capture.settle();
  }

  /** `disabled` or the media of a sheet were set. */
  switched(sheet) {
    const { capture } = this;
    if (sheet.ownerNode) capture.mark(sheet.ownerNode, " sheet");
    else for (const root of capture.nodes.roots.keys()) capture.mark(root, " adopted");
    capture.settle();
  }

  /** The media of a sheet where a script has set others than its element names. */
  media(element) {
    const text = mediaOf(element.sheet).mediaText;
    const written = element.getAttribute("media") ?? "";
    return text === written || text === canonical(written) ? null : text;
  }

  /** The constructed sheets of a document or shadow root, by number. */
  adopted(root) {
    const sheets = readAdopted[root.nodeType]?.call(root);
    if (!sheets?.length) return null;
    return Array.from(sheets, (sheet) => (sheet.disabled ? null : this.number(sheet))).filter(Boolean).join(" ");
  }

  number(sheet) {
    let number = this.numbers.get(sheet);
    if (number === undefined) {
      number = this.constructed.push(sheet) - 1;
      this.numbers.set(sheet, number);
      this.capture.mark(this.capture.doc, " css:" + number);
    }
    return number;
  }

  constructedText(name) {
    const sheet = this.constructed[Number(name.slice(" css:".length))];
    if (!sheet) return null;
    const record = this.records.get(sheet) ?? this.opened(sheet, sheet.cssRules.length);
    const text = this.join(record);
    const media = mediaOf(sheet).mediaText;
    return media ? `@media ${media} {\n${text ?? ""}\n}` : text;
  }

  /** Every name that a new epoch has to tell. */
  names() {
    return this.constructed.map((_, number) => " css:" + number).slice(1);
  }

  /** Compares one doubtful sheet with its text, a rule at a time. Its rules may have been changed before the share. */
  *doubts() {
    while (this.doubtful.length) {
      const sheet = this.doubtful.pop();
      const record = this.records.get(sheet);
      const text = record && !record.changed ? this.join(record) : null;
      if (text === null || !sheet.ownerNode) continue;
      if (yield* this.differs(sheet, text)) {
        this.serialise(sheet, record);
        this.touched(sheet);
      }
    }
  }

  *differs(sheet, text) {
    const probe = new CSSStyleSheet();
    // A constructed sheet takes no imports, and says so in the console.
    probe.replaceSync(text.replace(/@import[^;]*;/gi, ""));
    yield;
    const actual = Array.from(rulesOf(sheet) ?? []).filter((rule) => !(rule.constructor.name === "CSSImportRule"));
    if (actual.length !== probe.cssRules.length) return true;
    for (let k = 0; k < actual.length; k++) {
      if (k % 16 === 15) yield;
      if (actual[k].cssText !== probe.cssRules[k]?.cssText) return true;
    }
    return false;
  }
}

function canonical(media) {
  return matchMedia(media).media;
}

/** The rules of a sheet, or null when it is another origin's. */
function rulesOf(sheet) {
  try {
    return sheet.cssRules;
  } catch {
    return null;
  }
}
