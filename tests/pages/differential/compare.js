// A source and its replay, node by node. What may differ stands in `removals.json`, and nothing else may.
import removals from "./removals.json" with { type: "json" };

/** What stands for a hidden text: `MASK` of the core's redaction. */
const MASK = "••••••";
/** Attributes that a replay never has. */
const REMOVED = new Set(removals.attributes);
/** Attributes that a replay has by another name. */
const RENAMED = removals.renamed;
/** Attributes of radio buttons that have another name where a replay's group would be larger than the source's. */
const APART = removals.apart;
/** Metas that say how a page is drawn: of others nobody sees the content. */
const DRAWS = new Set(["viewport", "color-scheme", "theme-color"]);
/** How data begins that scripts keep in an attribute. */
const DATA = /^\s*[{[]/;
/** Fewer characters than that are no copy of what a field holds. */
const FEWEST = 3;
/** Elements that a replay has in another shape, without their contents: these are data, or programs. */
const REBUILT = removals.rebuilt;
/** Elements whose children do not travel. */
const LEAVES = new Set([...Object.keys(REBUILT), "iframe"]);
/** Marks of the replay itself. */
const OWN = /^data-tandem-(?:picture|box|masked|hover|active|focus|focus-visible|focus-within)$/;
const TYPED = new Set(["text", "password", "range", "hidden"]);
/** Differences told of; more do not help. */
const TOLD = 8;

export class Comparer {
  /**
   * @param {boolean} shows whether the values of fields are un-masked
   * @param {function(Element): boolean} sawSecret whether the recorder saw an input as secret, which counts in doubt only
   */
  constructor(world, shows, sawSecret) {
    Object.assign(this, { world, shows, sawSecret });
    /** What fields hold or held: copies of it in attributes may be hidden. */
    this.held = new Set();
    /** What of `removals.json` was seen. */
    this.removals = new Set();
    this.begin(null);
    this.observer = new MutationObserver((records) => this.disturb(records));
  }

  /** Forgets whom it knew: another keyframe makes every node anew. */
  begin(frame) {
    this.frame = frame;
    /** Nodes of the source, each with its node of the replay. */
    this.known = new WeakMap();
    /** Documents and shadow roots that were compared before: the first time the recorder may not know them yet. */
    this.met = new WeakSet();
  }

  /** What was taken out or hidden may be made anew when it comes back; so may a field that is or was secret. */
  disturb(records) {
    for (const { type, target, removedNodes } of records) {
      if (type === "attributes") this.forget(target);
      for (const node of removedNodes) this.forget(node);
    }
  }

  forget(node) {
    this.known.delete(node);
    for (const child of node.childNodes) this.forget(child);
    for (const root of [node.shadowRoot, node.contentDocument]) if (root) this.forget(root);
  }

  /** The differences, each with its path. */
  compare(frame) {
    this.disturb(this.observer.takeRecords());
    if (frame !== this.frame) this.begin(frame);
    this.found = [];
    this.pairs = [];
    this.look();
    if (frame === null) return ["there is no replay"];
    this.document(document, frame.contentDocument, "");
    return this.found;
  }

  /** Looks at what fields hold now. One that holds what a secret one held may be secret as well, and made anew. */
  look() {
    const { secrets, doubtful } = this.world, fields = this.world.all("input, textarea");
    for (const field of fields) {
      for (const value of [field.value, field.defaultValue]) if (FEWEST <= value.trim().length) this.held.add(value.trim());
      if (this.isSecret(field)) secrets.add(field.value);
    }
    for (const field of fields) {
      if (field.localName !== "input" || !secrets.has(field.value) || doubtful.has(field)) continue;
      doubtful.add(field);
      this.forget(field);
    }
  }

  /** What was compared and equal is known from now on. */
  remember() {
    // What is blocked looks the same before the recorder has told all: a field that changed may still be made anew.
    const isShown = (source) => source.nodeType !== Node.ELEMENT_NODE || !source.hasAttribute("data-tandem-block");
    for (const [source, replay] of this.pairs) {
      if (isShown(source) && this.met.has(source.getRootNode())) this.known.set(source, replay);
    }
    for (const root of new Set(this.pairs.map(([source]) => source.getRootNode()))) this.meet(root);
  }

  meet(root) {
    if (this.met.has(root)) this.world.followed.add(root);
    else this.met.add(root);
  }

  stop() {
    this.observer.disconnect();
  }

  say(path, what, source, replay) {
    if (this.found.length < TOLD) this.found.push(`${path} ${what}: ${JSON.stringify(source)} is ${JSON.stringify(replay)}`);
  }

  same(path, what, source, replay) {
    if (source !== replay) this.say(path, what, source, replay);
  }

  /** What is shown is the same, or a copy of what a field holds. */
  sameShown([path, what], source, replay, [copy, held]) {
    if (replay === MASK && source !== null && held.has(source.trim())) this.removals.add(copy);
    else this.same(path, what, source, replay);
  }

  document(source, replay, path) {
    this.same(path, "mode", source.compatMode, replay.compatMode);
    this.children(source, replay, path);
  }

  children(source, replay, path) {
    this.observer.observe(source.getRootNode(), {
      childList: true, subtree: true, attributes: true, attributeFilter: ["data-tandem-block", "type"],
    });
    const left = Array.from(source.childNodes).filter((node) => node !== this.world.ignored);
    const right = Array.from(replay.childNodes);
    if (left.length !== right.length) {
      const names = (nodes) => nodes.map((node) => node.nodeName + (node.id ? `#${node.id}` : "")).join(" ");
      this.say(path, "children", names(left), names(right));
      return;
    }
    left.forEach((node, index) => this.node(node, right[index], path));
  }

  node(source, replay, path) {
    const here = `${path}/${source.localName ?? source.nodeName}${source.id ? `#${source.id}` : ""}`;
    if ((this.known.get(source) ?? replay) !== replay) this.say(here, "identity", "a node", "another");
    this.pairs.push([source, replay]);
    if (source.nodeType !== replay.nodeType) this.say(here, "type", source.nodeName, replay.nodeName);
    else if (source.nodeType === Node.ELEMENT_NODE) this.element(source, replay, here);
    else if (source.nodeType === Node.DOCUMENT_TYPE_NODE) this.same(here, "doctype", source.name, replay.name);
    else if (source.parentNode.localName === "style") this.same(here, "sheet", this.shownText(source).trim(), replay.data.trim());
    else if (source.nodeType === Node.COMMENT_NODE) this.comment(replay, here);
    // Nobody types here: of texts, copies of secrets alone are hidden.
    else this.sameShown([here, "data"], this.shownText(source), replay.data, ["copy in a text", this.world.secrets]);
  }

  comment(replay, path) {
    this.removals.add("comment");
    this.same(path, "comment", "", replay.data);
  }

  /** A text as it may be shown; what a visitor types is not, unless it is un-masked. */
  shownText(node) {
    const text = node.data.toWellFormed();
    const isTyped = node.parentNode.localName === "textarea" && node.nodeType === Node.TEXT_NODE;
    return isTyped ? this.shownValue(text, this.shows) : text;
  }

  shownValue(value, shows) {
    return shows || value.trim() === "" ? value : MASK;
  }

  isSecret(element) {
    if (element.localName !== "input") return false;
    const { passwords, doubtful } = this.world;
    return element.type === "hidden" || passwords.has(element) || (doubtful.has(element) && this.sawSecret(element));
  }

  element(source, replay, path) {
    this.same(path, "tag", this.rebuilt(source), replay.localName);
    this.same(path, "namespace", source.namespaceURI, replay.namespaceURI);
    if (source.hasAttribute("data-tandem-block")) {
      this.same(path, "blocked children", 0, replay.childNodes.length);
      return;
    }
    if (source.type === "password") this.world.passwords.add(source);
    if (this.isSecret(source)) this.secret(source, replay, path);
    else this.attributes(source, replay, path);
    this.state(source, replay, path);
    this.content(source, replay, path);
  }

  rebuilt({ localName: tag }) {
    if (tag in REBUILT) this.removals.add(`<${tag}>`);
    return REBUILT[tag] ?? tag;
  }

  /** Of a secret field only its names and the mask are seen. */
  secret(source, replay, path) {
    this.same(path, "id", source.id, replay.id);
    this.same(path, "class", source.className, replay.className);
    const value = replay.getAttribute("value") ?? "";
    if (value !== "" && value !== MASK) this.say(path, "secret", "masked", value);
    this.same(path, "secret's checked", false, replay.checked);
  }

  attributes(source, replay, path) {
    const left = this.expected(source, replay);
    const right = new Map();
    for (const { namespaceURI: uri, name, value } of replay.attributes) {
      if (name !== "style" && !OWN.test(name)) right.set(`${uri ?? ""} ${name}`, value);
    }
    for (const name of new Set([...left.keys(), ...right.keys()])) {
      this.sameShown([path, `attribute${name}`], left.get(name) ?? null, right.get(name) ?? null, ["copy in an attribute", this.held]);
    }
    if (source.style) this.same(path, "style", source.style.cssText, replay.style.cssText);
  }

  expected(source, replay) {
    const attributes = new Map();
    for (const { namespaceURI: uri, name, value } of source.attributes) {
      const exact = `${source.localName}[${name}]`;
      const renamed = RENAMED[exact] ?? this.apart(source, replay, exact);
      const unseen = this.unseen(source, name, value);
      if (unseen) this.removals.add(unseen);
      else if (renamed) this.removals.add(exact);
      if (name === "style" || unseen) continue;
      const isValue = name === "value" && ["input", "option"].includes(source.localName);
      const shown = isValue ? this.shownValue(value, this.shows) : value.toWellFormed();
      attributes.set(`${uri ?? ""} ${renamed ?? name}`, shown);
    }
    return attributes;
  }

  /** As what an attribute is listed that a replay has not. */
  unseen(source, name, value) {
    if (REMOVED.has(name)) return `[${name}]`;
    if (name === "content" && !(source.localName === "meta" && DRAWS.has(source.name))) return "[content]";
    return name.startsWith("data-") && DATA.test(value) ? "data of scripts" : null;
  }

  /** The other name of what groups a radio button, if it stands apart: only one that is checked has to. */
  apart(source, replay, exact) {
    const other = APART[exact];
    return other && source.type === "radio" && source.checked && replay.hasAttribute(other) ? other : undefined;
  }

  /** What is no attribute. */
  state(source, replay, path) {
    const tag = source.namespaceURI === document.body.namespaceURI ? source.localName : "";
    if (tag === "input") this.input(source, replay, path);
    else if (tag === "textarea") this.same(path, "value", this.shownValue(source.value, this.shows), replay.value);
    else if (tag === "option") this.same(path, "selected", source.selected, replay.selected);
    for (const state of [":modal", ":popover-open"]) this.same(path, state, source.matches(state), replay.matches(state));
  }

  input(source, replay, path) {
    const isSecret = this.isSecret(source);
    if (TYPED.has(source.type)) {
      const shows = this.shows && !isSecret;
      // A mask is no number: a slider stays in its middle.
      if (source.type !== "hidden" && (shows || source.type !== "range")) {
        this.same(path, "value", this.shownValue(source.value, shows), replay.value);
      }
    } else if (!isSecret) {
      this.same(path, "checked", source.checked, replay.checked);
      if (source.type === "checkbox") this.same(path, "indeterminate", source.indeterminate, replay.indeterminate);
    }
  }

  content(source, replay, path) {
    // Closed roots are nobody's: they do not travel.
    const [root, copy] = [source.shadowRoot, replay.shadowRoot];
    this.same(path, "shadow root", root !== null, copy !== null);
    if (root && copy) this.children(root, copy, `${path}/!`);
    if (source.localName === "iframe") {
      const [inner, shown] = [source.contentDocument, replay.contentDocument];
      this.same(path, "document", inner !== null, shown !== null);
      if (inner && shown) this.document(inner, shown, `${path}/!`);
    }
    if (!LEAVES.has(source.localName)) this.children(source, replay, path);
    else this.same(path, "children of a leaf", 0, replay.childNodes.length);
  }
}
