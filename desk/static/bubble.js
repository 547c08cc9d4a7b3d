// One message as it stands in a log: head, words, photos, buttons, what one can do with it.

import { hour } from "./clock.js";
import { el, icon } from "./dom.js";
import { plainText } from "./transcript.js";
import { WORDS } from "./words.js";

const FOLD_CHARACTERS = 600;
const FOLD_LINES = 18;
const TAGS = { plain: "span", strong: "strong", mark: "mark", quiet: "small" };

/**
 * @param message from the transcript
 * @param {{seat: string, address: Function, quoted: object|undefined,
 *          onReply: Function, onCorrect: Function, onPress: Function}} view
 */
export function bubble(message, view) {
  const mine = message.author === view.seat;
  const desk = message.author === "";
  const node = el(
    "article",
    {
      class: `message ${mine ? "mine" : desk ? "desk" : "other"}`,
      data: { id: message.id, level: message.level ?? "none" },
      "aria-label": `${mine ? WORDS.you : message.name || WORDS.desk} ${hour(message.at)}`,
    },
    mine ? null : avatar(message.name || WORDS.desk, desk),
    el(
      "div",
      { class: "bubble" },
      head(message, mine),
      message.reply_to && view.quoted ? quote(view.quoted) : null,
      words(message),
      photos(message, view.address),
      message.location ? pin(message.location) : null,
      keyboard(message, view.onPress),
    ),
    actions(message, mine, view),
  );
  return node;
}

function head(message, mine) {
  return el(
    "header",
    { class: "message-head" },
    mine ? null : el("span", { class: "author" }, message.name || WORDS.desk),
    el("time", { datetime: message.at }, hour(message.at)),
    message.edits
      ? el("span", { class: "edited" }, `${message.author ? WORDS.correctedMark : WORDS.edited} ${hour(message.edited_at)}`)
      : null,
  );
}

export function avatar(name, desk = false) {
  return el("span", { class: `avatar${desk ? " avatar-desk" : ""}`, "aria-hidden": "true" }, desk ? "护" : [...name].pop());
}

export function quote(message) {
  const text = plainText(message).replace(/\s+/g, " ").slice(0, 80) || WORDS.photoOf("");
  return el("blockquote", { class: "quote" }, el("span", {}, message.name || WORDS.desk), text);
}

function words(message) {
  const length = message.body.reduce((sum, [text]) => sum + text.length, 0);
  if (!length) return null;
  const text = el("div", { class: "words" });
  for (const [words_, style] of message.body) {
    text.append(el(TAGS[style] ?? "span", { class: `span-${style}` }, words_));
  }
  const lines = message.body.reduce((sum, [words_]) => sum + words_.split("\n").length - 1, 1);
  if (length <= FOLD_CHARACTERS && lines <= FOLD_LINES) return text;
  text.classList.add("folded");
  const toggle = el(
    "button",
    {
      type: "button",
      class: "unfold",
      "aria-expanded": "false",
      onclick: () => {
        const folded = text.classList.toggle("folded");
        toggle.textContent = folded ? WORDS.unfold(length) : WORDS.fold;
        toggle.setAttribute("aria-expanded", String(!folded));
      },
    },
    WORDS.unfold(length),
  );
  return [text, toggle];
}

function photos(message, address) {
  if (!message.attachments?.length) return null;
  return el(
    "div",
    { class: "photos" },
    message.attachments.map(({ file_id, name }) => {
      const path = `/api/chat/files/${encodeURIComponent(file_id)}?chat=${encodeURIComponent(message.chat)}`;
      const image = el("img", { src: address(path), alt: WORDS.photoOf(name), loading: "lazy" });
      const link = el("a", { href: address(path), target: "_blank", rel: "noopener" }, image);
      image.addEventListener("error", () => link.replaceChildren(`${WORDS.photoOf(name)}`));
      return link;
    }),
  );
}

function pin({ latitude, longitude, title }) {
  const where = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  return el("p", { class: "pin" }, icon("pin"), `${title || WORDS.pin} ${where}`);
}

function keyboard(message, onPress) {
  if (!message.buttons?.length) return null;
  return el(
    "div",
    { class: "keyboard", role: "group" },
    message.buttons.map((row) =>
      el(
        "div",
        { class: "keyboard-row" },
        row.map(([label, data], place) =>
          el(
            "button",
            { type: "button", class: place ? "key" : "key key-first", onclick: (event) => onPress(message, data, event.currentTarget) },
            label,
          ),
        ),
      ),
    ),
  );
}

function actions(message, mine, view) {
  const reply = el(
    "button",
    { type: "button", class: "act", title: WORDS.replyTo, "aria-label": WORDS.replyTo, onclick: () => view.onReply(message) },
    icon("reply"),
  );
  const correct =
    mine && !message.attachments?.length
      ? el(
          "button",
          { type: "button", class: "act", title: WORDS.correct, "aria-label": WORDS.correct, onclick: () => view.onCorrect(message) },
          icon("pen"),
        )
      : null;
  return el("div", { class: "acts" }, reply, correct);
}
