// Fields, lists and a component with a list of its own, on a page that scrolls and notes what it hears of a pointer.
document.body.innerHTML = `<div id="stage" style="display:grid;gap:16px;padding:16px;width:420px">
  <div id="away" style="height:30px">away</div>
  <div id="outer" style="padding:14px;background:#eef"><div id="inner" style="height:30px;background:#cce">inner</div></div>
  <button id="own">draws by itself</button>
  <div id="list" style="height:70px;overflow:auto;background:#efe"><div style="height:900px">a long list</div></div>
  <input id="field"><input id="mail" type="email"><textarea id="area" rows="4"></textarea>
  <div id="editor" contenteditable style="min-height:24px"></div><div id="part"></div>
  <iframe id="frame" style="height:60px" srcdoc="<select><option>one<option>two</select>"></iframe></div>
  <dialog id="early"><button>a</button><button id="second-early">b</button></dialog>
  <dialog id="late"><button>a</button><button id="second-late">b</button></dialog><div style="height:2000px"></div><p id="last">last</p>`;
document.querySelector("#part").attachShadow({ mode: "open" }).innerHTML =
  `<div style="height:60px;overflow:auto"><div id="rows" style="height:900px"><slot></slot>a component's own list</div></div>
   <select><option>one<option>two</select><dialog><button>a</button><button>b</button></dialog>`;

// A part that takes the pointer for its own, as canvases for drawing do.
document.querySelector("#own").addEventListener("pointerdown", (event) => event.preventDefault());

/** What is heard of a pointer, in its order. */
window.heard = [];
const name = (node) => node?.id || node?.localName || "nothing";
const ways = ["over", "enter", "move", "down", "up", "out", "leave"].flatMap((it) => [`pointer${it}`, `mouse${it}`]);
for (const kind of [...ways, "click", "dblclick", "auxclick", "contextmenu"]) {
  document.addEventListener(kind, (event) => {
    const { target, relatedTarget, button, buttons, bubbles, cancelable, composed, pointerType } = event;
    // A move counts no presses, whatever the driver of a trusted one says.
    const detail = kind.endsWith("move") ? 0 : event.detail;
    // No menu of the browser's own takes what comes next.
    if (kind === "contextmenu") event.preventDefault();
    heard.push(`${kind} ${name(target)} from-or-to=${name(relatedTarget)} button=${button} buttons=${buttons} detail=${detail} `
      + `${event.constructor.name} ${pointerType} ${[bubbles, cancelable, composed].map(Number).join("")}`);
  }, true);
}
