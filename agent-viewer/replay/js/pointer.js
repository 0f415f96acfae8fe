// The visitor's cursor, drawn over the frame and never in it.

const ARROW =
  '<svg xmlns="http://www.w3.org/2000/svg" width="18" height="22" viewBox="0 0 18 22" aria-hidden="true">' +
  '<path d="M1.5 1.5v16.2l4.4-4.1 2.8 6.4 3-1.3-2.8-6.3 6-.4z" fill="#2563eb" stroke="#fff" stroke-width="1.5"' +
  ' stroke-linejoin="round"/></svg>';

/** Between two positions of the visitor's cursor, at 60 a second and some jitter. */
const GLIDE = "transform 60ms linear";

/** Where the name stands, from the arrow's tip. */
const LABEL = { x: 14, y: 18 };

export class Pointer {
  constructor(pane) {
    this.pane = pane;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.body = pane.ownerDocument.createElement("div");
    // The arrow's tip is a stroke's width inside its box.
    this.body.style.cssText =
      "position:absolute;left:-1.5px;top:-1.5px;pointer-events:none;display:none;will-change:transform";
    this.body.append(arrow(pane.ownerDocument));
    this.label = pane.ownerDocument.createElement("span");
    this.label.style.cssText =
      `position:absolute;left:${LABEL.x}px;top:${LABEL.y}px;padding:2px 8px;border-radius:6px;background:#2563eb;color:#fff;` +
      "font:500 12px/16px system-ui,sans-serif;white-space:nowrap;display:none;box-shadow:0 1px 2px #0003";
    this.body.append(this.label);
    pane.append(this.body);
  }

  name(text) {
    this.label.textContent = text;
    this.size = null;
    this.label.style.display = text ? "" : "none";
  }

  move(x, y) {
    const { style } = this.body;
    // The first position is taken at once: nothing glides in from a corner.
    style.transition = style.display === "none" || this.calm.matches ? "" : GLIDE;
    style.display = "";
    style.transform = `translate(${x}px,${y}px)`;
    this.keepLabelInside(x, y);
  }

  /** At the right edge the label moves to the left, at the bottom above the arrow: cut off it names nobody. */
  keepLabelInside(x, y) {
    const { label, pane } = this;
    this.size ??= [label.offsetWidth, label.offsetHeight];
    const [width, height] = this.size;
    const left = Math.min(0, pane.clientWidth - x - LABEL.x - width);
    const up = pane.clientHeight < y + LABEL.y + height ? -LABEL.y - height : 0;
    label.style.transform = `translate(${left}px,${up}px)`;
  }

  hide() {
    this.body.style.display = "none";
  }

  /** One ring where something was pressed. */
  ring(x, y) {
    const ring = this.pane.ownerDocument.createElement("div");
    ring.style.cssText =
      `position:absolute;left:${x - 16}px;top:${y - 16}px;width:32px;height:32px;border-radius:50%;` +
      "box-sizing:border-box;border:2px solid #2563eb;pointer-events:none";
    this.pane.append(ring);
    const grows = [{ transform: "scale(.3)", opacity: 1 }, { transform: "scale(1)", opacity: 0 }];
    const stays = [{ opacity: 1 }, { opacity: 0 }];
    ring.animate(this.calm.matches ? stays : grows, { duration: 450, easing: "ease-out" }).onfinish = () =>
      ring.remove();
  }
}

function arrow(doc) {
  const holder = doc.createElement("template");
  holder.innerHTML = ARROW;
  return holder.content.firstChild;
}
