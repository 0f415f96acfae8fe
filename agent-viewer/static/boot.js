// Paints a remembered theme before anything else is there, then starts the application.
import init from "./agent-viewer.js";

try {
  const theme = localStorage.getItem("tandem-theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's theme stands.
}
init({ module_or_path: new URL("./agent-viewer_bg.wasm", import.meta.url) });
