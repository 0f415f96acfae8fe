// The comparer can fail: what is changed in a replay by hand is found.

/** Each changes an equal replay and gives what undoes it; nothing when there is no place for it. */
const HARMS = {
  text(doc) {
    const text = doc.body.appendChild(doc.createTextNode("forged"));
    return () => text.remove();
  },
  attribute(doc) {
    doc.body.setAttribute("class", "forged");
    return () => doc.body.removeAttribute("class");
  },
  style(doc) {
    doc.body.style.color = "red";
    return () => doc.body.removeAttribute("style");
  },
  checked(doc, comparer) {
    // What is blocked is not compared, and no check box any more.
    const isBox = (source) => source.matches("input[type=checkbox]:not([data-tandem-block])") && !comparer.isSecret(source);
    const input = comparer.pairs.find(([source]) => source.localName === "input" && isBox(source))?.[1];
    if (input?.checked === undefined) return undefined;
    input.checked = !input.checked;
    return () => (input.checked = !input.checked);
  },
  removal(doc) {
    const { firstChild, lastChild } = doc.body;
    if (!firstChild) return undefined;
    lastChild.remove();
    return () => doc.body.append(lastChild);
  },
  order(doc) {
    const { firstChild, lastChild } = doc.body;
    if (!firstChild || firstChild === lastChild) return undefined;
    const { nextSibling } = firstChild;
    doc.body.append(firstChild);
    return () => doc.body.insertBefore(firstChild, nextSibling);
  },
  identity(doc) {
    const node = doc.body.firstChild;
    if (!node) return undefined;
    const copy = node.cloneNode(true);
    node.replaceWith(copy);
    return () => copy.replaceWith(node);
  },
};

/** The harms that were not found. Those that move come last: a modal dialog that was moved is none any more. */
export function unfound(comparer, frame) {
  const missed = [];
  for (const [name, harm] of Object.entries(HARMS)) {
    const undo = harm(frame.contentDocument, comparer);
    if (!undo) continue;
    if (comparer.compare(frame).length === 0) missed.push(name);
    undo();
  }
  return missed;
}
