// A page that records itself and shows its replay, as a user of TypeScript writes it. All that the library declares is
// used here: what is declared and is not there fails as it runs.
import { type Anchor, type FetchedAsset, init, record, type RecordOptions, Replayer, type Stop } from "./lib/tandem.js";

/** What the frames of pictures and fonts begin with. */
const ASSET = Number(location.hash.slice(1));
/** Paints after which what is not waited for would have been called settled. */
const MANY = 20;

const find = (selector: string, within: Document = document): HTMLElement => {
  const found = within.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
};

const paints = (count: number): Promise<void> =>
  new Promise((resolve) => {
    const paint = (left: number): unknown => (left === 0 ? resolve() : requestAnimationFrame(() => paint(left - 1)));
    paint(count);
  });

const becomes = async (is: () => boolean): Promise<void> => {
  while (!is()) await paints(1);
};

const box = find("#mirror");
const late: Uint8Array[] = [];
const told: string[] = [];
let frames = 0;

await init();
const replayer = new Replayer(box, {
  name: "Marie",
  scale: 1,
  keyframeWanted: (epoch: number | undefined) => told.push(`a keyframe is wanted after ${epoch}`),
  pressed: (node: number) => told.push(`${node} is pressed`),
});
const options: RecordOptions = {
  emit(frame: Uint8Array) {
    frames += 1;
    if (frame[0] === ASSET) late.push(frame);
    else replayer.apply(frame);
  },
  failed: (reason: string) => told.push(reason),
  ignoreElement: box,
  document,
  assets: true,
  pointers: true,
  maskAll: false,
  mask: [".secret"],
  block: [],
  unmask: [],
  lock: [],
  fetchAsset: async (url: string): Promise<FetchedAsset | null> => {
    told.push(`${url} is to be fetched`);
    return null;
  },
};
const stop: Stop = record(options);

/** The replayed page. */
const replayed = (): Document => {
  const page: HTMLIFrameElement | null = replayer.frame;
  if (!page?.contentDocument) throw new Error("nothing is shown");
  return page.contentDocument;
};

/** Applies what comes late, of one kind. */
const comes = (kind: string): void => {
  const mine = late.filter((frame) => new TextDecoder("latin1").decode(frame.slice(0, 80)).includes(kind));
  if (mine.length !== 1) throw new Error(`${mine.length} frames of ${kind}`);
  for (const frame of mine) replayer.apply(frame);
};

const width = (page: Document): number => find("#words", page).getBoundingClientRect().width;

/** What is told of a replay whose picture and font come late. */
export async function settles(): Promise<string[]> {
  await document.fonts.load("32px Late");
  await becomes(() => late.length === 2);
  await becomes(() => replayer.frame !== null && replayed().querySelector("#words") !== null);
  const settled = replayer.settled().then(() => told.push("settled"));
  await paints(MANY);
  told.push("neither came");
  comes("image/");
  await paints(MANY);
  told.push("the picture came", `other letters: ${width(replayed()) !== width(document)}`);
  comes("font/");
  await settled;
  const picture = find("#picture", replayed()) as HTMLImageElement;
  told.push(`picture: ${picture.complete && picture.naturalWidth === 120}`);
  told.push(`letters: ${width(replayed()) === width(document)}`);
  return told;
}

/** What a picture of the window has in the middle of the page's picture and of the replay's: red, green, blue, opacity. */
export async function colours(png: string): Promise<string[]> {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0);
  const outer = replayer.pane.getBoundingClientRect();
  return [{ x: 0, y: 0 }, outer].map(({ x, y }) => context.getImageData(x + 60, y + 40, 1, 1).data.join());
}

/** The rest of what is declared, said by what it is. */
export async function rest(): Promise<(boolean | number | string | null)[]> {
  const at: Anchor | null = replayer.hit(60, 40);
  const there: DOMRect | null = at && replayer.rect(at.node);
  const [age, hash, refused, scale]: [number, string, number, number] =
    [replayer.age, replayer.hash, replayer.refused, replayer.scale];
  replayer.scale = 0;
  replayer.follow(false);
  const before = frames;
  stop.keyframe();
  await becomes(() => before < frames);
  await replayer.settled();
  stop();
  replayer.close();
  const known = [at?.epoch, at?.x, at?.y, there?.width, there?.height].join();
  return [known, 0 <= age && age < Infinity, /^[0-9a-f]{16}$/.test(hash), refused, scale, box.childElementCount];
}

/** What the types refuse. Nobody calls it. */
export function refused(): void {
  // @ts-expect-error a frame is bytes
  replayer.apply("frame");
  // @ts-expect-error somebody takes the frames
  record({});
  // @ts-expect-error selectors are a list
  record({ emit() {}, mask: ".secret" });
  // @ts-expect-error a container is an element
  new Replayer("#mirror");
  // @ts-expect-error what is shown is the page's affair
  replayer.frame = null;
}

Object.assign(window, { settles, colours, rest });
