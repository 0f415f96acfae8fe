// True sizes of what is shown as a placeholder, told by the browser after layout.

export class Boxes {
  constructor(capture) {
    this.capture = capture;
    this.watched = new Set();
    this.observer = new ResizeObserver((entries) => capture.guard(() => {
      for (const entry of entries) this.measured(entry.target);
      capture.settle();
    }));
  }

  watch(element) {
    if (this.watched.has(element)) return;
    this.watched.add(element);
    this.observer.observe(element, { box: "border-box" });
  }

  leave(node) {
    if (this.watched.size && this.watched.delete(node)) this.observer.unobserve(node);
  }

  stop() {
    this.observer.disconnect();
    this.watched.clear();
  }

  measured(element) {
    // Layout has just run: this reads what is there.
    const width = element.offsetWidth ?? element.clientWidth, height = element.offsetHeight ?? element.clientHeight;
    if (this.capture.properties.tell(element, " box", `${width} ${height}`)) this.capture.mark(element, " box");
  }
}
