// What no event and no observer tells: calls of the page that change sheets, fields, shadow roots and the address.
// Each hook calls the original first, gives back what it gave, never throws into the page, and is gone at the stop.

/** Of fields, by their tags: the type, what is set, what is called. */
const FIELDS = {
  input: ["HTMLInputElement", ["value", "checked", "indeterminate", "files", "valueAsNumber", "valueAsDate"], ["setRangeText", "stepUp", "stepDown"]],
  textarea: ["HTMLTextAreaElement", ["value"], ["setRangeText"]],
  select: ["HTMLSelectElement", ["value", "selectedIndex"], []],
  option: ["HTMLOptionElement", ["selected"], []],
};

export class Hooks {
  constructor(capture) {
    this.capture = capture;
    this.installed = new WeakSet();
    /** Prototypes of fields that are hooked, themselves or by what they inherit from. */
    this.prototypes = new WeakSet();
    this.undo = [];
  }

  /** Hooks one realm: the page's window, or a frame's. */
  install(page) {
    // A frame's window stays the same object over its documents; what is in it does not.
    if (this.installed.has(page.Element)) return;
    this.installed.add(page.Element);
    this.roots(page);
    this.fields(page);
    this.sheets(page);
    this.rules(page);
    // Whether a document is edited whole is asked as if an attribute had said it.
    this.setter(page.Document, "designMode", (doc) => this.capture.live.told(doc.documentElement, ["contenteditable"]));
    if (page === this.capture.doc.defaultView) {
      for (const name of ["pushState", "replaceState"]) this.method(page.History, name, () => this.capture.live.moved());
    }
  }

  remove() {
    for (const undo of this.undo.splice(0)) undo();
  }

  /** Replaces a property of a prototype until the stop, keeping whatever the page put over it meanwhile. */
  replace(type, name, make) {
    const target = type?.prototype;
    const before = target && Object.getOwnPropertyDescriptor(target, name);
    if (!before?.configurable) return;
    const after = { ...before, ...make(before) };
    Object.defineProperty(target, name, after);
    this.undo.push(() => {
      const now = Object.getOwnPropertyDescriptor(target, name);
      if (now?.value === after.value && now?.get === after.get && now?.set === after.set) Object.defineProperty(target, name, before);
    });
  }

  /** Hears of calls: `heard(this, arguments, result)` after each. */
  method(type, name, heard) {
    const { capture } = this;
    this.replace(type, name, ({ value: original }) => ({
      // A method and not a function: like the original it cannot be constructed.
      value: { [name](...given) {
        const result = Reflect.apply(original, this, given);
        capture.guard(() => heard(this, given, result));
        return result;
      } }[name],
    }));
  }

  /** Hears of assignments. */
  setter(type, name, heard) {
    const { capture } = this;
    this.replace(type, name, ({ set: original }) => (original ? {
      set: { set(value) {
        Reflect.apply(original, this, [value]);
        capture.guard(() => heard(this, value));
      } }.set,
    } : {}));
  }

  /** Hears of reads that hand out something which can be changed. */
  getter(type, name, heard) {
    const { capture } = this;
    this.replace(type, name, ({ get: original }) => ({
      get: { get() {
        const result = Reflect.apply(original, this, []);
        capture.guard(() => heard(this, result));
        return result;
      } }.get,
    }));
  }

  roots(page) {
    const { capture } = this;
    this.method(page.Element, "attachShadow", (host, _, root) => {
      if (root.mode !== "open" || !capture.id(host)) return;
      capture.dirty.hosts.add(host);
      capture.settle();
    });
  }

  fields(page) {
    const { capture } = this;
    for (const [tag, [type]] of Object.entries(FIELDS)) this.field(tag, page[type].prototype);
    this.method(page.HTMLFormElement, "reset", (form) => capture.live.fields(form));
  }

  field(tag, prototype) {
    const { capture } = this, [, properties, methods] = FIELDS[tag];
    const changed = (element) => {
      if (element.localName === "option") capture.dirty.selected(element.closest("select"));
      capture.live.field(element);
    };
    for (const name of properties) this.setter({ prototype }, name, changed);
    for (const name of methods) this.method({ prototype }, name, changed);
    this.prototypes.add(prototype);
  }

  /** A field may have been made in a realm that is not hooked, for instance in a frame that is gone. */
  met(field) {
    const prototype = Object.getPrototypeOf(field);
    if (this.prototypes.has(prototype)) return;
    let owner = prototype;
    while (owner !== null && !Object.hasOwn(owner, "value")) owner = Object.getPrototypeOf(owner);
    if (owner !== null && !this.prototypes.has(owner)) this.field(field.localName, owner);
    this.prototypes.add(prototype);
  }

  sheets(page) {
    const { capture } = this, { sheets } = capture, sheet = page.CSSStyleSheet;
    this.method(sheet, "insertRule", (it, [text], index) => sheets.inserted(it, String(text), index));
    this.method(sheet, "deleteRule", (it, [index]) => sheets.removed(it, Number(index)));
    this.method(sheet, "addRule", (it, [selector, style, index]) => {
      const text = `${selector ?? "undefined"} { ${style ?? "undefined"} }`;
      sheets.inserted(it, text, index === undefined ? it.cssRules.length - 1 : Number(index));
    });
    this.method(sheet, "removeRule", (it, [index]) => sheets.removed(it, Number(index ?? 0)));
    this.method(sheet, "replaceSync", (it, [text]) => sheets.replaced(it, String(text)));
    this.method(sheet, "replace", (it, [text], promise) => promise.then(() => capture.guard(() => sheets.replaced(it, String(text))), () => {}));
    this.setter(page.StyleSheet, "disabled", (it) => sheets.switched(it));
    // The list that is handed out can be changed in place: it is read again after the page's present work.
    const adopted = (root) => {
      capture.mark(root, " adopted");
      capture.settle();
    };
    for (const type of [page.Document, page.ShadowRoot]) {
      this.getter(type, "adoptedStyleSheets", adopted);
      this.setter(type, "adoptedStyleSheets", adopted);
    }
    this.getter(page.StyleSheet, "media", (it) => sheets.mediaRead(it));
  }

  /** Rules that change in place, themselves or what is inside them. */
  rules(page) {
    const { sheets } = this.capture, edited = (rule) => sheets.edited(rule);
    const grouping = ["insertRule", "deleteRule"];
    for (const type of [page.CSSGroupingRule, page.CSSStyleRule]) for (const name of grouping) this.method(type, name, edited);
    for (const name of ["appendRule", "deleteRule"]) this.method(page.CSSKeyframesRule, name, edited);
    this.setter(page.CSSStyleRule, "selectorText", edited);
    this.setter(page.CSSKeyframesRule, "name", edited);
    this.setter(page.CSSKeyframeRule, "keyText", edited);
    // A declaration block is changed by whoever has read it: it is compared after the page's present work.
    for (const type of [page.CSSStyleRule, page.CSSFontFaceRule, page.CSSKeyframeRule, page.CSSPageRule]) {
      this.getter(type, "style", (rule) => sheets.read(rule));
    }
  }
}
