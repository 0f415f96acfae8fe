// Pictures, fonts and imported sheets: bytes by hash, made into blobs once, and used by number.

/** Bytes kept for pages to come; what the shown page uses is kept whatever it weighs. */
const KEPT = 256 << 20;

const TRANSPARENT = (width, height) =>
  "data:image/svg+xml," +
  encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`);

/** A picture of nothing with a size of its own: where a part of the page is not shown. */
export function blank(width, height) {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>` +
    '<pattern id="p" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
    '<rect width="8" height="8" fill="#808080" fill-opacity=".08"/>' +
    '<rect width="1" height="8" fill="#808080" fill-opacity=".28"/></pattern></defs>' +
    '<rect width="100%" height="100%" fill="url(#p)"/></svg>';
  return "data:image/svg+xml," + encodeURIComponent(svg);
}

/** The bytes that arrived, by hash, for all pages of a stage. */
export class Store {
  constructor() {
    this.byHash = new Map();
    this.bytes = 0;
  }

  /** Keeps bytes; sheets as text, because a policy without `style-src blob:` would refuse them as blobs. */
  add(hash, mime, bytes) {
    if (this.byHash.has(hash)) return;
    const isSheet = mime === "text/css";
    this.byHash.set(hash, {
      size: bytes.length,
      isPicture: mime.startsWith("image/"),
      css: isSheet ? new TextDecoder().decode(bytes) : null,
      url: isSheet ? null : URL.createObjectURL(new Blob([bytes.slice()], { type: mime })),
    });
    this.bytes += bytes.length;
  }

  get(hash) {
    return this.byHash.get(hash);
  }

  /** Lets go of the oldest that `used` does not hold, down to the bound. */
  trim(used) {
    for (const [hash, held] of this.byHash) {
      if (this.bytes <= KEPT) return;
      if (!used.has(hash)) this.drop(hash, held);
    }
  }

  clear() {
    for (const [hash, held] of this.byHash) this.drop(hash, held);
  }

  drop(hash, held) {
    if (held.url) URL.revokeObjectURL(held.url);
    this.byHash.delete(hash);
    this.bytes -= held.size;
  }
}

const PENDING = 0;
const READY = 1;
const FAILED = 2;

/** What the numbers of one page mean, and who waits for which. */
export class Assets {
  constructor(store, page) {
    this.store = store;
    this.page = page;
    this.known = new Map();
    /** number → keys of what shows it and must be filled again when it comes. */
    this.waiting = new Map();
    /** Keys to fill again at the end of this batch. */
    this.stale = new Set();
    /** Pictures that CSS uses: loaded beside it too, because CSS tells nobody when it has them. */
    this.probes = new Set();
  }

  /** A number's meaning, as the page tells it: 0 pending, 1 ready, 2 failed. */
  set(number, meaning) {
    this.known.set(number, meaning);
    this.wake(number);
  }

  /** Bytes came. */
  arrived(hash) {
    for (const [number, meaning] of this.known) if (meaning.hash === hash) this.wake(number);
  }

  /** Bytes will not come. */
  fail(hash) {
    for (const [number, meaning] of this.known) {
      if (meaning.hash !== hash) continue;
      meaning.state = FAILED;
      this.wake(number);
    }
  }

  wake(number) {
    const keys = this.waiting.get(number);
    if (!keys) return;
    for (const key of keys) this.stale.add(key);
    this.waiting.delete(number);
  }

  held(number) {
    const meaning = this.known.get(number);
    return meaning?.state === READY ? this.store.get(meaning.hash) : undefined;
  }

  /** Whether the number will still change what it shows. */
  isOpen(number) {
    const meaning = this.known.get(number);
    if (!meaning || meaning.state === PENDING) return true;
    return meaning.state === READY && !this.store.get(meaning.hash);
  }

  /** Whether imported sheets can be had and are not here yet. */
  get awaitsSheets() {
    for (const { isSheet, state, hash } of this.known.values()) {
      if (isSheet && state === READY && !this.store.get(hash)) return true;
    }
    return false;
  }

  /** Whether everything that the page named is here or will never be. */
  get complete() {
    for (const number of this.known.keys()) if (this.isOpen(number)) return false;
    return this.waiting.size === 0;
  }

  get hashes() {
    return new Set([...this.known.values()].map((meaning) => meaning.hash));
  }

  await(number, key) {
    if (!this.isOpen(number)) return;
    const keys = this.waiting.get(number);
    if (keys) keys.add(key);
    else this.waiting.set(number, new Set([key]));
  }

  /** The address to show for a picture; one of its size while it is not here; null without a size. */
  picture(number, key) {
    this.await(number, key);
    const url = this.held(number)?.url;
    if (url) return url;
    const { width = 0, height = 0, state = PENDING } = this.known.get(number) ?? {};
    if (!width || !height) return null;
    return state === FAILED ? blank(width, height) : TRANSPARENT(width, height);
  }

  /**
   * CSS with each `asset:N` replaced: blobs for pictures and fonts, the text itself for imports. A sheet that imports
   * itself is empty there, as in CSS, and what is imported grows no text by more than {@link IMPORTED}.
   */
  fill(css, key, within = { numbers: [], room: IMPORTED }) {
    const imported = css.replace(IMPORT, (other, rule) => {
      if (rule === undefined) return other;
      // Anybody's import has no number, and vanishes.
      const named = IMPORTS_ASSET.exec(rule);
      if (!named) return "";
      const number = +named[1], text = this.held(number)?.css;
      this.await(number, key);
      if (!text || within.room < text.length || within.numbers.includes(number) || within.numbers.length === DEEPEST) return "";
      within.room -= text.length;
      within.numbers.push(number);
      const filled = this.fill(text, key, within);
      within.numbers.pop();
      return imports(filled, rule.slice(named[0].length));
    });
    const drawn = imported.replace(FONT_FACE, (face) => (this.hasFont(face, key) ? face : ""));
    return drawn.replace(REFERENCE, (_, quote, number) => {
      this.await(+number, key);
      const held = this.held(+number);
      if (held?.isPicture) this.probe(held.url);
      return quote + (held?.url ?? "data:,");
    });
  }

  /** Whether a font's rule is worth saying: browsers complain aloud about a font without bytes. */
  hasFont(face, key) {
    const numbers = Array.from(face.matchAll(REFERENCE), ([, , number]) => Number(number));
    for (const number of numbers) this.await(number, key);
    return numbers.length === 0 || numbers.some((number) => this.held(number));
  }

  probe(url) {
    const picture = this.page.doc.createElement("img");
    picture.src = url;
    this.probes.add(picture);
  }

  get isProbing() {
    for (const picture of this.probes) if (picture.complete) this.probes.delete(picture);
    return this.probes.size !== 0;
  }
}

/** Characters that imports may add to one sheet: twenty imports of a sheet with twenty of them are a bomb. */
const IMPORTED = 4 * 1024 * 1024;
/** Sheets that an import may stand within. */
const DEEPEST = 8;
// A page may send any text as CSS: each expression passes over it once, whatever stands there. An import is none in a
// comment or a string, and its address may hold what ends a rule elsewhere.
const IMPORT = new RegExp([
  /\/\*[^]*?(?:\*\/|$)/,
  /"[^"\\\n]*(?:\\[^][^"\\\n]*)*"?/,
  /'[^'\\\n]*(?:\\[^][^'\\\n]*)*'?/,
  /@import((?:"[^"\n]*"?|'[^'\n]*'?|url\([^"')]*|[^;{}"'u]+|u)*);?/,
].map((each) => each.source).join("|"), "gi");
const IMPORTS_ASSET = /^\s*(?:url\(\s*)?["']?asset:(\d+)[^"')]*["']?\s*\)?/i;
const FONT_FACE = /@font-face\s*\{[^{}]*\}/gi;
const REFERENCE = /(["'(])asset:(\d+)(?=["')])/g;

/**
 * The text of a `<style>` as it stands in the document: no browser shall try to load from it what only
 * {@link Assets.fill} can give. {@link read} is its inverse.
 */
export function written(css) {
  return css.replace(/@import(?=[\s"'])/gi, "@tandem-import").replace(REFERENCE, "$1data:,asset:$2");
}

export function read(text) {
  return text.replaceAll("@tandem-import", "@import").replaceAll("data:,asset:", "asset:");
}

/** Whether a text names assets or imports. */
export function refers(css) {
  return css.includes("asset:") || /@import/i.test(css);
}

/** An imported sheet's text in the place of its import: layer, condition and media become blocks. */
function imports(css, tail) {
  let rest = tail.trim();
  let text = css;
  const layer = /^layer(?:\(([^)]*)\))?(?![\w(-])/i.exec(rest);
  if (layer) rest = rest.slice(layer[0].length).trim();
  const [condition, media] = supports(rest);
  if (media) text = `@media ${media}{${text}}`;
  if (condition) text = `@supports ${condition}{${text}}`;
  return layer ? `@layer ${layer[1] ?? ""}{${text}}` : text;
}

/** Takes `supports(…)` off the front: the condition, and what is left. */
function supports(text) {
  if (!/^supports\(/i.test(text)) return ["", text];
  let depth = 0;
  for (let at = 8; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) {
      const inner = text.slice(9, at).trim();
      const condition = /^(?:\(|not\b)/i.test(inner) ? inner : `(${inner})`;
      return [condition, text.slice(at + 1).trim()];
    }
  }
  return ["", ""];
}
