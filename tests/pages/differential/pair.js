// A recording of the page and its replay in the same page, and the way between them, which can be held up.
import { record, Replayer } from "/lib/tandem.js";
import { Comparer } from "./compare.js";
import { World } from "./world.js";

/** Milliseconds in which a replay must equal its source once the page rests: nothing but the recorder's own work. */
const PATIENCE = 3000;
const FIELDS = ["input", "textarea", "select", "option"];

/** Resolves in a task of its own, after what the page and the recorder have to do now. */
export const task = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });

export class Pair {
  /**
   * @param {Dice} dice
   * @param {{newest: object}} inside the capture of the newest recording
   * @param {{things: number, shows: boolean}} options what the page begins with; whether values of fields are un-masked
   */
  constructor(dice, inside, { things, shows }) {
    this.held = [];
    this.failure = null;
    this.counts = { batches: 0, comparisons: 0, frames: 0, nodes: 0, wanted: 0 };
    this.box = document.createElement("tandem-test");
    this.box.style.cssText = "position:fixed;right:0;bottom:0;width:400px;height:300px";
    document.body.replaceWith(document.createElement("body"));
    document.documentElement.append(this.box);
    this.world = new World(dice, this.box);
    for (let left = things; 0 < left; left--) this.world.insert(this.world.parent(), this.world.make(3));
    this.replayer = new Replayer(this.box, { keyframeWanted: (epoch) => this.wanted(epoch) });
    this.stop = record({
      ignoreElement: this.box,
      unmask: shows ? FIELDS : [],
      emit: (frame) => this.take(frame),
      failed: (reason) => this.fail(reason),
    });
    this.capture = inside.newest;
    this.comparer = new Comparer(this.world, shows, (input) => this.capture.rules.passwords.has(input) || !this.capture.shows(input));
  }

  /** The first reason is the one that counts. */
  fail(reason) {
    this.failure ??= reason;
  }

  /** The replayer cannot go on; before its first keyframe that is no news. */
  wanted(epoch) {
    if (epoch === undefined) return;
    this.counts.wanted += 1;
    this.onWanted(epoch);
  }

  onWanted(epoch) {
    this.fail(`the replayer wants a keyframe after ${epoch}`);
  }

  // The way between: frames keep their order, and may wait.

  take(frame) {
    this.counts.frames += 1;
    this.held.push(frame);
    if (!this.isStalled) this.deliver();
  }

  deliver() {
    for (const frame of this.held.splice(0)) {
      try {
        this.apply(frame);
      } catch (error) {
        this.fail(`a frame is not applied: ${error}\n${error.stack}`);
      }
    }
  }

  apply(frame) {
    this.replayer.apply(frame);
  }

  /** Waits until both are equal; what is still different then has been missed. */
  async compare(patience = PATIENCE) {
    this.isStalled = false;
    this.capture.setReady(true);
    this.deliver();
    const end = performance.now() + patience;
    let differences;
    do {
      await task();
      if (this.failure !== null) return;
      differences = this.comparer.compare(this.replayer.frame);
    } while (differences.length !== 0 && performance.now() < end);
    if (differences.length !== 0) return this.fail(differences);
    this.counts.comparisons += 1;
    this.counts.nodes += this.comparer.pairs.length;
    this.comparer.remember();
  }

  /** Ends it; tells how it went. */
  end() {
    const { counts, comparer, replayer } = this;
    if (this.failure === null && replayer.refused !== 0) this.fail(`${replayer.refused} changes are refused`);
    const outcome = { counts, removals: Array.from(comparer.removals), failure: this.failure && this.told() };
    this.stop();
    comparer.stop();
    // One that fell over in the middle of a frame cannot be closed.
    if (this.failure === null) replayer.close();
    this.box.remove();
    return outcome;
  }

  /** The page's own texts have halves of characters, which no JSON reader takes. */
  told() {
    const outer = (doc) => doc?.documentElement?.outerHTML.toWellFormed();
    const reasons = [this.failure].flat().map((line) => line.toWellFormed());
    return { reasons, source: outer(document), replay: outer(this.comparer.frame?.contentDocument) };
  }
}
