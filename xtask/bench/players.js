// The players that are measured, behind one face: `show(pieces)` resolves when all of them are applied.
// Both show them as they would come live, with their default settings.

async function tandem(stage) {
  const { init, Replayer } = await import("/lib/tandem.js");
  await init();
  const replayer = new Replayer(stage);
  return {
    parse: (piece) => Uint8Array.fromBase64(piece),
    async show(frames) {
      for (const frame of frames) replayer.apply(frame);
      await replayer.settled();
    },
    document: () => replayer.frame.contentDocument,
  };
}

async function rrweb(stage) {
  const { Replayer } = await import("/rrweb/rrweb.js");
  const replayer = new Replayer([], { root: stage, liveMode: true });
  replayer.startLive();
  // What is shown now is timed from now, whenever it was recorded.
  const take = (piece) => replayer.addEvent({ ...JSON.parse(piece), timestamp: Date.now() });
  return {
    // A socket hands over text; reading it is a part of showing it.
    parse: (piece) => piece,
    take,
    show: (pieces) => new Promise((resolve) => {
      let open = pieces.length;
      const cast = () => {
        if (--open > 0) return;
        replayer.off("event-cast", cast);
        resolve();
      };
      replayer.on("event-cast", cast);
      pieces.forEach(take);
    }),
    document: () => replayer.iframe.contentDocument,
  };
}

/** Loads a player into an element. */
export const load = (name, stage) => ({ tandem, rrweb })[name](stage);
