// The facts about an element that redaction needs, as the flags of the element's op word. What they mean for the
// page's text is decided in WebAssembly.

export const MASK = 1, BLOCK = 2, UNMASK = 4, SECRET = 8, RULE_FAILED = 16, LOCK = 32, FIELD = 64;
/** Elements with a value of the visitor's. */
export const FIELDS = new Set(["input", "textarea", "select", "option"]);

/** Attributes that can change an element's flags. */
const TELLING = new Set(["type", "autocomplete", "contenteditable", "data-tandem-mask", "data-tandem-block", "data-tandem-unmask", "data-tandem-lock"]);
const SECRET_FILL = /(?:^|\s)(?:cc-|one-time-code|current-password|new-password)/i;
/** Inputs whose value is a caption or cannot be typed. */
const CAPTIONS = new Set(["button", "submit", "reset", "image"]);
/** Inputs whose value nobody types. */
const UNTYPED = new Set([...CAPTIONS, "checkbox", "radio", "range", "color", "hidden", "file"]);
/** What says of a field of text that it is a password which is shown: words for people, and short names for programs. */
const SAYS_PASSWORD = /passw|passcode|passphrase|pwd|kennwort|mot.?de.?passe/i;
const NAMES_PASSWORD = /^(?:(?:account|confirm|current|form|input|log.?in|member|my|new|old|re|repeat|sign.?(?:in|up)|txt|user)[-_.]?)*(?:pass|mdp)\d?$/i;
/** What says that it is of a password, and none. */
const ABOUT_PASSWORD = /\?|e?-?mail|forg[eo]t|hint|lost|oubli|perdu|recover|remind|reset|r[ée]init|vergessen/i;
const LISTS = [["mask", MASK], ["block", BLOCK], ["unmask", UNMASK], ["lock", LOCK]];

export class Rules {
  /**
   * @param {{mask: string[], block: string[], unmask: string[], lock: string[]}} policy selectors of the site
   * @param {Nodes} nodes
   */
  constructor(policy, nodes) {
    this.nodes = nodes;
    this.failed = 0;
    /** Inputs that were passwords once, or are called so: secret as long as the document lives. */
    this.passwords = new WeakSet();
    this.lists = LISTS.map(([name, flag]) => ({ flag, selector: this.valid(policy[name] ?? [], flag), found: new Set() }));
    this.lists = this.lists.filter((list) => list.selector);
    this.active = this.failed !== 0 || this.lists.length !== 0;
  }

  /** Joins the selectors that parse. One that does not must never show more: it masks, or locks, everything. */
  valid(selectors, flag) {
    const probe = this.nodes.doc.createDocumentFragment();
    const good = selectors.filter((selector) => {
      try {
        probe.querySelector(selector);
        return true;
      } catch {
        if (flag === LOCK) this.failed |= LOCK;
        else if (flag !== UNMASK) this.failed |= RULE_FAILED;
        console.error(`Tandem: the rule "${selector}" is no valid selector. Until it is corrected, ${flag === LOCK ? "all is locked" : flag === UNMASK ? "it shows nothing" : "all is masked"}.`);
        return false;
      }
    });
    return good.join(",");
  }

  /** Looks up the site's rules again. Gives the elements whose answer changed. */
  refresh() {
    const changed = [];
    for (const list of this.lists) {
      const found = new Set();
      for (const root of this.nodes.roots.keys()) {
        for (const element of root.querySelectorAll(list.selector)) found.add(element);
      }
      for (const element of found) if (!list.found.has(element)) changed.push(element);
      for (const element of list.found) if (!found.has(element)) changed.push(element);
      list.found = found;
    }
    return changed;
  }

  /** Looks up the site's rules inside a document or shadow root that is about to be walked for the first time. */
  enter(root) {
    for (const { selector, found } of this.lists) {
      for (const element of root.querySelectorAll(selector)) found.add(element);
    }
    for (const label of root.querySelectorAll("label")) this.labelled(label);
  }

  /** A label may say what its field is, as long as that is yet to be sent: an answer does not change later. */
  labelled({ control, textContent }) {
    if (control?.type === "text" && !this.nodes.id(control) && saysIt(textContent)) this.passwords.add(control);
  }

  /** What a field holds that is hidden, or nothing. */
  typed(field) {
    if (UNTYPED.has(field.type)) return "";
    const isShown = (this.flags(field) & UNMASK) !== 0 || field.closest("[data-tandem-unmask]") !== null;
    return isShown && !this.passwords.has(field) ? "" : field.value;
  }

  /** Whether a change of this attribute asks for the element's flags again. */
  telling(element, name) {
    return TELLING.has(name) || element.localName === "input";
  }

  /** Remembers that an input was a password before a change. */
  changedType(element, before) {
    if (before !== null && before.toLowerCase() === "password") this.passwords.add(element);
  }

  flags(element) {
    let flags = 0;
    if (this.active) {
      if (this.failed !== 0 && element.parentNode?.nodeType === 9) flags |= this.failed;
      for (const { flag, found } of this.lists) if (found.has(element)) flags |= flag;
    }
    if (element.hasAttribute("data-tandem-mask")) flags |= MASK;
    if (element.hasAttribute("data-tandem-block")) flags |= BLOCK;
    if (element.hasAttribute("data-tandem-unmask")) flags |= UNMASK;
    if (element.hasAttribute("data-tandem-lock")) flags |= LOCK;
    const tag = element.localName;
    if (FIELDS.has(tag)) flags |= this.field(element, tag);
    else {
      const editable = element.getAttribute("contenteditable");
      if (editable !== null && editable.toLowerCase() !== "false") flags |= FIELD;
      // An editor without an attribute of its own: a whole document, mostly a frame's.
      else if (tag === "html" && element.ownerDocument.designMode === "on") flags |= FIELD;
    }
    return flags;
  }

  field(element, tag) {
    const fill = element.getAttribute("autocomplete");
    let flags = fill !== null && SECRET_FILL.test(fill) ? SECRET : 0;
    if (tag !== "input") return flags | FIELD;
    const { type } = element;
    if (type === "password" || (type === "text" && saysPassword(element))) this.passwords.add(element);
    if (type === "hidden" || this.passwords.has(element)) flags |= SECRET;
    return CAPTIONS.has(type) && flags === 0 ? 0 : flags | FIELD;
  }
}

function saysPassword({ id, name, placeholder, ariaLabel }) {
  return [name, id, placeholder, ariaLabel ?? ""].some(saysIt) || [name, id].some((it) => NAMES_PASSWORD.test(it));
}

function saysIt(words) {
  return SAYS_PASSWORD.test(words) && !ABOUT_PASSWORD.test(words);
}
