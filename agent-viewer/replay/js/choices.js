// Which radio buttons, check boxes and options are chosen. Browsers choose by themselves: a choice undoes the others
// of its group or list, and so does moving one there. What the visitor's browser made of it is said again.

const isOn = (value) => value === "1";

/** Attributes that choose, or say among what: the browser chooses anew when they change. */
const CHOOSING = new Set(["checked", "form", "multiple", "name", "selected", "size", "type"]);
/** The name of a radio button that stands apart from the group that it would have here. */
const APART = "data-tandem-name";

export class Choices {
  constructor(page) {
    this.page = page;
    /** What was told: number → property, and whether it is on. */
    this.told = new Map();
    /** Numbers of lists that may take several choices. */
    this.lists = new Set();
    /** The browser may have chosen anew. */
    this.isDue = false;
  }

  forget(id) {
    this.told.delete(id);
    this.lists.delete(id);
  }

  tell(id, node, name, value) {
    if (value === null) this.told.delete(id);
    else this.told.set(id, [name, isOn(value)]);
    this.isDue = true;
    if (node.localName === "select") return;
    rejoin(node);
    const otherwise = name === "checked" ? node.defaultChecked : node.defaultSelected;
    node[name] = value === null ? otherwise : isOn(value);
  }

  /** An attribute has changed. */
  attribute(id, element, name) {
    if (!CHOOSING.has(name)) return;
    this.isDue = true;
    if (name === "name") element.removeAttribute(APART);
    else rejoin(element);
    if (element.localName === "select") this.lists.add(id);
  }

  /** Says all again, once the tree is in place: first what is chosen, at last what lists do not show. */
  settle(moved) {
    if (!moved && !this.isDue) return;
    this.isDue = false;
    const empty = [], chosen = new Set();
    for (const wanted of [true, false]) {
      for (const [id, [name, on]] of this.told) {
        const node = this.page.nodes[id];
        if (!node || on !== wanted) continue;
        if (on) chosen.add(node);
        if (node.localName === "select") empty.push(node);
        else if (node[name] !== on) node[name] = on;
      }
    }
    for (const list of empty) list.selectedIndex = -1;
    for (const node of chosen) if (node.type === "radio" && !node.checked) standApart(node);
    this.unchoose(chosen);
  }

  /**
   * A list of one choice selects an option by itself while others are on their way, and as one of several it keeps
   * that: there only those are selected that were told.
   */
  unchoose(chosen) {
    for (const id of this.lists) {
      const list = this.page.nodes[id];
      if (!list?.multiple) continue;
      for (const option of [...list.selectedOptions]) if (!chosen.has(option)) option.selected = false;
    }
  }
}

/**
 * A radio button whose group is another at the source: its form is hidden, or a parser has made it the form's where
 * the tree does not tell. Without a name it has no group, and undoes nobody.
 */
function standApart(radio) {
  radio.setAttribute(APART, radio.name);
  radio.removeAttribute("name");
  radio.checked = true;
}

function rejoin(element) {
  const name = element.getAttribute(APART);
  if (name === null) return;
  element.removeAttribute(APART);
  element.setAttribute("name", name);
}
