// What somebody would do who believes the frames: trees built as they are told, in any document. The control run does
// it in frames without a seal, to show that each attack would work; another in a sealed one, to show that the seal
// alone holds.

const SPACES = ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML", null];

/** An attack's HTML as a tree: elements `{ns, tag, attrs, late, kids, root, frame, press, fire}`, `{text}`, `{comment}`. */
function planned(html) {
  const doc = new DOMParser().parseFromString(html, "text/html");
  return [...doc.head.childNodes, ...doc.body.childNodes].map(node);
}

function node(it) {
  if (it.nodeType === 3) return { text: it.data };
  if (it.nodeType !== 1) return { comment: it.data ?? "" };
  const out = { ns: Math.max(SPACES.indexOf(it.namespaceURI), 0), tag: it.namespaceURI === SPACES[0] ? it.localName : it.tagName, attrs: [], late: [] };
  for (const { name, value, namespaceURI } of it.attributes) note(out, name, value, namespaceURI);
  const inside = it.localName === "template" ? it.content : it;
  const kids = [...inside.childNodes].map(node);
  if (it.localName === "x-frame") Object.assign(out, { tag: "iframe", frame: kids, kids: [] });
  else if (out.root) Object.assign(out, { root: kids, kids: [] });
  else out.kids = kids;
  return out;
}

function note(out, name, value, uri) {
  if (name === "x-tag") out.tag = value;
  else if (name === "x-ns") out.ns = +value;
  else if (name === "x-press") out.press = true;
  else if (name === "x-fire") out.fire = value;
  else if (name === "x-root") out.root = true;
  else if (name === "x-window") out.window = true;
  else if (name === "x-comment") out.comments = value;
  else if (name === "x-attr") out.attrs.push([" " + value.slice(0, value.indexOf("|")), value.slice(value.indexOf("|") + 1)]);
  else if (name.startsWith("x-prop-")) out.attrs.push([" " + name.slice(7), value]);
  else if (name === "x-late-text") out.lateText = value;
  else if (name.startsWith("x-late-")) out.late.push([name.slice(7), value]);
  else out.attrs.push([uri ? ` ${uri} ${name}` : name, value]);
}

/** Builds a tree under `parent`, and says what is to be done with it later. */
function grow(parent, plan, later) {
  const doc = parent.ownerDocument ?? parent;
  if (plan.text !== undefined) return void parent.append(doc.createTextNode(plan.text));
  if (plan.comment !== undefined) return void parent.append(doc.createComment(plan.comment));
  const made = plan.tag.includes(":") && plan.ns === 0 ? doc.createElement(plan.tag) : doc.createElementNS(SPACES[plan.ns], plan.tag);
  for (const [name, value] of plan.attrs) set(made, name, value);
  if (plan.comments !== undefined) made.append(doc.createComment(plan.comments));
  if (plan.root) {
    const root = made.attachShadow({ mode: "open" });
    for (const kid of plan.root) grow(root, kid, later);
  }
  const text = plan.lateText === undefined ? null : made.appendChild(doc.createTextNode(""));
  for (const kid of plan.kids) grow(made.localName === "template" ? made : made, kid, later);
  parent.append(made);
  if (plan.frame && made.contentDocument) {
    blank(made.contentDocument);
    for (const kid of plan.frame) grow(made.contentDocument.body, kid, later);
  }
  later.push(() => {
    for (const [name, value] of plan.late) set(made, name, value);
    if (text) text.data = plan.lateText;
  });
  if (plan.fire) later.push(() => {
    (plan.window ? made.ownerDocument.defaultView : made).dispatchEvent(new Event(plan.fire, { bubbles: true, cancelable: true, composed: true }));
    if (plan.fire === "click") made.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, composed: true }));
  });
  if (plan.press) later.push(() => made.click ? made.click() : made.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })));
}

function set(made, name, value) {
  try {
    if (name[0] !== " ") return made.setAttribute(name, value);
    const [, uri, qualified] = name.split(" ");
    if (qualified) return made.setAttributeNS(uri, qualified, value);
    if (uri === "sheet") made.textContent = value;
    else made[uri] = value;
  } catch {
    // No browser can make it: then it is no attack either.
  }
}

function blank(doc) {
  doc.open();
  doc.write("<!doctype html><html><head></head><body></body></html>");
  doc.close();
}
