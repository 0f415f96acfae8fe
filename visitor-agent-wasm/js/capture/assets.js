// Images, fonts and imported sheets: each address that the page shows has a number, and its bytes are fetched once,
// by the page itself with its own credentials.

const MOST_BYTES = 8 << 20, MOST_ASSETS = 20_000, AT_ONCE = 6, PATIENCE = 20_000;
const NEVER = /^(?:text\/html|application\/(?:json|xhtml))/i;
/** The page's own server has answered that it gives nothing. */
const REFUSED = Symbol("refused");
const XLINK = "http://www.w3.org/1999/xlink";

export class Assets {
  constructor(capture) {
    this.capture = capture;
    this.all = [null];
    this.byAddress = new Map();
    this.queue = [];
    this.running = 0;
    /** Origins that the page's policy or the server keeps us from reading. */
    this.closed = new Set();
  }

  /** The number of an address as it stands in `base`'s document or sheet; 0 when it is none. */
  number(address, base, node, isSheet = false) {
    let url;
    try {
      url = new URL(address, base);
    } catch {
      return 0;
    }
    if (url.protocol !== "data:") url.hash = "";
    const key = (isSheet ? "@" : "") + url.href;
    let asset = this.byAddress.get(key);
    if (asset === undefined) {
      if (MOST_ASSETS <= this.all.length) return 0;
      asset = { number: this.all.length, url: url.href, isSheet, state: "new", queued: false, hash: "-", mime: "-", width: 0, height: 0, node: null };
      this.all.push(asset);
      this.byAddress.set(key, asset);
    }
    if (asset.state === "new") this.want(asset, node);
    return asset.number;
  }

  /** The number of an address in the CSS that node `id` carries; asked by WebAssembly while it redacts. */
  inCss(id, address, isSheet) {
    const node = this.capture.node(id);
    return node ? this.number(address, node.sheet?.href ?? node.baseURI, node, isSheet) : 0;
  }

  want(asset, node) {
    asset.node = node ? new WeakRef(node) : null;
    if (!asset.queued) {
      asset.queued = true;
      this.queue.push(asset);
    }
  }

  /** What an image shows now, as ` src`. */
  shownBy(node) {
    const address = sourceOf(node);
    return address ? String(this.number(address, node.baseURI, node)) : null;
  }

  /** Whether imported sheets are on their way: asked for, or offered and not accepted yet. */
  get sheetsPending() {
    return this.all.some((asset) => asset?.isSheet && (asset.queued || asset.state === "asked" || asset.state === "offered"));
  }

  /** Starts what waits, after the batch that mentions it was redacted: a masked element's picture is never fetched. */
  start() {
    while (this.running < AT_ONCE && this.queue.length && !this.capture.stopped) {
      const asset = this.queue.shift();
      asset.queued = false;
      const node = asset.node?.deref() ?? null;
      if (!this.capture.shows(node)) {
        if (node) this.capture.boxes.watch(node);
        continue;
      }
      asset.state = "asked";
      this.running += 1;
      this.get(asset).finally(() => {
        this.running -= 1;
        this.start();
      });
    }
  }

  async get(asset) {
    const { capture } = this;
    const found = await this.bytes(asset.url);
    if (capture.stopped) return;
    if (found === null || MOST_BYTES < found.bytes.length || (NEVER.test(found.mime) && !asset.isSheet)) this.settle(asset, "failed");
    else await this.offer(asset, found);
  }

  async offer(asset, { bytes, mime }) {
    const { capture } = this;
    if (asset.isSheet) {
      bytes = capture.port.rewrite(asset.number, bytes);
      mime = "text/css";
    }
    const hash = await digest(bytes);
    if (capture.stopped) return;
    this.measure(asset);
    asset.mime = mime.split(";")[0].trim().toLowerCase() || "application/octet-stream";
    asset.state = "offered";
    asset.hash = capture.port.asset(asset.number, hash, asset.mime, bytes, asset.width, asset.height);
    this.start();
  }

  /** The number of an address inside an imported sheet. */
  inImport(number, address, isSheet) {
    const sheet = this.all[number];
    return this.number(address, sheet.url, sheet.node?.deref() ?? null, isSheet);
  }

  measure(asset) {
    const node = asset.node?.deref();
    asset.width = node?.naturalWidth ?? 0;
    asset.height = node?.naturalHeight ?? 0;
  }

  /** The receiver has the bytes, or cannot have them. */
  settle(asset, state) {
    if (!asset || asset.state === "ready") return;
    this.measure(asset);
    asset.state = state;
    this.capture.mark(this.capture.doc, " asset:" + asset.number);
    this.capture.settle();
  }

  /** ` asset:N`: "state hash mime width height". */
  told(name) {
    const asset = this.all[Number(name.slice(" asset:".length))];
    if (!asset || (asset.state !== "ready" && asset.state !== "failed")) return null;
    return `${asset.state} ${asset.hash} ${asset.mime} ${asset.width} ${asset.height}`;
  }

  /** Every name that a new epoch has to tell. */
  names() {
    return this.all.filter((asset) => asset?.state === "ready" || asset?.state === "failed").map((asset) => " asset:" + asset.number);
  }

  /** The text of a stylesheet, or null. */
  async text(address) {
    const found = await this.bytes(address);
    return found === null ? null : new TextDecoder().decode(found.bytes);
  }

  /** The bytes at an address, `{ bytes, mime }`, or null. */
  async bytes(address) {
    if (address.startsWith("data:")) return decoded(address);
    const own = await this.own(address);
    // What its own server does not give to the page is nobody else's either, and its address may be a secret.
    if (own === REFUSED) return null;
    // Aborted with the capture: nobody is left to be asked.
    if (own !== null || this.capture.stopped) return own;
    const found = await this.capture.elsewhere(address);
    if (found !== null || this.capture.stopped || !this.isHome(address)) return found;
    // That answer has waited for the line: what a cut kept from the page itself it can have by now.
    const again = await this.own(address);
    return again === REFUSED ? null : again;
  }

  /** Whether the page's own server has it: to others that may answer differently, or not at all. */
  isHome(address) {
    return /^https?:/.test(address) && new URL(address).origin === this.capture.doc.defaultView.origin;
  }

  /** The page's policy has forbidden a fetch. */
  forbidden({ effectiveDirective, blockedURI }) {
    if (effectiveDirective !== "connect-src") return;
    try {
      this.closed.add(new URL(blockedURI).origin);
    } catch {
      // A bare scheme, not an address: nothing to remember.
    }
  }

  /** Ends a fetch with the capture or when it takes too long, whichever the browser can join. */
  limit() {
    const { ended } = this.capture;
    return AbortSignal.any ? AbortSignal.any([ended, AbortSignal.timeout(PATIENCE)]) : ended;
  }

  /** The page's own fetch: from its cache, with its credentials at home and without them elsewhere. */
  async own(address) {
    const { origin } = new URL(address);
    const home = origin === this.capture.doc.defaultView.origin || address.startsWith("blob:");
    if (!this.capture.options.fetch || this.closed.has(origin)) return null;
    try {
      const response = await fetch(address, {
        credentials: home ? "include" : "omit",
        cache: "force-cache",
        signal: this.limit(),
      });
      if (!response.ok) return home ? REFUSED : null;
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { bytes, mime: response.headers.get("content-type") ?? "" };
    } catch {
      return null;
    }
  }
}

/** The address of what an element shows now. */
function sourceOf(node) {
  switch (node.localName) {
    case "img":
      return node.currentSrc || node.getAttribute("src");
    case "video":
      return node.getAttribute("poster");
    case "input":
      return node.type === "image" ? node.getAttribute("src") : null;
    default:
      return node.getAttribute("href") ?? node.getAttributeNS(XLINK, "href");
  }
}

/** The bytes of a data: address, read here because a page's policy may forbid fetching it (RFC 2397). */
function decoded(address) {
  const comma = address.indexOf(",");
  if (comma < 0) return null;
  const head = address.slice("data:".length, comma);
  const mime = head.replace(/;base64\s*$/i, "") || "text/plain";
  try {
    const body = decodeURIComponent(address.slice(comma + 1));
    if (mime === head || head === "") return { mime, bytes: new TextEncoder().encode(body) };
    return { mime, bytes: Uint8Array.from(atob(body.replace(/\s/g, "")), (unit) => unit.charCodeAt(0)) };
  } catch {
    return null;
  }
}

/** SHA-256 by the browser, or null where the page is no secure context: WebAssembly computes it then. */
async function digest(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
