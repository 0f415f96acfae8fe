// Files: kept as they are until the server has them, brought there with their progress, fetched back.

const blobs = (mode, run) => new Promise((done, fail) => {
  const open = indexedDB.open("tandem.chat", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("file");
  open.onerror = () => fail(open.error);
  open.onsuccess = () => {
    const all = open.result, asked = run(all.transaction("file", mode).objectStore("file"));
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
    asked.transaction.oncomplete = asked.transaction.onabort = () => all.close();
  };
});

export class Files {
  constructor({ server, tell }) {
    Object.assign(this, { server, tell });
    this.memory = new Map();
    this.running = new Map();
    this.thumbs = new WeakMap();
    this.bearer = "";
  }

  /** Takes files in; gives what the machine knows of them. */
  async take(list) {
    return Promise.all([...list].map(async (file) => {
      const local = crypto.randomUUID().replaceAll("-", "");
      this.memory.set(local, file);
      // Where nothing can be stored, it lives as long as the page.
      await blobs("readwrite", (store) => store.put(file, local)).catch(() => {});
      return { local, name: file.name || "image.png", bytes: file.size, kind: file.type };
    }));
  }

  forget(locals) {
    for (const local of locals) {
      this.running.get(local)?.abort();
      this.running.delete(local);
      this.memory.delete(local);
      blobs("readwrite", (store) => store.delete(local)).catch(() => {});
    }
  }

  async upload({ local, name, bytes, kind }, conv, token) {
    if (this.running.has(local)) return;
    const stop = new AbortController(), { signal } = stop;
    this.running.set(local, stop);
    try {
      const blob = this.memory.get(local) ?? await blobs("readonly", (store) => store.get(local)).catch(() => null);
      if (!blob) return this.tell("upload_failed", [local, "gone"]);
      const authorization = "Bearer " + token;
      const asked = await fetch(this.server + "/v1/uploads", {
        method: "POST", credentials: "omit", referrerPolicy: "no-referrer", signal,
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ conv, name, bytes, type: kind }),
      });
      if (!asked.ok) return this.tell("upload_failed", [local, await codeOf(asked)]);
      const { id, url } = await asked.json();
      signal.addEventListener("abort", () => fetch(`${this.server}/v1/uploads/${id}`, { method: "DELETE", credentials: "omit", keepalive: true, headers: { authorization } }).catch(() => {}));
      await this.put(new URL(url, this.server), blob, local, authorization, signal);
      this.tell("uploaded", [local, id]);
    } catch (code) {
      if (!signal.aborted) this.tell("upload_failed", [local, typeof code === "string" ? code : ""]);
    } finally {
      if (this.running.get(local) === stop) this.running.delete(local);
    }
  }

  // `fetch` has no progress of what it sends.
  put(url, blob, local, authorization, signal) {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      request.open("PUT", url);
      request.setRequestHeader("authorization", authorization);
      request.setRequestHeader("content-type", "application/octet-stream");
      request.upload.onprogress = ({ loaded, total }) => this.tell("progress", [local, Math.floor((loaded / total) * 100)]);
      request.onload = () => request.status < 300 ? done() : fail(codeIn(request.responseText, request.status));
      request.onerror = request.onabort = () => fail("");
      signal.addEventListener("abort", () => request.abort());
      request.send(blob);
    });
  }

  stop() {
    for (const it of this.running.values()) it.abort();
    this.running.clear();
  }

  get(id, part = "") {
    return fetch(`${this.server}/v1/files/${id}${part}`, { credentials: "omit", referrerPolicy: "no-referrer", headers: { authorization: "Bearer " + this.bearer } })
      .then((answer) => answer.ok ? answer.blob() : Promise.reject(new Error(`the file's answer is ${answer.status}`)));
  }

  async save(id, name) {
    const link = document.createElement("a"), url = URL.createObjectURL(await this.get(id));
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  /** Paints small pictures: a canvas needs no leave of the page's policy. */
  paint(root) {
    if (!this.bearer) return;
    for (const canvas of root.querySelectorAll("canvas[data-thumb]")) {
      const id = canvas.dataset.thumb;
      if (this.thumbs.get(canvas) === id) continue;
      this.thumbs.set(canvas, id);
      this.get(id, "/thumb").then(createImageBitmap).then((picture) => {
        canvas.width = picture.width;
        canvas.height = picture.height;
        canvas.getContext("2d").drawImage(picture, 0, 0);
      }).catch(() => this.thumbs.delete(canvas));
    }
  }
}

const codeIn = (text, status) => {
  try {
    return JSON.parse(text).code ?? String(status);
  } catch {
    return status >= 500 ? "" : String(status);
  }
};
const codeOf = async (answer) => codeIn(await answer.text(), answer.status);
