// Which of the page's modal dialogs is on top, or what of it fills the screen, in whichever of its open shadow trees: all
// that is outside of it is inert (of what fills the screen, in Chromium 156). The browser is asked, and not the order of
// the document: an earlier dialog may have been opened over a later one.

/** What is around a node as it is shown: the slot that it is in, what holds it, the host of its tree. */
const around = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host;

/** Where alone something can be used. A film and a frame show nothing that is put into them. */
const ALONE = "dialog:modal, :fullscreen:not(video, audio, iframe, object, embed, img, canvas)";

const aloneAround = (node) => {
  let at = node;
  while (at && !at.matches(ALONE)) at = around(at);
  return at;
};

/** What `of` gives of a tree, then of the shadow tree of that, and so on to the innermost. */
const innermost = (document, of) => {
  let found = of(document);
  for (let inner = found; inner?.shadowRoot && (inner = of(inner.shadowRoot)) && inner !== found;) found = inner;
  return found;
};

/**
 * The dialog or what fills the screen, or nothing. What can be hit in the middle of the window is in it, or is its
 * backdrop; where that lets the pointer through, what has the focus is in it.
 */
export const topmost = (document, host) => {
  const { innerWidth, innerHeight } = document.defaultView;
  const hit = (tree) => tree.elementsFromPoint(innerWidth / 2, innerHeight / 2).find((it) => it !== host);
  try {
    return aloneAround(innermost(document, hit))
      ?? aloneAround(innermost(document, (tree) => tree.activeElement))
      ?? [...document.querySelectorAll("dialog:modal")].at(-1);
  } catch {
    // A browser that has no word for modal dialogs.
    return undefined;
  }
};

/** Has it told when a dialog opens or closes where the document or `home` is, and when something takes `home` away. */
export const watch = (observer, document, home) => {
  const opens = { subtree: true, attributeFilter: ["open"] };
  observer.disconnect();
  observer.observe(document, opens);
  // Children are watched shallowly: a deep watch of the document would cost each change of the page.
  for (let at = home; at && at !== document; at = at.parentNode ?? at.host) {
    observer.observe(at, at.nodeType === 11 ? { ...opens, childList: true } : { childList: true });
  }
};

/** Whether a dialog was opened or closed: other elements have the attribute too. */
export const opened = (records) => records.some((it) => it.type === "attributes" && it.target.localName === "dialog");

/**
 * Whether what is pressed, or has or loses the focus, may mean that another dialog is on top than the one that `host` is in.
 * No layout is asked for: what is elsewhere than inside of that one would be inert if nothing had changed.
 */
export const stirs = (event, document, host) => {
  const [at] = event.composedPath(), home = host.parentElement;
  // The focus is nowhere: a dialog has closed, or one is open in which nothing takes it.
  if (at?.nodeType !== 1 || (event.type === "focusout" && event.relatedTarget === null)) return true;
  try {
    return (aloneAround(at) ?? document.documentElement) !== home;
  } catch {
    return true;
  }
};
