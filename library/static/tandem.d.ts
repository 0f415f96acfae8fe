/**
 * Tandem as a library: `record` turns a page into frames, `Replayer` turns frames into the page again.
 *
 * Frames are bytes. Those of the page come in order and all of them are needed; how they travel is yours.
 * Images, fonts and style sheets are in them.
 */

/** What the engine is loaded from: an address, the bytes, or a compiled module. */
export type Engine =
  | string
  | URL
  | Request
  | Response
  | Promise<Response>
  | ArrayBuffer
  | ArrayBufferView
  | WebAssembly.Module;

/** Loads the engine, once. Without an argument it is fetched from beside the module. */
export function init(module?: Engine): Promise<void>;

/** What may be seen. A selector that does not parse hides instead of showing. */
export interface Policy {
  /** Hides every text and picture but those of `unmask`. */
  maskAll?: boolean;
  /** Selectors of elements whose text is replaced. */
  mask?: string[];
  /** Selectors of elements that are replaced by a box of their size. */
  block?: string[];
  /** Selectors of elements and fields that are shown although they would be masked. */
  unmask?: string[];
  /** Selectors of elements that are seen and must not be operated by others. */
  lock?: string[];
}

/** Bytes that the page itself may not read. */
export interface FetchedAsset {
  /** Its media type, as the server said. */
  mime: string;
  bytes: Uint8Array;
}

export interface RecordOptions extends Policy {
  /** Takes each frame. Called within tasks of the recorder: keep it short. */
  emit: (frame: Uint8Array) => void;
  /** Told when the recording had to end. */
  failed?: (reason: string) => void;
  /** Left out of the recording, for example the container of a replayer. */
  ignoreElement?: Element;
  /** Whether images and fonts travel. They do unless this is `false`. */
  assets?: boolean;
  /** Whether the cursor and scrolling travel at once. They do unless this is `false`. */
  pointers?: boolean;
  /** Fetches what the page may not read (other origins). `null` when it cannot be had. */
  fetchAsset?: (url: string) => Promise<FetchedAsset | null>;
  /** The document to record; the page's own unless given. */
  document?: Document;
}

/** Ends a recording; the page is as if it had never been. */
export interface Stop {
  (): void;
  /** Begins anew with the page as it is now, for somebody who joins. */
  keyframe(): void;
}

/** Records a page until the function that it returns is called. Needs {@link init}. */
export function record(options: RecordOptions): Stop;

/** A place: an element of a keyframe's page, and the fraction of its box. */
export interface Anchor {
  epoch: number;
  node: number;
  /** 0 at the left edge, 1 at the right. */
  x: number;
  /** 0 at the top edge, 1 at the bottom. */
  y: number;
}

export interface ReplayerOptions {
  /** Called once when only a keyframe can mend the page; `undefined` before there was any. */
  keyframeWanted?: (epoch: number | undefined) => void;
  /** Called with the element that the visitor pressed. */
  pressed?: (node: number) => void;
  /** Stands beside the visitor's cursor. */
  name?: string;
  /** As {@link Replayer.scale}. */
  scale?: number;
}

/** Shows recorded frames in a container: sealed, nothing runs and nothing is requested. Needs {@link init}. */
export class Replayer {
  constructor(container: HTMLElement, options?: ReplayerOptions);
  /** Applies one frame. Throws when it is none or does not fit; nothing of it is shown. */
  apply(frame: Uint8Array): void;
  /** Resolves when all that was applied is painted, assets too. */
  settled(): Promise<void>;
  /** The frame that is shown; `null` before the first keyframe. */
  readonly frame: HTMLIFrameElement | null;
  /** Lies over the frame and takes all input. */
  readonly pane: HTMLElement;
  /** Milliseconds since the last frame of the page; `Infinity` before the first. */
  readonly age: number;
  /** The state hash, hexadecimal. */
  readonly hash: string;
  /** How many changes the browser would not make; 0 unless frames are forged. */
  readonly refused: number;
  /** What the page is shown at. Set it to fix it; 0 fits the page into the container. */
  scale: number;
  /** What is at a place of the container, in CSS pixels from its top left corner. */
  hit(x: number, y: number): Anchor | null;
  /** Where an element is in the container. */
  rect(node: number): DOMRect | null;
  /** Whether the page scrolls with the visitor's; it does at first. */
  follow(follows: boolean): void;
  /** Empties the container. The replayer is of no use after it. */
  close(): void;
}
