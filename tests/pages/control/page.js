// Fields, lists and a component with a list of its own, on a page that scrolls.
document.body.innerHTML = `<div id="stage" style="display:grid;gap:16px;padding:16px;width:420px">
  <div id="away" style="height:30px">away</div>
  <div id="outer" style="padding:14px;background:#eef"><div id="inner" style="height:30px;background:#cce">inner</div></div>
  <div id="list" style="height:70px;overflow:auto;background:#efe"><div style="height:900px">a long list</div></div>
  <input id="field"><input id="mail" type="email"><textarea id="area" rows="4"></textarea>
  <div id="editor" contenteditable style="min-height:24px"></div><div id="part"></div></div>
  <dialog id="early"><button>a</button><button id="second-early">b</button></dialog>
  <dialog id="late"><button>a</button><button id="second-late">b</button></dialog><div style="height:2000px"></div><p id="last">last</p>`;
document.querySelector("#part").attachShadow({ mode: "open" }).innerHTML =
  `<div style="height:60px;overflow:auto"><div id="rows" style="height:900px"><slot></slot>a component's own list</div></div>
   <select><option>one<option>two</select>`;
