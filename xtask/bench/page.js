// A page under measure. The bench calls `bench.*`; the address says how large the application is.
import { build, size } from "./app.js";
import { load } from "./recorders.js";
import { WORKLOADS, frame } from "./workloads.js";

const stage = document.querySelector("#stage");
let pieces = [];
let failure;
let start;

const emit = (piece) => { pieces.push(piece); };
const fail = (error) => { failure = error; };

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Until the page is laid out, painted, and its tasks are done. */
async function rest(milliseconds = 300) {
  await frame();
  await frame();
  await pause(milliseconds);
}

async function gzip(parts) {
  const stream = new Blob(parts).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

globalThis.bench = {
  nodes: 0,
  workloads: () => 
    Object.entries(WORKLOADS).map(([name, { mouse = 0, replayed = false }]) => ({ name, mouse, replayed })),
  async build(nodes, workload) {
    this.nodes = build(document.querySelector("#app"), nodes);
    if (workload) WORKLOADS[workload].prepare(stage);
    await rest();
    return this.nodes;
  },
  /** In a document that is there already. */
  async read() {
    await rest();
    return size(document);
  },
  async load(recorder) {
    start = await load(recorder);
    await rest();
  },
  async start() {
    const stop = await start(emit, fail);
    this.stop = () => stop();
  },
  rest,
  forget: () => { pieces = []; },
  run: async (workload) => {
    await WORKLOADS[workload].run(stage);
    // rrweb holds mouse positions back for half a second.
    await rest(600);
  },
  async bytes() {
    if (failure) throw failure;
    const raw = new Blob(pieces).size;
    // Text is joined by line breaks, as a file of events is.
    return { raw, gzip: await gzip(pieces.flatMap((piece) => [piece, "\n"])), pieces: pieces.length };
  },
  html: () => gzip([document.documentElement.outerHTML]),
  /** Everything that was emitted, each piece in base64 or as it is. */
  taken() {
    if (failure) throw failure;
    return pieces.map((piece) => (typeof piece === "string" ? piece : piece.toBase64()));
  },
};
