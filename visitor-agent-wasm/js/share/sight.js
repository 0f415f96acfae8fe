// Whether an element of ours is seen whole. No hit test tells of a cover that lets the pointer through; the browser does,
// where it tells what is visible at all (Intersection Observer, §2.2.4: `trackVisibility`).

/** How often the browser looks at most, milliseconds: less is refused. */
const DELAY = 100;

/** Whether this browser tells it. */
export const tells = () => "isVisible" in (globalThis.IntersectionObserverEntry?.prototype ?? {});

export class Sight {
  /** @param {(isSeen: boolean, at: number) => void} told at each change, with its time on the page's clock */
  constructor(told) {
    const look = (entries) => entries.filter((it) => it.target === this.target).forEach((it) => told(it.isVisible, it.time));
    this.observer = new IntersectionObserver(look, { trackVisibility: true, delay: DELAY });
  }

  /** Looks at another element, or at none. */
  follow(target) {
    this.observer.disconnect();
    this.target = target;
    if (target) this.observer.observe(target);
  }
}
