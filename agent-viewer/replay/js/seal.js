// Documents in which nothing runs and from which nothing is requested.
//
// Two locks, each enough for most of it: the frame is sandboxed without scripts, and its documents begin with
// a content security policy. The policy of a `<meta>` stays in force when the element is taken out again, so
// that the rebuilt page holds the visitor's nodes and no others (seen in Chromium and Firefox).

/** What a rebuilt page may load: what we hand it, as blobs. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src blob: data:; font-src blob: data:; " +
  "media-src blob: data:; form-action 'none'; frame-src 'none'";

const SEAL =
  `<meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
  '<meta http-equiv="X-DNS-Prefetch-Control" content="off"><meta name="referrer" content="no-referrer">';

/** An empty frame: no script, no navigation by input, no focus. */
export function sealedFrame(owner) {
  const frame = owner.createElement("iframe");
  frame.setAttribute("sandbox", "allow-same-origin");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.setAttribute("tabindex", "-1");
  frame.title = "";
  frame.inert = true;
  return frame;
}

/**
 * Empties a frame's document, seals it, and gives it a mode.
 *
 * Only the parser sets quirks mode, so the source's doctype is written; where that does not lead to the
 * source's mode (scripts can change a doctype, not the mode), a plain one or none is.
 */
export function seal(doc, doctype, mode) {
  write(doc, doctype);
  if (mode && doc.compatMode !== mode) write(doc, mode === "BackCompat" ? "" : "<!DOCTYPE html>");
}

function write(doc, doctype) {
  doc.open();
  doc.write(doctype + SEAL);
  doc.close();
  while (doc.firstChild) doc.firstChild.remove();
}

/** The text of a doctype, without whatever could end it early. */
export function doctypeText(name, publicId, systemId) {
  const clean = (text) => text.replace(/["'<>]/g, "");
  const root = clean(name).replace(/\s/g, "");
  if (!root) return "";
  const system = systemId ? ` "${clean(systemId)}"` : "";
  if (publicId) return `<!DOCTYPE ${root} PUBLIC "${clean(publicId)}"${system}>`;
  return `<!DOCTYPE ${root}${system && ` SYSTEM${system}`}>`;
}
