// Runs in a viewer's page, ours or the peer's: says when something is there to see.
(() => {
  /** Of two frames, the one that is shown: another one may be in the making. */
  const shown = () => {
    const frames = [...document.querySelectorAll("iframe")];
    return frames.find((frame) => getComputedStyle(frame).visibility === "visible" && frame.getClientRects().length > 0);
  };
  const page = () => shown()?.contentDocument;
  /**
   * How far right the visitor's cursor is, as a part of the page's width: the peer's is known by its class, ours
   * by what makes it glide.
   */
  const cursor = () => {
    const element = document.querySelector(".replayer-mouse, [style*='will-change: transform']");
    const frame = shown()?.getBoundingClientRect();
    return element && frame ? (element.getBoundingClientRect().x - frame.x) / frame.width : -1;
  };

  const CONDITIONS = {
    whole: () => () => page()?.getElementById("whole"),
    small: (n) => () => page()?.getElementById("small")?.textContent === `state ${n}`,
    rows: (n) => () => page()?.querySelector("#rows tr:last-child td:last-child")?.textContent === `last ${n}`,
    cleared: () => () => page()?.querySelector("#rows tr") === null,
    typed: (count) => () => page()?.getElementById("field")?.value.length === count,
    scrolled: (y) => () => Math.abs((page()?.scrollingElement?.scrollTop ?? -9) - y) < 2,
    // Places are far apart: what is on its way there is there.
    pointed: (part) => () => Math.abs(cursor() - part) < 0.15,
  };

  const now = () => performance.timeOrigin + performance.now();

  /** Long enough for a loaded machine. */
  const PATIENCE_MS = 30000;

  /** Where an element of the page is in this window: the frame may be scaled. */
  globalThis.shownAt = (selector) => {
    const frame = shown(), outer = frame.getBoundingClientRect();
    const scale = outer.width / frame.clientWidth;
    const { x, y, width, height } = page().querySelector(selector).getBoundingClientRect();
    return { x: outer.x + x * scale, y: outer.y + y * scale, width: width * scale, height: height * scale };
  };

  /** How old what is shown is, where the visitor's page writes the last digits of the time. */
  globalThis.age = () => {
    const text = page()?.getElementById("small")?.textContent;
    const age = (now() - Number(text) + 1e8) % 1e8;
    if (Number.isNaN(age)) throw new Error(`the page shows ${text}; the viewer says: ${document.body.innerText}`);
    return age;
  };

  /**
   * Resolves with the time of the paint that first shows it. When the document was changed so is in `applied`; what is
   * no change of the document has none.
   */
  globalThis.seen = (name, argument) => new Promise((resolve, reject) => {
    const holds = CONDITIONS[name](argument);
    const last = now() + PATIENCE_MS;
    globalThis.applied = null;
    const changes = new MutationObserver(() => {
      if (!holds()) return;
      globalThis.applied = now();
      changes.disconnect();
    });
    if (page()) changes.observe(page(), { subtree: true, childList: true, characterData: true });
    const look = () => {
      if (last < now()) changes.disconnect();
      if (last < now()) return reject(new Error(`never seen: ${name} ${argument ?? ""}; the viewer says: ${document.body.innerText}`));
      if (!holds()) return requestAnimationFrame(look);
      changes.disconnect();
      // The message is handled after the frame that this callback belongs to.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(now());
      port2.postMessage(null);
    };
    look();
  });
})();
