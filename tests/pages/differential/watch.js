// What the two checks are for: a change of which no observer told, and a frame that was altered on its way. Each must
// be found within a period, counted once, and healed.
import { Replayer } from "/lib/tandem.js";
import { mutate } from "./mutations.js";
import { Pair } from "./pair.js";

/** Milliseconds: 2.5 between two rounds of a check, 2 until an idle moment at the latest, and the looks themselves. */
const PERIOD = 6000;
const BEGINS = { things: 40, shows: false };
/** Random changes before something is missed, and places for that afterwards. */
const BEFORE = 40, PLACES_WANTED = 20;
/** Frames that are altered at most until one was wrong in silence. */
const TRIES = 60;
/** Bytes at the end of a frame among which one is altered: the letters of its text. */
const TAIL = 40;
/** The wire's number of a delta. */
const DELTA = 1;
const PLACES = new Set(["div", "p", "section", "ul", "li", "b"]);

/** Changes of the page that are missed. Each gives false where there is no place for it. */
const MISSED = {
  insertion(watched) {
    const { world, dice } = watched;
    const parent = dice.pick(watched.places());
    parent?.insertBefore(world.make(2), dice.pick(parent.childNodes) ?? null);
    return parent;
  },
  removal(watched) {
    const place = watched.dice.pick(watched.places());
    place?.remove();
    return place;
  },
  move(watched) {
    const { dice } = watched;
    const node = dice.pick(watched.places());
    const place = dice.pick(watched.places().filter((other) => !node.contains(other) && other !== node.parentNode));
    place?.insertBefore(node, dice.pick(place.childNodes) ?? null);
    return place;
  },
  attribute(watched) {
    const place = watched.dice.pick(watched.places());
    place?.setAttribute("title", `missed${watched.world.count++}`);
    return place;
  },
  "removal of an attribute"(watched) {
    const place = watched.dice.pick(watched.places().filter((element) => element.id !== ""));
    place?.removeAttribute("id");
    return place;
  },
  text(watched) {
    const nodes = watched.places().flatMap((element) => Array.from(element.childNodes));
    const text = watched.dice.pick(nodes.filter((node) => node.nodeType === Node.TEXT_NODE));
    if (text) text.data = `missed${watched.world.count++}`;
    return text;
  },
};

const painted = () => new Promise(requestAnimationFrame);

export class Watched extends Pair {
  constructor(dice, inside) {
    super(dice, inside, BEGINS);
    this.dice = dice;
    /** A second replay, which gets every frame as it was sent: it tells whether an alteration changed anything. */
    this.aside = this.box.appendChild(document.createElement("div"));
    this.twin = new Replayer(this.aside);
    /** What was found, and after how many milliseconds. */
    this.found = [];
    /** The next delta shall be altered. */
    this.altering = false;
    /** It was, and does not apply. */
    this.isRefused = false;
    /** The replay is wrong since then. */
    this.isBroken = false;
  }

  async run() {
    for (let left = BEFORE; 0 < left; left--) mutate(this.world);
    await this.compare();
    while (this.failure === null && this.places().length < PLACES_WANTED) {
      this.world.insert(document.body, this.world.make(3));
      await this.compare();
    }
    for (const name of Object.keys(MISSED)) if (this.failure === null) await this.misses(name);
    if (this.failure === null) this.rests();
    if (this.failure === null) await this.alters();
    this.twin.close();
    return { ...this.end(), found: this.found };
  }

  /** Elements that travel, with all that is in them. */
  places() {
    const sources = this.comparer.pairs.map(([source]) => source);
    return sources.filter((node) => PLACES.has(node.localName) && node.isConnected && !node.closest("[data-tandem-block]"));
  }

  /** Lets a change happen whose record no observer gets. */
  async misses(name) {
    const { capture } = this, before = capture.divergences;
    if (!MISSED[name](this)) return this.fail(`there is no place for the ${name} that is missed`);
    capture.dirty.observer.takeRecords();
    await this.heals(name, () => capture.divergences - before);
  }

  async heals(name, counted) {
    const begun = performance.now();
    while (counted() === 0 && performance.now() < begun + PERIOD) await painted();
    const after = Math.round(performance.now() - begun);
    await this.compare();
    if (counted() !== 1) this.fail(`${name}: counted ${counted()} times`);
    this.found.push({ name, after });
  }

  /** Whole rounds of the check over what was mended find nothing more. */
  rests() {
    const { check, divergences } = this.capture;
    for (let round = 0; round < 2; round++) while (check.work(Infinity));
    if (this.capture.divergences !== divergences) this.fail(`of what was mended ${this.capture.divergences - divergences} more were found`);
  }

  // Altered frames

  /** Alters one bit of a frame at a time, until one was applied and made a wrong page. */
  async alters() {
    const text = document.body.appendChild(document.createTextNode(""));
    for (let left = TRIES; 0 < left && this.failure === null; left--) {
      const { wanted } = this.counts;
      Object.assign(this, { altering: true, isRefused: false });
      text.data = Array.from({ length: TAIL }, () => this.dice.pick("0123456789abcdef")).join("");
      while (this.altering && this.failure === null) await painted();
      const isSilent = !this.isRefused && this.replayer.hash !== this.twin.hash;
      // Else it was a bit that means nothing.
      if (isSilent) this.isBroken = true;
      if (isSilent || this.isRefused) await this.heals(`an altered frame, ${isSilent ? "applied" : "refused"}`, () => this.counts.wanted - wanted);
      if (isSilent) return;
    }
    this.fail("no altered frame was applied");
  }

  apply(frame) {
    this.twin.apply(frame);
    const isAltered = this.altering && frame[0] === DELTA;
    if (isAltered) {
      this.altering = false;
      const bit = this.dice.below(8 * TAIL);
      frame[Math.max(frame.length - 2 - (bit >> 3), 3)] ^= 1 << (bit & 7);
    }
    try {
      super.apply(frame);
    } catch (error) {
      if (isAltered) this.isRefused = this.isBroken = true;
      // Until another keyframe comes, nothing applies any more.
      if (!this.isBroken) throw error;
    }
  }

  onWanted() {
    if (!this.isBroken) return this.fail("a keyframe is wanted although nothing was altered");
    this.isBroken = false;
    this.stop.keyframe();
  }
}
