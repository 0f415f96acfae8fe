// The socket, the lock that says which tab has it, and what tabs tell each other.

// Firefox keeps no page for the way back that holds a socket or a lock when it begins to be left: the socket lives in a
// frame that is taken away in time, and the lock is let go of (see the loader).
export const gecko = "mozInnerScreenX" in window;

/** A socket on which nothing is heard for so long does not come through, milliseconds. */
const SILENCE = 6_000;

/** What goes by requests, once it is here, and how often it could not be fetched. */
let Poll, misses = 0;

export class Line {
  /** @param {(kind: string, payload?: string) => void} tell */
  constructor({ server, site, prove, files, kept }, tell) {
    Object.assign(this, { server, site, tell, prove, files, kept });
    this.stay = new AbortController();
    this.name = "tandem.chat:" + site;
    try {
      this.channel = new BroadcastChannel(this.name);
      this.channel.onmessage = ({ data }) => tell("peer", data);
    } catch {
      // The browser has none, or not for this page: this tab is alone.
    }
    this.lead();
  }

  /** Waits until this tab leads. Where no lock is to be had, each tab does: the names of what is sent make it once. */
  lead(steal) {
    const { signal } = this.stay, waits = (this.waits = new AbortController());
    const begin = () => {
      this.leads = true;
      this.tell("leads");
    };
    let held;
    const end = () => {
      if (signal.aborted || waits.signal.aborted) return;
      if (!held) return begin();
      // It was taken from here: this tab did not answer the others.
      this.leads = false;
      this.tell("follows");
      this.lead();
    };
    if (!navigator.locks || !this.channel) return end();
    signal.addEventListener("abort", () => waits.abort());
    navigator.locks.request(this.name, steal ? { steal } : { signal: waits.signal }, () => new Promise((free) => {
      if (signal.aborted) return free();
      signal.addEventListener("abort", free);
      held = true;
      begin();
    })).catch(end);
  }

  /** Takes the lock from a tab that does not answer. */
  steal() {
    this.waits.abort();
    this.lead(true);
  }

  /** By a socket; where the server does not answer there, by requests, whose script comes then. A tab that needed them
      begins with them for a while. */
  async connect(polls = Date.now() < this.kept.get("~polls")) {
    this.hangup();
    let heard, socket = (this.socket = {});
    const ended = () => {
      if (this.socket !== socket) return;
      this.hangup();
      if (heard || polls) return this.tell("down");
      // Requests have their own time: none of it went by with the socket's silence.
      this.tell("opens");
      this.connect(true);
    };
    try {
      if (polls) {
        // A module that could not be fetched is not fetched again under its name.
        Poll ??= (await import(`${this.server}/v1/visitor/chat/poll.js?${misses}`)).Poll;
        if (this.socket !== socket) return;
      }
      socket = this.socket = polls ? new Poll(this) : this.open(ended);
    } catch {
      // It did not come, or the page's policy forbids a socket. A socket may come through by now.
      misses++;
      if (polls) this.kept.set("~polls", null);
      return ended();
    }
    if (!polls) setTimeout(() => heard || ended(), SILENCE);
    socket.onopen = async () => {
      // So that the page can be shared in the conversation. Without it the chat is a chat.
      const page = await this.prove("tandem-chat:" + this.files.bearer).catch(() => null);
      if (this.socket === socket) this.tell("up", page && JSON.stringify(page));
    };
    socket.onmessage = ({ data }) => {
      heard = true;
      if (this.socket === socket) this.tell("frame", data);
    };
    socket.onclose = ended;
  }

  open(ended) {
    const url = `${this.server.replace(/^http/, "ws")}/rt?as=visitor&site=${encodeURIComponent(this.site)}`;
    const protocol = "chat.v1.json";
    if (!gecko) return new WebSocket(url, protocol);
    const frame = document.createElement("iframe"), room = (this.room = document.createElement("div"));
    room.hidden = frame.hidden = true;
    room.attachShadow({ mode: "closed" }).append(frame);
    document.documentElement.append(room);
    frame.contentWindow.addEventListener("pagehide", ended);
    return new frame.contentWindow.WebSocket(url, protocol);
  }

  say(frame) {
    if (this.socket?.readyState === 1) this.socket.send(frame);
  }

  hangup() {
    const { socket, room } = this;
    this.socket = this.room = null;
    socket?.close?.();
    room?.remove();
  }

  tellOthers(text) {
    this.channel?.postMessage(text);
  }

  leave() {
    this.hangup();
    this.stay.abort();
    this.channel?.close();
    this.channel = null;
  }
}
