// The recorders that are measured, behind one face: `start(emit)` resolves when the first whole page is out,
// and gives the function that stops. `emit` takes what goes on the wire, as bytes or text; `fail` hears of a
// recording that had to end.

/** The kind of frame that ends a keyframe. */
const KEYFRAME_END = 2;

async function tandem() {
  const { init, record } = await import("/lib/tandem.js");
  await init();
  return (emit, fail) => new Promise((resolve, reject) => {
    let whole = false;
    const stop = record({
      // The peer leaves images and fonts where they are, unless it is told.
      assets: false,
      emit(bytes) {
        emit(bytes);
        if (!whole && bytes[0] === KEYFRAME_END) {
          whole = true;
          // Not before `record` has returned.
          queueMicrotask(() => resolve(stop));
        }
      },
      failed: (reason) => {
        const error = new Error(reason);
        reject(error);
        fail(error);
      },
    });
  });
}

async function rrweb() {
  const { record } = await import("/rrweb/rrweb.js");
  // It has to become text before it can travel.
  return async (emit) => record({ emit: (event) => emit(JSON.stringify(event)) });
}

const off = async () => async () => () => {};

/** Loads a recorder. */
export const load = (name) => ({ tandem, rrweb, off })[name]();
