// Runs in a viewer's page of ours before anything else: when each command that left has its receipt (docs/wire.md §1).
(() => {
  const CONTROL = 1, COMMAND = 3, RECEIPT = 3;
  const now = () => performance.timeOrigin + performance.now();

  /** The sequence number and the first byte of a control message; null for another one. */
  const read = (data) => {
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    if ((bytes[0] & 3) !== CONTROL || bytes[0] >> 3 !== 0) return null;
    let at = 1, seq = 0;
    for (let shift = 0; ; shift += 7) {
      seq += (bytes[at] & 127) << shift;
      if (bytes[at++] < 128) break;
    }
    while (bytes[at++] >= 128);
    return { seq, says: bytes[at] };
  };

  // A message may travel on both lanes: it counts once.
  const sent = new Set(), received = new Set();
  let settled = () => {};
  const note = (set, wanted, data) => {
    const message = read(data);
    if (message?.says === wanted) set.add(message.seq);
    if (received.size === sent.size) settled(now());
  };

  for (const { prototype } of [WebSocket, RTCDataChannel]) {
    const { send } = prototype;
    prototype.send = function (data) {
      note(sent, COMMAND, data);
      return send.call(this, data);
    };
  }
  const listen = (lane) => lane.addEventListener("message", ({ data }) => note(received, RECEIPT, data));
  globalThis.WebSocket = class extends WebSocket {
    constructor(...parts) {
      super(...parts);
      listen(this);
    }
  };
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function (...parts) {
    const channel = createDataChannel.apply(this, parts);
    listen(channel);
    return channel;
  };

  /** From the next press of the pointer until every command has its receipt, in milliseconds. */
  globalThis.answered = () => new Promise((resolve, reject) => {
    addEventListener("pointerup", () => {
      const pressed = now();
      const before = sent.size;
      settled = (at) => before < sent.size && resolve(at - pressed);
    }, { capture: true, once: true });
    setTimeout(() => reject(new Error(`${received.size} receipts for ${sent.size} commands`)), 30000);
  });
})();
