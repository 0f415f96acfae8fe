// A page that shows what was recorded. The bench calls `bench.*`.
import { size } from "./app.js";
import { load } from "./players.js";

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
let player;
let pieces = [];

async function rest() {
  await frame();
  await frame();
  await new Promise((resolve) => setTimeout(resolve, 300));
}

globalThis.bench = {
  async load(name) {
    player = await load(name, document.querySelector("#stage"));
    await rest();
  },
  take(taken) {
    pieces = taken.map(player.parse);
  },
  async show() {
    // In a task of the page, as frames come from a socket: what the bench itself evaluates is no script's time.
    await new Promise((resolve, reject) => setTimeout(() => player.show(pieces).then(resolve, reject)));
    await rest();
  },
  /** How many nodes are shown: proof that something was. */
  nodes: () => size(player.document()),
};
