// What the page's style sheets say, as the visitor's browser applied them.
//
// The text of a `<style>` stays as its author wrote it. Where the sheet must say something else (an asset's
// blob, rules that scripts changed, `:hover` of the visitor's pointer), its rules are changed through CSSOM:
// they are no part of the document. `@media all { text }` takes a whole sheet as one rule, unserialised.

import { read, refers, written } from "./assets.js";

const PSEUDO = /(?<!\\):(hover|active|focus-visible|focus-within|focus)(?![-\w(])/g;
const SCRIPTING = /\(\s*scripting\s*(?::\s*([a-z-]+)\s*)?\)/gi;

/** Layers, its own or those of a sheet that it imports. */
const LAYERS = /\blayer\b|@import/i;
/** A layer below all of the page's, if it is named before them: what is in no layer would win over theirs. */
const LOWEST = "@layer tandem-own;";

/** Six dots where a text would begin, in the place of what a browser says of a date. */
const DOTS = [0, 1, 2, 3, 4, 5];
const MASKED = `[data-tandem-masked] {
  background-image: ${DOTS.map(() => "radial-gradient(closest-side, currentColor 85%, #0000)").join()} !important;
  background-position: ${DOTS.map((dot) => `${(0.14 + 0.62 * dot).toFixed(2)}em 50%`).join()} !important;
  background-size: 0.32em 0.32em !important; background-repeat: no-repeat !important; background-origin: content-box !important
}
[data-tandem-masked]::-webkit-datetime-edit { opacity: 0 }
`;

/** What the rebuilt page needs beside its own sheets. Everything yields to the page's rules but boxes and masks. */
const OWN = `
@layer tandem-own {
  :where([data-tandem-focus-visible]) { outline: auto 1px Highlight; outline: auto 1px -webkit-focus-ring-color }
}
video::-webkit-media-controls { display: none !important }
::highlight(tandem-selection) { background-color: Highlight; color: HighlightText }
:where(a, abbr, b, code, em, i, label, small, span, strong, tandem-box, time)[data-tandem-box] { display: inline-block }
${MASKED}[data-tandem-box] {
  background: repeating-linear-gradient(135deg, #80808047 0 1px, #80808014 1px 8px) !important;
}`;

const NO_RULE = ":not(*) {}";

/** Bars of this width that yield to those which the page draws itself. */
const barsOf = (width) => `@layer tandem-own {
  ::-webkit-scrollbar { width: ${width}px; height: ${width}px }
  ::-webkit-scrollbar-thumb { background: #80808099 content-box; border: 3px solid #0000; border-radius: ${width}px }
}`;

/** How much room scroll bars take in this browser, pixels. */
function ownBar(frame) {
  const doc = frame.ownerDocument, probe = doc.createElement("div");
  probe.style.cssText = "all: initial; position: fixed; visibility: hidden; overflow: scroll; width: 99px; height: 99px";
  doc.documentElement.append(probe);
  const width = probe.offsetWidth - probe.clientWidth;
  probe.remove();
  return width;
}

/** Whether a node's text children are CSS. */
export function styledBy(node) {
  return node !== null && node.nodeType === Node.ELEMENT_NODE && node.localName === "style";
}

export class Sheets {
  constructor(page) {
    this.page = page;
    /** Style elements to look at when the batch is in. */
    this.dirty = new Set();
    /** Element → the sheet that was changed, and what it says: a new one has its author's rules again. */
    this.changed = new Map();
    /** Number of a style or link element → the text that its sheet says instead of its own. */
    this.texts = new Map();
    /** Number of a style or link element → whether scripts disabled its sheet, and the media they set. */
    this.limits = new Map();
    /** Constructed sheets: number → text, and made ones by document. */
    this.constructed = new Map();
    /** Root → numbers of the sheets that it adopted. */
    this.adopted = new Map();
    /** Our own sheet, by document. */
    this.own = new Map();
    /** What our own sheet says beside that: about what → the key and the rule. */
    this.rules = new Map();
    /** Values of `style` attributes that name assets. */
    this.styles = new Map();
  }

  addDocument(doc) {
    const view = doc.defaultView;
    const own = new view.CSSStyleSheet();
    own.replaceSync(OWN + Array.from(this.rules.values(), ({ text }) => text).join("\n"));
    this.own.set(doc, own);
    this.adopt(doc);
  }

  addRoot(root) {
    if (!this.adopted.has(root)) this.adopted.set(root, []);
    this.adopt(root);
  }

  /**
   * A rule of ours about one node; it takes the place of the last one about it. `css` writes it for the value of
   * the attribute that it goes by, which is given back.
   */
  rule(about, css) {
    const known = this.rules.get(about);
    const key = known?.key ?? String(this.rules.size + 1);
    const text = css(key);
    if (known?.text === text) return key;
    this.rules.set(about, { key, text });
    for (const own of this.own.values()) {
      // Ours follow what every document has, in the order of their keys.
      const length = own.cssRules.length;
      const at = known ? length - this.rules.size + Number(key) - 1 : length;
      if (known) own.deleteRule(at);
      own.insertRule(text, at);
    }
    return key;
  }

  /**
   * Scroll bars take as much room as at the visitor: `bar` pixels, none if -1; 0 where it is not known. Otherwise the
   * lines of a phone's page would break elsewhere on an agent's computer.
   */
  bars(bar) {
    if (bar === 0 && !this.rules.has("bars")) return;
    const here = bar === 0 ? 0 : ownBar(this.page.frame);
    this.rule("bars", () => {
      if (bar === 0 || Math.max(bar, 0) === here) return NO_RULE;
      if (bar < 0) return "* { scrollbar-width: none !important }";
      return CSS.supports("selector(::-webkit-scrollbar)") ? barsOf(bar) : NO_RULE;
    });
  }

  // Style and link elements

  mark(id) {
    const element = this.page.nodes[id];
    if (styledBy(element)) this.dirty.add(element);
  }

  markNode(element) {
    this.dirty.add(element);
  }

  /** The sheet of an element says `text`; null gives it back its own. */
  say(id, text) {
    if (text === null) this.texts.delete(id);
    else this.texts.set(id, text);
    this.mark(id);
  }

  /** Scripts disabled a sheet or gave it other media; null takes that back. */
  limit(id, name, value) {
    this.limits.set(id, { ...this.limits.get(id), [name]: value });
    this.mark(id);
  }

  forget(id) {
    this.texts.delete(id);
    this.limits.delete(id);
    this.styles.delete(id);
  }

  /** What goes into the text of a `<style>`. */
  written(text) {
    return refers(text) ? written(text) : text;
  }

  /** Brings all sheets that changed, or that moving made anew, to what they should say. */
  settle() {
    for (const [element, { sheet }] of this.changed) {
      if (!element.isConnected) this.changed.delete(element);
      else if (element.sheet !== sheet) this.dirty.add(element);
    }
    for (const element of this.dirty) if (element.sheet) this.bring(element);
    this.dirty.clear();
  }

  bring(element) {
    const { sheet } = element;
    const id = this.page.number(element);
    const said = this.texts.get(id);
    const text = said ?? read(element.textContent);
    const differs = said !== undefined || refers(text) || text.search(SCRIPTING) !== -1;
    const before = this.changed.get(element);
    const grows = before?.sheet === sheet && before.said !== undefined && said?.startsWith(before.said);
    if (differs && !(grows && this.grow(sheet, said, before.said))) this.rewrite(sheet, text, id);
    const points = text.search(PSEUDO) !== -1;
    if (differs || points) point(sheet.cssRules);
    const layers = LAYERS.test(text);
    if (layers && sheet.cssRules[0]?.cssText !== LOWEST) sheet.insertRule(LOWEST, 0);
    const limits = this.limits.get(id) ?? (isAlternate(element) ? {} : undefined);
    if (limits) limit(sheet, element, limits);
    if (differs || points || layers || limits) this.changed.set(element, { sheet, said: refers(text) ? undefined : said });
  }

  rewrite(sheet, text, id) {
    while (sheet.cssRules.length !== 0) sheet.deleteRule(0);
    this.sayInside(sheet, this.readable(text, `sheet ${id}`), 0);
  }

  /** Scripts that insert rules one by one mostly append: the rules before stay as they are. */
  grow(sheet, said, before) {
    const tail = said.slice(before.length);
    if (refers(tail)) return false;
    if (tail.trim()) this.sayInside(sheet, this.readable(tail, ""), sheet.cssRules.length);
    return true;
  }

  sayInside(sheet, text, index) {
    try {
      sheet.insertRule(`@media all{${text}\n}`, index);
    } catch {
      // A stray brace closed the block early, or nothing of it parses: the parser of a document forgives.
      const forgiving = new sheet.ownerNode.ownerDocument.defaultView.CSSStyleSheet();
      forgiving.replaceSync(text);
      for (const rule of forgiving.cssRules) sheet.insertRule(rule.cssText, sheet.cssRules.length);
    }
  }

  /** The text with assets in their places, and what a frame without scripts would see otherwise set right. */
  readable(text, key) {
    const filled = refers(text) ? this.page.assets.fill(text, key) : text;
    return filled.replace(SCRIPTING, (_, value) =>
      value === undefined || value.toLowerCase() === "enabled" ? "(min-width:0)" : "(max-width:0)");
  }

  // Constructed sheets

  /** The text of a constructed sheet. */
  construct(number, text) {
    if (text === null) {
      this.constructed.delete(number);
      return;
    }
    const entry = this.constructed.get(number) ?? { made: new Map() };
    entry.text = text;
    this.constructed.set(number, entry);
    this.refill(number);
    for (const [root, numbers] of this.adopted) if (numbers.includes(number)) this.adopt(root);
  }

  refill(number) {
    const entry = this.constructed.get(number);
    for (const sheet of entry?.made.values() ?? []) this.replace(sheet, number, entry.text);
  }

  replace(sheet, number, text) {
    sheet.replaceSync(this.readable(text, `css ${number}`));
    if (text.search(PSEUDO) !== -1) point(sheet.cssRules);
  }

  /** A root adopted these. */
  use(root, numbers) {
    this.adopted.set(root, numbers);
    this.adopt(root);
  }

  adopt(root) {
    const doc = root.ownerDocument ?? root;
    const own = this.own.get(doc);
    // In a document that is built aside nothing can be adopted yet; mounting comes back here.
    if (!own) return;
    const numbers = this.adopted.get(root) ?? [];
    const sheets = numbers.map((number) => this.made(number, doc)).filter(Boolean);
    root.adoptedStyleSheets = [own, ...sheets];
  }

  made(number, doc) {
    const entry = this.constructed.get(number);
    if (!entry) return null;
    let sheet = entry.made.get(doc);
    if (!sheet) {
      sheet = new doc.defaultView.CSSStyleSheet();
      this.replace(sheet, number, entry.text);
      entry.made.set(doc, sheet);
    }
    return sheet;
  }

  /** Documents were made anew: what belonged to the old ones is made again. */
  remount() {
    for (const doc of this.own.keys()) if (!doc.defaultView) this.own.delete(doc);
    for (const entry of this.constructed.values()) {
      for (const doc of entry.made.keys()) if (!doc.defaultView) entry.made.delete(doc);
    }
    for (const root of this.adopted.keys()) this.adopt(root);
  }

  // Attributes

  style(id, value) {
    const element = this.page.nodes[id];
    this.styles.delete(id);
    if (value === null) {
      element.removeAttribute("style");
      return;
    }
    if (value.includes("asset:")) {
      this.styles.set(id, value);
      element.setAttribute("style", this.page.assets.fill(value, `style ${id}`));
    } else {
      element.setAttribute("style", value);
    }
  }

  restyle(id) {
    const value = this.styles.get(id);
    if (value !== undefined) this.style(id, value);
  }
}

/** An alternate sheet is not shown. Chromium says of it that it is not disabled. */
function isAlternate(element) {
  return /\balternate\b/i.test(element.getAttribute("rel") ?? "");
}

function limit(sheet, element, { disabled, media }) {
  sheet.disabled = disabled === "1" || isAlternate(element);
  sheet.media.mediaText = media ?? element.getAttribute("media") ?? "";
}

/** Rewrites selectors, so that the visitor's pointer and focus decide: those of the frame are nowhere. */
function point(rules) {
  for (const rule of rules) {
    const selector = rule.selectorText;
    if (selector !== undefined && selector.search(PSEUDO) !== -1) {
      rule.selectorText = selector.replace(PSEUDO, "[data-tandem-$1]");
    }
    if (rule.cssRules?.length) point(rule.cssRules);
  }
}
