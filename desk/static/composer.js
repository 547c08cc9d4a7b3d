// Where a person writes: text, photos, what it answers. A draft survives a closed page.

import { el, icon } from "./dom.js";
import { plainText } from "./transcript.js";
import { WORDS } from "./words.js";

const LONGEST = 100_000;
const LARGEST_PHOTO = 10 * 1024 * 1024;
const MOST_PHOTOS = 9;
const LOCATE_MS = 10_000;
const canLocate = isSecureContext && "geolocation" in navigator;

export class Composer {
  /**
   * @param {string} draftKey where the draft is kept
   * @param {{placeholder: string, label: string, locates: boolean}} texts
   * @param {(message: object) => void} send
   */
  constructor(draftKey, texts, send) {
    Object.assign(this, { draftKey, send, answers: null, corrects: null, photos: [], location: null });
    this.input = el("textarea", {
      rows: "1",
      placeholder: texts.placeholder,
      "aria-label": texts.label,
      enterkeyhint: "send",
      oninput: () => this.changed(),
      onkeydown: (event) => this.key(event),
      onpaste: (event) => this.add([...event.clipboardData.files]),
    });
    this.file = el("input", {
      type: "file",
      accept: "image/*",
      multiple: true,
      class: "visually-hidden",
      tabindex: "-1",
      "aria-hidden": "true",
      onchange: () => {
        this.add([...this.file.files]);
        this.file.value = "";
      },
    });
    this.about = el("div", { class: "about", hidden: true });
    this.tray = el("div", { class: "tray", hidden: true });
    this.warning = el("p", { class: "warning", role: "status" });
    this.button = el("button", { type: "submit", class: "send", "aria-label": WORDS.send, title: WORDS.send }, icon("send"));
    this.node = el(
      "form",
      {
        class: "composer",
        onsubmit: (event) => {
          event.preventDefault();
          this.submit();
        },
      },
      this.about,
      this.tray,
      this.warning,
      el(
        "div",
        { class: "composer-row" },
        el("button", { type: "button", class: "attach", "aria-label": WORDS.photo, title: WORDS.photo, onclick: () => this.file.click() }, icon("photo")),
        this.file,
        canLocate && texts.locates ? el("button", { type: "button", class: "attach", "aria-label": WORDS.sendPin, title: WORDS.sendPin, onclick: () => this.locate() }, icon("pin")) : null,
        this.input,
        this.button,
      ),
    );
    this.input.value = localStorage.getItem(draftKey) ?? "";
    this.changed();
  }

  key(event) {
    const composing = event.isComposing || event.keyCode === 229; // an input method is at work
    if (event.key === "Enter" && !event.shiftKey && !composing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && !this.about.hidden) {
      this.clearAbout();
    }
  }

  changed() {
    const { value } = this.input;
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
    const over = [...value].length - LONGEST;
    this.warning.textContent = over > 0 ? WORDS.tooLong(over) : "";
    this.button.disabled = over > 0 || (!value.trim() && !this.photos.length && !this.location);
    try {
      if (value) localStorage.setItem(this.draftKey, value);
      else localStorage.removeItem(this.draftKey);
    } catch {
      // no room for a draft
    }
  }

  write(text) {
    this.input.value = text;
    this.changed();
    this.input.focus();
  }

  submit() {
    if (this.button.disabled) return;
    const text = this.input.value.trim() ? this.input.value : "";
    this.send({
      text,
      photos: this.photos,
      location: this.location,
      reply_to: this.corrects ? this.corrects.reply_to : (this.answers?.id ?? null),
      ...(this.corrects ? { message_id: this.corrects.id, edit: this.corrects.edits + 1 } : {}),
    });
    this.photos = [];
    this.location = null;
    this.input.value = "";
    this.clearAbout();
    this.showTray();
  }

  reply(message) {
    this.corrects = null;
    this.answers = message;
    this.showAbout(WORDS.replying, message);
  }

  correct(message) {
    this.answers = null;
    this.corrects = message;
    this.input.value = plainText(message);
    this.showAbout(WORDS.correcting, message);
    this.changed();
  }

  showAbout(what, message) {
    this.about.replaceChildren(
      el("p", {}, el("strong", {}, `${what} `), `${message.name || WORDS.desk}：${plainText(message).slice(0, 60)}`),
      el("button", { type: "button", class: "act", "aria-label": WORDS.cancel, onclick: () => this.clearAbout() }, icon("close")),
    );
    this.about.hidden = false;
    this.input.focus();
  }

  clearAbout() {
    if (this.corrects) this.input.value = "";
    this.answers = this.corrects = null;
    this.about.hidden = true;
    this.about.replaceChildren();
    this.changed();
  }

  add(files) {
    const photos = files.filter((file) => file.type.startsWith("image/") && file.size <= LARGEST_PHOTO);
    this.photos = [...this.photos, ...photos].slice(0, MOST_PHOTOS);
    this.showTray();
    if (photos.length < files.length) this.warning.textContent = WORDS.photoWrong;
  }

  locate() {
    this.warning.textContent = WORDS.findingPin;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.warning.textContent = "";
        this.location = { latitude: coords.latitude, longitude: coords.longitude };
        this.showTray();
      },
      () => {
        this.warning.textContent = WORDS.noPin;
      },
      { enableHighAccuracy: true, timeout: LOCATE_MS },
    );
  }

  showTray() {
    this.tray.hidden = !this.photos.length && !this.location;
    const forget = () => {
      this.location = null;
      this.showTray();
    };
    this.tray.replaceChildren(
      ...(this.location
        ? [el("p", { class: "pin" }, icon("pin"), `${this.location.latitude.toFixed(5)}, ${this.location.longitude.toFixed(5)}`, el("button", { type: "button", class: "act", "aria-label": WORDS.removePin, onclick: forget }, icon("close")))]
        : []),
      ...this.photos.map((photo) => {
        const url = URL.createObjectURL(photo);
        const image = el("img", { src: url, alt: WORDS.photoOf(photo.name), onload: () => URL.revokeObjectURL(url) });
        const remove = () => {
          this.photos = this.photos.filter((other) => other !== photo);
          this.showTray();
        };
        return el("figure", {}, image, el("button", { type: "button", class: "act", "aria-label": WORDS.removePhoto, onclick: remove }, icon("close")));
      }),
    );
    this.changed();
  }
}
