// The comparer can fail: what is changed in a replay by hand is found.

/** What the harms need, put into the page that is compared: there is always a place for each. */
const PLACE = '<p>first</p><input type="checkbox"><input><select><option>one<option>two</select>';

export function place() {
  const section = document.createElement("section");
  section.innerHTML = PLACE;
  return section;
}

/** Each changes the place in an equal replay, and gives what undoes it. */
const HARMS = {
  text(place) {
    const text = place.appendChild(place.ownerDocument.createTextNode("forged"));
    return () => text.remove();
  },
  data(place) {
    const text = place.querySelector("p").firstChild, { data } = text;
    text.data = "forged";
    return () => (text.data = data);
  },
  attribute(place) {
    place.setAttribute("class", "forged");
    return () => place.removeAttribute("class");
  },
  style(place) {
    place.style.color = "red";
    return () => place.removeAttribute("style");
  },
  checked(place) {
    const box = place.querySelector("[type=checkbox]");
    box.checked = !box.checked;
    return () => (box.checked = !box.checked);
  },
  value(place) {
    const field = place.querySelector("input:not([type])"), { value } = field;
    field.value = "forged";
    return () => (field.value = value);
  },
  selected(place) {
    const list = place.querySelector("select"), { selectedIndex } = list;
    list.selectedIndex = 1 - selectedIndex;
    return () => (list.selectedIndex = selectedIndex);
  },
  removal(place) {
    const { lastChild } = place;
    lastChild.remove();
    return () => place.append(lastChild);
  },
  order(place) {
    const { firstChild, firstChild: { nextSibling } } = place;
    place.append(firstChild);
    return () => place.insertBefore(firstChild, nextSibling);
  },
  identity(place) {
    const { firstChild } = place, copy = firstChild.cloneNode(true);
    firstChild.replaceWith(copy);
    return () => copy.replaceWith(firstChild);
  },
};

/** What is wrong with the comparer: harms to the replay of `source`, a `place`, that it does not find, or finds for ever. */
export function unfound(comparer, frame, source) {
  const harmed = comparer.pairs.find(([node]) => node === source)?.[1];
  if (!harmed) return ["the place of the harms itself"];
  const missed = [];
  for (const [name, harm] of Object.entries(HARMS)) {
    const undo = harm(harmed);
    if (comparer.compare(frame).length === 0) missed.push(name);
    undo();
    if (comparer.compare(frame).length !== 0) missed.push(`that it is undone: ${name}`);
  }
  return missed;
}
