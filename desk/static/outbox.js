// What was typed and has not arrived yet. It stands in localStorage (photos in IndexedDB)
// before it is sent, and goes again with the same id until the server has it on disk.

import { putPhoto, takePhoto, dropPhotos } from "./photos.js";

const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000];

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  /**
   * @param {string} seat whose words these are, e.g. p:3
   * @param {(path: string) => string} address of an API path for this seat
   * @param {() => void} onChange called when a message's state changes
   */
  constructor(seat, address, onChange) {
    Object.assign(this, { seat, address, onChange, prefix: `huxin.out.${seat}.`, failures: 0 });
    this.waiting = Object.keys(localStorage)
      .filter((key) => key.startsWith(this.prefix))
      .map((key) => readJson(localStorage.getItem(key)))
      .filter(Boolean)
      .sort((one, other) => one.queued_at - other.queued_at);
    addEventListener("online", () => this.flush());
    this.flush();
  }

  of(chat) {
    return this.waiting.filter((message) => message.chat === chat);
  }

  /** Take a message; it is kept before this returns, and sent as soon as it can be. */
  async take({ chat, text, reply_to = null, photos = [], location = null, message_id = newId(), edit = 0 }) {
    const message = { chat, text, reply_to, message_id, edit, location, photos: [], queued_at: Date.now(), state: "sending" };
    for (const photo of photos) {
      message.photos.push({ key: await putPhoto(photo), name: photo.name });
    }
    this.waiting.push(message);
    this.save(message);
    this.onChange();
    this.flush();
  }

  /** The server's own event has come: the page shows that one from now on. */
  arrived(messageId, edit) {
    this.remove((message) => message.message_id === messageId && message.edit <= edit);
  }

  drop(messageId) {
    this.remove((message) => message.message_id === messageId);
  }

  remove(chosen) {
    const gone = this.waiting.filter(chosen);
    if (!gone.length) return;
    this.waiting = this.waiting.filter((message) => !chosen(message));
    for (const message of gone) {
      localStorage.removeItem(this.prefix + message.message_id + message.edit);
      dropPhotos(message.photos.map((photo) => photo.key));
    }
    this.onChange();
  }

  save(message) {
    try {
      localStorage.setItem(this.prefix + message.message_id + message.edit, JSON.stringify(message));
    } catch {
      // Storage is full or forbidden: the words stay in this page and are sent from here.
    }
  }

  async flush() {
    if (this.busy) return;
    this.busy = true;
    try {
      for (;;) {
        const message = this.waiting.find(({ state }) => state === "sending" || state === "retrying");
        if (!message) break;
        await this.send(message);
      }
    } finally {
      this.busy = false;
    }
  }

  async send(message) {
    let answer;
    try {
      answer = await this.post(message);
    } catch {
      answer = null;
    }
    if (answer?.ok) {
      this.failures = 0;
      message.state = "delivered"; // shown as sent until its own event comes back
      localStorage.removeItem(this.prefix + message.message_id + message.edit);
      this.onChange();
      return;
    }
    const status = answer?.status ?? 0;
    if (status === 401) message.state = "signin";
    else if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      message.state = "failed";
      message.why = (await answer.json().catch(() => ({}))).error ?? "";
    } else {
      message.state = "retrying";
      this.onChange();
      const wait = WAITS_MS[Math.min(this.failures++, WAITS_MS.length - 1)];
      await new Promise((resolve) => {
        setTimeout(resolve, wait);
        addEventListener("online", resolve, { once: true });
      });
      return;
    }
    this.save(message);
    this.onChange();
  }

  async post(message) {
    for (const photo of message.photos) {
      if (photo.file_id) continue;
      const file = await takePhoto(photo.key);
      if (!file) continue; // the browser has thrown it away; the words still go
      const path = this.address(`/api/chat/files?chat=${encodeURIComponent(message.chat)}`);
      const answer = await fetch(path, { method: "POST", body: file });
      if (!answer.ok) return answer;
      photo.file_id = (await answer.json()).file_id;
      this.save(message);
    }
    const { chat, message_id, text, edit, reply_to, location } = message;
    const attachments = message.photos
      .filter((photo) => photo.file_id)
      .map(({ file_id, name }) => ({ file_id, name: name ?? "" }));
    return fetch(this.address("/api/chat/messages"), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ chat, message_id, text, edit, reply_to, attachments, location }),
    });
  }

  /** Press a button; resolves to true once the press is on the server's disk. */
  async press({ chat, message_id, data }, press_id) {
    for (const wait of [300, 1000, 2000, 4000, 0]) {
      try {
        const answer = await fetch(this.address("/api/chat/presses"), {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ chat, message_id, data, press_id }),
        });
        if (answer.ok) return true;
        if (answer.status < 500) return false;
      } catch {
        // no connection: again in a moment, with the same id
      }
      if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    return false;
  }
}

function readJson(text) {
  try {
    const message = JSON.parse(text);
    return message && { ...message, state: message.state === "failed" ? "failed" : "retrying" };
  } catch {
    return null;
  }
}
