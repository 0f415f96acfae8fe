// A page that meets every entry of `removals.json`: what a replay may lack is known without any chance.
import { task } from "./pair.js";

/** Milliseconds until a keyframe that was asked for has been applied. */
const PATIENCE = 3000;

/** A link, a form, fields, a frame, sheets and programs, with all that the policy takes from them. */
const PAGE = `
  <a href="#here" ping="/told" accesskey="a" onclick="alert(1)">link</a>
  <form action="/sent"><input autofocus><button formaction="/other">send</button></form>
  <iframe srcdoc="<p>inside"></iframe>
  <style title="a set of sheets" nonce="once">.removed { color: red }</style>
  <noscript>nothing</noscript>
  <object>something else</object>
  <script type="text/plain">1 + 1</script>
  <template><p>later</p></template>
  <div data-tandem-block><form id="hidden"></form></div>
  <!-- for nobody --><meta name="user" content="someone"><div data-state='{"user":"someone"}'></div>
  <p data-value="held by a field">held by a field</p><input value="held by a field"><p>held secretly</p><input type="password" value="held secretly">
  <input type="radio" name="group" checked form="hidden"><input type="radio" name="group" checked>
`;
/** What is taken from an element, and comes as a change of it. */
const LATER = {
  a: ["ping", "accesskey", "onclick"], form: ["action"], input: ["autofocus"], button: ["formaction"], iframe: ["srcdoc"],
  style: ["title", "nonce"], meta: ["content"],
};

/** Shows it in each way that a page travels: as a change, attribute by attribute, and whole. */
export async function showRemoved(pair) {
  const page = document.createElement("main");
  page.innerHTML = PAGE;
  document.body.append(page);
  await pair.compare();
  for (const [tag, names] of Object.entries(LATER)) {
    for (const name of names) page.querySelector(tag).setAttribute(name, "changed");
  }
  await pair.compare();
  await keyframe(pair);
  await pair.compare();
}

/** Asks for a keyframe, and waits until it is there. */
async function keyframe(pair) {
  const { frame } = pair.replayer;
  pair.stop.keyframe();
  const end = performance.now() + PATIENCE;
  while (pair.replayer.frame === frame && pair.failure === null) {
    await task();
    if (end < performance.now()) pair.fail("no keyframe came");
  }
}
