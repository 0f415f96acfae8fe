// Puts a tree into the page by comparing it with what stands there. A tree is `["tag", {attributes}, ...children]`,
// a child is one or a string. What stays the same is not touched: focus, selection and scrolling stay.

const SVG = "http://www.w3.org/2000/svg";
const known = new WeakMap();

const create = (tag, attributes) => {
  const element = tag === "svg" || tag === "path" ? document.createElementNS(SVG, tag) : document.createElement(tag);
  known.set(element, {});
  // A field is the visitor's own once it is there.
  if (attributes.init) element.value = attributes.init;
  return element;
};

const clock = (value, form, lang) => {
  const date = new Date(Number(value)), long = form === "day", today = date.toDateString() === new Date().toDateString();
  const day = long ? { weekday: "long", day: "numeric", month: "long" } : !today && { day: "numeric", month: "short" };
  // 4:36 AM, and 04:36.
  return date.toLocaleString(lang, { ...day, hour: /^fr/.test(lang) ? "2-digit" : "numeric", minute: "2-digit" });
};

const dress = (element, attributes, lang) => {
  const before = known.get(element);
  for (const name in before) if (!(name in attributes)) element.removeAttribute(name);
  for (const name in attributes) {
    const value = attributes[name];
    if (before[name] === value || name === "k" || name === "init") continue;
    // What the scroll position decides is not said by the tree again.
    if (name === "hidden" && "hidden" in before) continue;
    element.setAttribute(name, value);
  }
  known.set(element, attributes);
  if (attributes.at) {
    const date = new Date(Number(attributes.at));
    element.textContent = clock(attributes.at, attributes.form, lang);
    element.title = date.toLocaleString(lang);
    element.dateTime = date.toISOString();
  }
};

/** Makes the children of `parent`, from `first` on, what the list says. */
export const patch = (parent, list, lang, first = parent.firstChild) => {
  const keyed = new Map();
  for (let node = first; node; node = node.nextSibling) {
    const key = known.get(node)?.k;
    if (key) keyed.set(key, node);
  }
  let at = first;
  for (const item of list) {
    if (typeof item === "string") {
      if (at?.nodeType === Node.TEXT_NODE) {
        if (at.data !== item) at.data = item;
        at = at.nextSibling;
      } else {
        parent.insertBefore(document.createTextNode(item), at);
      }
      continue;
    }
    const [tag, attributes, ...children] = item, key = attributes.k;
    let element = key ? keyed.get(key) : known.get(at) && !known.get(at).k ? at : null;
    if (element?.localName !== tag) element = create(tag, attributes);
    // What was taken out above it goes first, so that what stays is not moved: moving loses the focus.
    while (at && at !== element && keyed.get(key) === element && element.parentNode === parent) {
      const gone = at;
      at = at.nextSibling;
      if (known.get(gone)?.k && list.some((it) => it[1]?.k === known.get(gone).k)) {
        at = gone;
        break;
      }
      gone.remove();
    }
    if (element === at) at = at.nextSibling;
    else parent.insertBefore(element, at);
    dress(element, attributes, lang);
    if (!attributes.at) patch(element, children, lang);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
};
