// Where things are in the rebuilt page.

/** A node's box in its main document's viewport, through nested frames; null when it has none. */
export function place(node, page) {
  const element = node.nodeType === Node.DOCUMENT_NODE ? node.documentElement : node;
  if (!element?.getBoundingClientRect || !element.isConnected) return null;
  let { x, y, width, height } = element.getBoundingClientRect();
  let frame = element.ownerDocument.defaultView?.frameElement;
  while (frame && frame !== page.frame) {
    const outer = frame.getBoundingClientRect();
    x += outer.x + frame.clientLeft;
    y += outer.y + frame.clientTop;
    frame = frame.ownerDocument.defaultView?.frameElement;
  }
  return { x, y, width, height };
}
