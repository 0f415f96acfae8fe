// What runs in the page for one share, in one list, so that it can be ended from here alone: after a trap nothing of
// WebAssembly can be called any more, and no `Drop` runs. Nothing of ours throws into the page either: the first
// error at the border ends the share.

/** The close code that tells the server that the share has failed, and is not merely cut (RFC 6455 §7.4.2). */
const FAILED = 4001;

let current = null;

export class Life {
  /**
   * @param {string} from where our modules come from: an error from there is ours
   * @param {(error: unknown) => void} fell called once, when the share has ended by an error of ours
   */
  constructor(from, fell) {
    Object.assign(this, { from, fell });
    this.over = false;
    this.held = new Map();
    this.controller = new AbortController();
    this.caught = (event) => this.catch(event);
    // What is not called through `guarded`, as the continuations of promises are not.
    addEventListener("error", this.caught, true);
    addEventListener("unhandledrejection", this.caught, true);
    current = this;
  }

  get signal() {
    return this.controller.signal;
  }

  /** At the end, calls `object[verb]()`. The last one of a name counts. */
  holds(name, object, verb) {
    this.keep(name, () => object[verb]());
  }

  /** As `holds`, with an argument, and only when the share has failed. */
  onFailure(name, object, verb, argument) {
    this.keep(name, () => this.failed && object[verb](argument));
  }

  /** As `holds`, for a socket: the server is told whether the share has failed. */
  holdsSocket(socket) {
    this.keep("socket", () => socket.close(this.failed ? FAILED : 1000));
  }

  keep(name, undo) {
    if (this.over) undo();
    else this.held.set(name, undo);
  }

  /** Ends everything that runs. What arrives later finds nobody. */
  end() {
    if (this.over) return;
    this.over = true;
    this.controller.abort();
    for (const undo of this.held.values()) {
      try {
        undo();
      } catch {
        // It has ended by itself; the others still have to.
      }
    }
    this.held.clear();
    if (this.failed) return;
    removeEventListener("error", this.caught, true);
    removeEventListener("unhandledrejection", this.caught, true);
  }

  /** An error of ours: the share is over, and the page goes on. */
  fall(error) {
    if (this.over) return;
    this.failed = true;
    this.end();
    this.fell(error);
  }

  catch(event) {
    const error = event.reason ?? event.error;
    // Where it was thrown: a handler of the page that the agent's click reached has frames of ours below it.
    const where = event.filename || /(?:https?|wasm):\/\/[^\s)]+/.exec(error?.stack)?.[0];
    if (!where?.startsWith(this.from)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.fall(error);
  }
}

/** A callback that does nothing once its share is over, and throws nothing. */
export const guarded = (run) => {
  const life = current;
  return function (...args) {
    if (life?.over) return undefined;
    try {
      return run.apply(this, args);
    } catch (error) {
      if (!life) throw error;
      life.fall(error);
      return undefined;
    }
  };
};

/** Listens in the capture phase until the share is over; gives what `removeEventListener` wants. */
export const listen = (target, kind, run) => {
  const callback = guarded(run);
  target.addEventListener(kind, callback, { capture: true, passive: true, signal: current?.signal });
  return callback;
};

/** A panic, told before it traps: whoever called may swallow the trap. */
export const panicked = (where) => current?.fall(new Error("panicked at " + where));
