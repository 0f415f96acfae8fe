// The socket, the lock that says which tab has it, and what tabs tell each other.

// Firefox keeps no page for the way back that holds a socket or a lock when it begins to be left: the socket lives in a
// frame that is taken away in time, and the lock is let go of (see the loader).
export const gecko = "mozInnerScreenX" in window;

export class Line {
  /** @param {(kind: string, payload?: string) => void} tell */
  constructor({ server, site, prove, files }, tell) {
    Object.assign(this, { server, site, tell, prove, files });
    this.stay = new AbortController();
    const { signal } = this.stay, name = "tandem.chat:" + site;
    if ("BroadcastChannel" in window) {
      this.channel = new BroadcastChannel(name);
      this.channel.onmessage = ({ data }) => tell("peer", data);
    }
    if (!navigator.locks) tell("leads");
    else {
      navigator.locks.request(name, { signal }, () => new Promise((free) => {
        if (signal.aborted) return free();
        signal.addEventListener("abort", free);
        tell("leads");
      })).catch(() => {});
    }
  }

  connect() {
    this.hangup();
    const url = `${this.server.replace(/^http/, "ws")}/rt?as=visitor&site=${encodeURIComponent(this.site)}`;
    const ended = () => {
      if (this.socket !== socket) return;
      this.hangup();
      this.tell("down");
    };
    let socket;
    try {
      socket = this.socket = this.open(url, ended);
    } catch {
      // The page's policy forbids it.
      this.hangup();
      return this.tell("down");
    }
    socket.onopen = async () => {
      // So that the page can be shared in the conversation. Without it the chat is a chat.
      const page = await this.prove("tandem-chat:" + this.files.bearer).catch(() => null);
      if (this.socket === socket) this.tell("up", page && JSON.stringify(page));
    };
    socket.onmessage = ({ data }) => this.socket === socket && this.tell("frame", data);
    socket.onclose = ended;
  }

  open(url, ended) {
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
    socket?.close();
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
