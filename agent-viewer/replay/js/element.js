// What is done to single elements of the rebuilt page: the top layer, attributes, sizes and scrolling.

/**
 * Puts an element into the top layer. It is inert meanwhile, or showing it would take the focus away from
 * whatever the agent is typing into (seen in Chromium and Firefox: also through an inert frame).
 */
export function raise(element, how) {
  if (element.matches(how === "modal" ? ":modal" : ":popover-open")) return;
  // A box that stands for one has no attributes.
  if (how !== "modal" && !element.hasAttribute("popover")) return;
  keeping(element, ["inert", "open"], () => {
    element.setAttribute("inert", "");
    if (how !== "modal") return element.showPopover();
    element.removeAttribute("open");
    element.showModal();
  });
}

/** Takes an element out of the top layer. */
export function lower(element) {
  // `close` does nothing to a dialog without the attribute, and leaves it in the top layer.
  if (element.matches(":modal")) {
    keeping(element, ["open"], () => {
      element.setAttribute("open", "");
      element.close();
    });
  }
  if (element.matches(":popover-open")) element.hidePopover();
}

/** Attributes are the page's to tell, whatever `work` does to them. */
function keeping(element, names, work) {
  const values = names.map((name) => element.getAttribute(name));
  try {
    work();
  } finally {
    names.forEach((name, index) => put(element, name, values[index]));
  }
}

/** Sets an attribute, or takes it away, where that changes anything. */
export function put(element, name, value) {
  if (value === element.getAttribute(name)) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** Brings a box, or a document, to a scroll position. */
export function scrollTo(node, x, y) {
  const box = node.nodeType === Node.DOCUMENT_NODE ? node.scrollingElement : node;
  if (!box || (box.scrollLeft === x && box.scrollTop === y)) return;
  box.scrollTo({ left: x, top: y, behavior: "instant" });
}

/** The width and height that a canvas has by its attributes. */
export function canvasSize(canvas) {
  const read = (name, otherwise) => {
    const value = Number.parseInt(canvas.getAttribute(name), 10);
    return value >= 0 ? value : otherwise;
  };
  return [read("width", 300), read("height", 150)];
}
