// The visitor's own hand, wherever it is on the page. What happens in a frame is told in that frame's document alone: each
// that a script of the page may look into is listened to, from when it has loaded, or the pointer or the focus goes into it.
import { guarded } from "./life.js";

/** A finger that scrolls tells of nothing but its moves, and the keyboard of a phone may tell of nothing but what it writes. */
const DEEDS = ["pointerdown", "mousemove", "wheel", "touchstart", "touchmove", "keydown", "beforeinput", "compositionupdate"];
/** A resting hand trembles: a mouse that moved less between two events, CSS pixels, says nothing. */
const TREMBLE = 3;
/** What holds a document. */
const FRAMES = ["iframe", "frame", "object", "embed"];

export class Hand {
  /**
   * @param {Document} document the page's own
   * @param {(isEscape: boolean, at: number) => void} acts called when the hand does something: whether it is a press of Esc,
   *   and when, milliseconds on a clock that all documents have in common
   */
  constructor(document, acts) {
    this.controller = new AbortController();
    this.here = { capture: true, passive: true, signal: this.controller.signal };
    // One function for all documents and for ever: to listen again changes nothing.
    this.acted = guarded((event) => {
      const { type, view, timeStamp } = event;
      const rests = type === "mousemove" && Math.abs(event.movementX) + Math.abs(event.movementY) <= TREMBLE;
      if (!event.isTrusted || rests) return;
      acts(type === "keydown" && event.key === "Escape" && !event.repeat, timeStamp + (view ?? window).performance.timeOrigin);
    });
    this.entered = guarded((event) => this.enter(event.composedPath()[0]));
    // Not every browser knows by then where the focus has gone to.
    this.blurred = guarded(({ target, currentTarget: page }) => {
      if (target !== page) return;
      // By the time that is soon the window may be another site's.
      const { document } = page;
      this.enterFocused(document);
      this.soon(() => this.enterFocused(document));
    });
    // The frame's next document is there soon, and has hardly begun to load.
    this.left = guarded(({ currentTarget: { frameElement } }) => this.soon(() => this.enter(frameElement)));
    this.follow(document);
  }

  /** Listens in a document, and in those of its frames. */
  follow(document) {
    const page = document.defaultView, { here } = this;
    if (!page) return;
    for (const deed of DEEDS) document.addEventListener(deed, this.acted, here);
    for (const kind of ["load", "pointerover"]) document.addEventListener(kind, this.entered, here);
    page.addEventListener("blur", this.blurred, here);
    page.addEventListener("pagehide", this.left, here);
    for (const frame of document.querySelectorAll(FRAMES.join())) this.enter(frame);
  }

  /** Listens in the document that an element holds, if it is one of this site. */
  enter(element) {
    if (!FRAMES.includes(element?.localName)) return;
    const { contentDocument } = element;
    if (contentDocument) this.follow(contentDocument);
  }

  /** Listens where the focus of a document is, in open shadow trees too. */
  enterFocused(document) {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    this.enter(at);
  }

  soon(work) {
    setTimeout(guarded(() => this.controller.signal.aborted || work()));
  }

  stop() {
    this.controller.abort();
  }
}
