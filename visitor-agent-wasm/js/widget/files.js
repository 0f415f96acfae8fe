// Files: kept as they are until the server has them, brought there with their progress, fetched back.

/** What no message wants is swept away after so long, milliseconds: another tab may still be choosing. */
const SWEPT = 3_600_000;
/** An upload that does not go on for so long is cut, milliseconds. */
const STALLED = 30_000;

const blobs = (mode, run) => new Promise((done, fail) => {
  // Where there is no storage, or not for this page, this throws.
  const open = indexedDB.open("tandem.chat", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("file");
  open.onerror = open.onblocked = () => fail(open.error);
  open.onsuccess = () => {
    const all = open.result;
    try {
      const asked = all.transaction("file", mode, { durability: "relaxed" }), request = run(asked.objectStore("file"));
      asked.oncomplete = asked.onabort = () => {
        all.close();
        if (asked.error) fail(asked.error);
        else done(request.result);
      };
    } catch (error) {
      all.close();
      fail(error);
    }
  };
});

export class Files {
  constructor({ server, site, name, tell }) {
    Object.assign(this, { server, site, name, tell });
    this.memory = new Map();
    this.running = new Map();
    this.thumbs = new WeakMap();
    this.bearer = "";
  }

  /** Takes files in; gives what the machine knows of them. */
  take(list) {
    return [...list].map((file) => {
      const local = this.name();
      this.memory.set(local, file);
      return { local, name: file.name || "image.png", bytes: file.size, kind: file.type };
    });
  }

  /** So that they outlive the page. Where nothing can be stored, they live as long as it does. */
  keep(locals) {
    for (const local of locals) {
      const { site } = this, blob = this.memory.get(local);
      if (blob) blobs("readwrite", (store) => store.put({ site, blob, at: Date.now() }, local)).catch(() => {});
    }
  }

  /** Takes away what pages that are gone have left, but for these. */
  sweep(wanted) {
    const old = Date.now() - SWEPT;
    blobs("readwrite", (store) => {
      const all = store.openCursor();
      all.onsuccess = () => {
        const at = all.result;
        if (!at) return;
        if (at.value.site === this.site && at.value.at < old && !wanted.includes(at.key)) at.delete();
        at.continue();
      };
      return all;
    }).catch(() => {});
  }

  forget(files, everywhere) {
    for (const { local, place, done } of files) {
      this.running.get(local)?.abort();
      this.running.delete(local);
      this.memory.delete(local);
      blobs("readwrite", (store) => store.delete(local)).catch(() => {});
      const id = done ?? place;
      if (everywhere && id) this.ask("/v1/uploads/" + id, { method: "DELETE", keepalive: true }).catch(() => {});
    }
  }

  ask(path, options, bearer = this.bearer) {
    const headers = { authorization: "Bearer " + bearer, ...options?.headers };
    return fetch(this.server + path, { credentials: "omit", referrerPolicy: "no-referrer", ...options, headers });
  }

  /** Another tab may have chosen it a moment ago, and still be storing it. */
  async blob(local, tries = 5) {
    const found = this.memory.get(local) ?? (await blobs("readonly", (store) => store.get(local)).catch(() => null))?.blob;
    if (found || !tries) return found;
    await new Promise((done) => setTimeout(done, 400));
    return this.blob(local, tries - 1);
  }

  /** Goes on where it stood, if it was begun. */
  async upload({ local, name, bytes, kind, place }, conv, token) {
    if (this.running.has(local)) return;
    const stop = new AbortController(), { signal } = stop;
    this.running.set(local, stop);
    let fault;
    try {
      const blob = await this.blob(local);
      if (!blob) throw "gone";
      let at = 0;
      if (place) {
        const stands = await this.ask("/v1/uploads/" + place, { method: "HEAD", signal }, token);
        if (!stands.ok) throw { 401: "unauthorized", 404: "not_found" }[stands.status] ?? "";
        at = Number(stands.headers.get("upload-offset"));
      } else {
        const asked = await this.ask("/v1/uploads", {
          method: "POST", signal, headers: { "content-type": "application/json" },
          body: JSON.stringify({ conv, name, bytes, type: kind }),
        }, token);
        if (!asked.ok) throw codeIn(await asked.text(), asked.status);
        place = (await asked.json()).id;
        if (this.running.get(local) === stop) this.tell("placed", [local, place]);
      }
      if (!signal.aborted) await this.bring(blob, { local, place, at, token }, signal);
    } catch (code) {
      fault = typeof code === "string" ? code : "";
    }
    if (this.running.get(local) !== stop) return;
    this.running.delete(local);
    if (fault === undefined) this.tell("uploaded", [local, place]);
    else this.tell("upload_failed", [local, fault]);
  }

  // `fetch` has no progress of what it sends.
  bring(blob, { local, place, at, token }, signal) {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest(), tell = (loaded) => this.tell("progress", [local, Math.floor(((at + loaded) / blob.size) * 100)]);
      let stalled;
      const goes = () => {
        clearTimeout(stalled);
        stalled = setTimeout(() => request.abort(), STALLED);
      };
      request.open("PATCH", `${this.server}/v1/uploads/${place}`);
      request.setRequestHeader("authorization", "Bearer " + token);
      request.setRequestHeader("content-type", "application/octet-stream");
      request.setRequestHeader("upload-offset", at);
      request.upload.onprogress = ({ loaded }) => {
        goes();
        tell(loaded);
      };
      request.onload = () => request.status < 300 ? done() : fail(codeIn(request.responseText, request.status));
      request.onerror = request.onabort = () => fail("");
      request.onloadend = () => clearTimeout(stalled);
      signal.addEventListener("abort", () => request.abort());
      goes();
      tell(0);
      request.send(blob.slice(at));
    });
  }

  /** The page is left, or another tab brings them: what has arrived stays there. */
  stop() {
    const all = [...this.running.values()];
    this.running.clear();
    for (const it of all) it.abort();
  }

  get(id, part = "") {
    return this.ask(`/v1/files/${id}${part}`)
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
