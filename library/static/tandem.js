// Tandem as a library: `record` turns a page into frames, `Replayer` turns frames into the page again.
// The engine is the WebAssembly module beside this file; `tandem.d.ts` describes what is here.
import load, { Player, Recording } from "./engine.js";

let loading;

/** Loads the engine, once. Without an argument it is fetched from beside this file. */
export function init(module) {
  loading ??= load(module === undefined ? undefined : { module_or_path: module });
  return loading.then(() => undefined);
}

const LISTS = ["mask", "block", "unmask", "lock"];

/** Records a page until the function that it returns is called. */
export function record(options) {
  const { emit, failed = (reason) => console.error(`Tandem: the recording ended. ${reason}`) } = options;
  if (typeof emit !== "function") throw new TypeError("record: `emit` is the function that takes the frames");
  const lists = LISTS.map((name) => selectors(options[name], name));
  const recording = new Recording(options.document ?? document, {
    // What goes wrong outside is told outside: the recording goes on.
    emit: (frame) => {
      try {
        emit(frame);
      } catch (error) {
        reportError(error);
      }
    },
    failed,
    lists,
    maskAll: options.maskAll === true,
    ignoreElement: options.ignoreElement ?? null,
    assets: options.assets !== false,
    pointers: options.pointers !== false,
    fetchAsset: options.fetchAsset ?? null,
  });
  const stop = () => recording.stop();
  stop.keyframe = () => recording.keyframe();
  return stop;
}

function selectors(list, name) {
  if (list === undefined) return [];
  if (Array.isArray(list) && list.every((selector) => typeof selector === "string")) return list;
  throw new TypeError(`record: \`${name}\` is a list of selectors`);
}

/** Shows recorded frames in a container. */
export class Replayer {
  #player;

  constructor(container, options = {}) {
    const { keyframeWanted, pressed, name, scale } = options;
    // Later, so that what is called may use this replayer.
    const later = (callback) => (value) => callback && queueMicrotask(() => callback(value));
    this.#player = new Player(container, later(keyframeWanted), later(pressed));
    if (name !== undefined) this.#player.setName(name);
    if (scale !== undefined) this.#player.setScale(scale);
  }

  apply(frame) {
    this.#player.apply(frame);
  }

  settled() {
    return this.#player.settled();
  }

  get frame() {
    return this.#player.frame ?? null;
  }

  get pane() {
    return this.#player.pane;
  }

  get age() {
    return this.#player.age;
  }

  get hash() {
    return this.#player.hash;
  }

  get refused() {
    return this.#player.refused;
  }

  get scale() {
    return this.#player.scale;
  }

  set scale(scale) {
    this.#player.setScale(scale ?? 0);
  }

  hit(x, y) {
    const found = this.#player.hit(x, y);
    return found ? { epoch: found[0], node: found[1], x: found[2], y: found[3] } : null;
  }

  rect(node) {
    const found = this.#player.rect(node);
    return found ? new DOMRect(...found) : null;
  }

  follow(follows) {
    this.#player.follow(follows);
  }

  close() {
    this.#player.free();
  }
}
