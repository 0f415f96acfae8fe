// What the test calls: each returns how it went. `capture` is the address of the capture's own module.
import { init } from "/lib/tandem.js";
import { Dice } from "./dice.js";
import { place, unfound } from "./harms.js";
import { mutate } from "./mutations.js";
import { ONCE_WRONG } from "./once.js";
import { Pair, task } from "./pair.js";
import { showRemoved } from "./removed.js";
import { Watched } from "./watch.js";

/** Batches whose changes a failing case tells. */
const TOLD = 12;
/** Milliseconds that gathering may take: never enough, hardly, always. */
const SLICES = [0, 0.05, 4];

/** A page that changes in random batches. */
class Case extends Pair {
  constructor(seed, inside) {
    const dice = new Dice(seed);
    super(dice, inside, { things: 60, shows: seed % 2 === 1 });
    this.dice = dice;
    this.history = [];
  }

  async run(batches) {
    await this.compare();
    while (this.counts.batches < batches && this.failure === null) {
      await this.batch();
      if (this.dice.chance(0.2)) await this.compare();
    }
    await this.harm();
    return { ...this.end(), history: this.history.slice(-TOLD) };
  }

  /** Tries the comparer. */
  async harm() {
    const harmed = place();
    document.body.append(harmed);
    // Whose identity counts is known after another look.
    for (const _ of ["equal", "the same"]) await this.compare();
    const missed = this.failure === null ? unfound(this.comparer, this.replayer.frame, harmed) : [];
    if (missed.length !== 0) this.fail(`the comparer does not find: ${missed.join(", ")}`);
  }

  async batch() {
    this.disturb();
    const names = [];
    for (let left = this.dice.below(12); 0 <= left; left--) names.push(mutate(this.world));
    this.history.push(names.join(" "));
    this.counts.batches += 1;
    const turns = this.dice.below(6);
    if (turns === 0) await null;
    for (let left = turns === 4 ? 3 : Math.min(turns, 1); 0 < left; left--) await task();
  }

  /** The channel has room or none, the receiver keeps up or does not, slices are long or short. */
  disturb() {
    const { dice, capture } = this;
    if (dice.chance(0.3)) capture.setReady(dice.chance(0.5));
    if (dice.chance(0.2)) this.isStalled = dice.chance(0.5);
    capture.slice = dice.pick(SLICES);
    if (dice.chance(0.02)) this.stop.keyframe();
    if (!this.isStalled) this.deliver();
  }
}

/** What the library does not offer and a stall needs: each capture, as its recording begins. */
async function lookInside(address) {
  await init();
  const { PageCapture } = await import(address);
  const inside = { newest: null };
  const { keyframe } = PageCapture.prototype;
  PageCapture.prototype.keyframe = function begin() {
    inside.newest = this;
    return keyframe.call(this);
  };
  return inside;
}

let looking;

const inside = (capture) => (looking ??= lookInside(capture));

export async function changes(seed, batches, capture) {
  return new Case(seed, await inside(capture)).run(batches);
}

/** The names of the changes after which the replay is wrong again. */
export async function onceWrong(capture) {
  const wrong = [];
  for (const [name, change] of Object.entries(ONCE_WRONG)) {
    const pair = new Pair(new Dice(1), await inside(capture), { things: 0, shows: true });
    await pair.compare();
    await change(() => pair.compare());
    await pair.compare();
    const { failure } = pair.end();
    if (failure) wrong.push(`${name}: ${failure.reasons.join("; ")}`);
  }
  return wrong;
}

/** A page that meets all of `removals.json`; tells what it met. */
export async function removed(capture) {
  const pair = new Pair(new Dice(1), await inside(capture), { things: 0, shows: false });
  await pair.compare();
  await showRemoved(pair);
  return pair.end();
}

/** Something is missed, and something altered. Needs idle moments: see `index.html`. */
export async function watched(seed, capture) {
  return new Watched(new Dice(seed), await inside(capture)).run();
}
