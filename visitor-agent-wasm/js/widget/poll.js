// What a WebSocket does, by requests: for a network that lets none through. Loaded only there. Frames are posted one after
// the other, and those of the server asked for by a request that waits for them.

/** A tab in which requests came through begins with them for so long, milliseconds: then it tries a socket again. */
const WHILE = 3_600_000;
/** Where it keeps until when. */
const UNTIL = "~polls";

export class Poll {
  constructor({ server, site, files, kept }) {
    this.url = `${server}/v1/stream?site=${encodeURIComponent(site)}`;
    this.files = files;
    this.kept = kept;
    this.readyState = 1;
    this.left = new AbortController();
    // By then whoever made it listens.
    this.said = Promise.resolve().then(() => this.onopen());
  }

  send(body) {
    this.said = this.said.then(() => this.say(body)).catch(() => this.end());
  }

  async say(body) {
    const { stream } = await this.ask("POST", "", body);
    if (this.stream) return;
    // Hello: the address of what follows.
    this.stream = "&stream=" + stream;
    // A request that breaks ends it, as what breaks a socket does: the machine is back within half a second, by requests at
    // once, and hello says how far it got. So nothing is lost, and the server sees at once who is gone.
    this.hear().catch(() => this.end());
  }

  async hear() {
    for (let cursor = 0; ;) {
      const told = await this.ask("GET", `&cursor=${cursor}&wait=25`);
      ({ cursor } = told);
      for (const frame of told.frames) this.tell(frame);
    }
  }

  comesThrough() {
    this.comes = true;
    if (!(Date.now() < this.kept.get(UNTIL))) this.kept.set(UNTIL, String(Date.now() + WHILE));
  }

  async ask(method, query, body) {
    const headers = { authorization: "Bearer " + this.files.bearer, "content-type": "application/json" };
    const answer = await fetch(this.url + (this.stream ?? "") + query, {
      method, body, headers, credentials: "omit", referrerPolicy: "no-referrer", signal: this.left.signal,
    });
    const told = await answer.json();
    if (!this.comes) this.comesThrough();
    if (answer.ok) return told;
    // Whether it is the token, the machine wants to know.
    this.tell({ t: "bye", code: told.code });
    throw new Error(told.code);
  }

  tell(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  /** As a socket, it says that it is closed where somebody else has closed it. */
  end() {
    if (this.readyState !== 1) return;
    // Requests do not come through here, or not any more: a socket may.
    if (!this.comes) this.kept.set(UNTIL, null);
    this.close();
    this.onclose();
  }

  close() {
    this.readyState = 3;
    // The server sees that nobody asks any more.
    this.left.abort();
  }
}
