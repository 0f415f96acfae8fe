// Tasks, frames and idle time, each with what stands in for it where a browser lacks it.

const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Runs `work` in a task of its own, soon, also in a hidden tab. */
export function task(work) {
  if (globalThis.scheduler?.postTask) scheduler.postTask(work, { priority: "user-visible" });
  else {
    waiting.push(work);
    channel.port2.postMessage(0);
  }
}

/** Runs `work` before the next paint; where nothing is painted, soon all the same. */
export function frame(work) {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    work();
  };
  requestAnimationFrame(once);
  setTimeout(once, 250);
}

/** Runs `work` with the milliseconds it may take, when the page rests, or after two seconds in which it never did. */
export function idle(work) {
  const run = (deadline) => work(deadline.didTimeout ? 1 : Math.min(2, deadline.timeRemaining()));
  if (globalThis.requestIdleCallback) requestIdleCallback(run, { timeout: 2000 });
  else setTimeout(() => work(2), 50);
}
