// The page that changes: where things are put, what is taken, and what new things are made.

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";
export const XLINK = "http://www.w3.org/1999/xlink";

const TAGS = (
  "div p span ul li section b x-thing input textarea select option svg math style details dialog label template " +
  "script noscript object table tr td img"
).split(" ");
/** What nothing is put into. */
const CLOSED = new Set(["script", "noscript", "object", "style", "iframe", "input", "textarea", "template", "option", "select"]);
const CHILDLESS = new Set(["option", "input", "textarea", "select", "img", "script", "object", "style"]);
const SHADOWED = new Set(["div", "section", "span", "p"]);

export class World {
  /** @param {Element} ignored what is not part of the page */
  constructor(dice, ignored) {
    Object.assign(this, { dice, ignored });
    this.count = 0;
    /** Taken out, and maybe put back later. */
    this.limbo = [];
    /** Documents and shadow roots that the recorder follows for certain: the page's own from its first task. */
    this.followed = new WeakSet([document]);
    /** Inputs that were passwords while they were followed. */
    this.passwords = new WeakSet();
    /** Inputs that were passwords where the recorder may not have followed them yet. */
    this.doubtful = new WeakSet();
    /** What secret inputs held. */
    this.secrets = new Set();
  }

  /** An input is or was a password. */
  passed(input) {
    const kept = this.followed.has(input.getRootNode()) ? this.passwords : this.doubtful;
    kept.add(input);
    this.secrets.add(input.value);
  }

  /** Bodies and open shadow roots, those of frames too. */
  roots() {
    const found = [document.body];
    const search = (root) => {
      for (const element of root.querySelectorAll("*")) {
        const inner = element.shadowRoot ?? (element.localName === "iframe" ? element.contentDocument?.body : null);
        if (!inner) continue;
        found.push(inner);
        search(inner);
      }
    };
    search(document.body);
    return found;
  }

  all(selector) {
    return this.roots().flatMap((root) => Array.from(root.querySelectorAll(selector)));
  }

  /** Something that has children, or may. */
  parent() {
    const root = this.dice.pick(this.roots());
    const open = Array.from(root.querySelectorAll("*")).filter((element) => !CLOSED.has(element.localName));
    return this.dice.chance(0.25) || open.length === 0 ? root : this.dice.pick(open);
  }

  node() {
    const root = this.dice.pick(this.roots());
    const walker = root.ownerDocument.createTreeWalker(root);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    return this.dice.pick(found);
  }

  element() {
    return this.dice.pick(Array.from(this.dice.pick(this.roots()).querySelectorAll("*")));
  }

  /** Puts a node somewhere among the children of another; not where the DOM would not have it. */
  insert(parent, node) {
    if (CLOSED.has(parent.localName) || node.contains(parent)) return;
    const before = this.dice.chance(0.5) ? null : this.dice.pick(parent.childNodes);
    if (before === node) return;
    try {
      parent.insertBefore(node, before ?? null);
    } catch (error) {
      // A frame's host may be below the node: only the browser knows.
      if (error.name !== "HierarchyRequestError") throw error;
    }
  }

  // Things

  make(depth) {
    const { dice } = this;
    const kind = dice.below(20);
    if (kind < 4) return document.createTextNode(this.text());
    if (kind === 4) return document.createComment(`c${this.count++}`);
    const element = this.create(dice.pick(TAGS));
    element.id = `n${this.count++}`;
    if (dice.chance(0.3)) element.setAttribute("class", `k${dice.below(5)}`);
    if (dice.chance(0.1)) element.setAttributeNS(XLINK, "xlink:href", `#${dice.below(9)}`);
    this.fill(element, depth);
    return element;
  }

  /** Lone surrogates and pairs of them among it. */
  text() {
    const { dice } = this;
    return `t${this.count++}${dice.chance(0.1) ? "\uD800" : ""}${dice.chance(0.1) ? "é😀" : ""}`;
  }

  create(tag) {
    if (tag === "svg") return document.createElementNS(SVG, this.dice.pick(["svg", "g", "path", "text"]));
    if (tag === "math") return document.createElementNS(MATHML, this.dice.pick(["math", "mi"]));
    return document.createElement(tag);
  }

  fill(element, depth) {
    const { dice } = this;
    const tag = element.localName;
    FILLS[tag]?.(this, element);
    if (depth === 0) return;
    if (!CHILDLESS.has(tag)) for (let left = dice.below(4); 0 < left; left--) element.append(this.make(depth - 1));
    if (SHADOWED.has(tag) && dice.chance(0.08)) {
      const root = element.attachShadow({ mode: dice.chance(0.8) ? "open" : "closed" });
      for (let left = dice.below(3); 0 < left; left--) root.append(this.make(depth - 1));
    }
    if (tag === "div" && dice.chance(0.06)) element.append(this.frame());
  }

  frame() {
    const frame = document.createElement("iframe");
    if (this.dice.chance(0.5)) frame.srcdoc = `<!doctype html><p id=f${this.count++}>frame<b>x</b>`;
    return frame;
  }
}

const FILLS = {
  input({ dice }, element) {
    element.type = dice.pick(["text", "checkbox", "radio", "text", "range", "hidden", "password"]);
    element.name = `g${dice.below(3)}`;
    if (dice.chance(0.3)) element.setAttribute("checked", "");
    if (dice.chance(0.3)) element.setAttribute("value", `v${dice.below(9)}`);
  },
  option({ dice }, element) {
    if (dice.chance(0.3)) element.setAttribute("selected", "");
  },
  select({ dice }, element) {
    if (dice.chance(0.3)) element.multiple = true;
    for (let left = dice.below(4); 0 <= left; left--) {
      const option = new Option(`o${dice.below(99)}`);
      option.toggleAttribute("selected", dice.chance(0.2));
      element.append(option);
    }
  },
  textarea({ dice }, element) {
    element.textContent = `x${dice.below(99)}`;
  },
  style({ dice }, element) {
    element.textContent = `.k${dice.below(5)}{color:red}`;
  },
};
