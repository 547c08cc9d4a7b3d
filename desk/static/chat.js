// A chat: its log, what has not arrived yet, and the composer.

import { bubble } from "./bubble.js";
import { dayOf } from "./clock.js";
import { Composer } from "./composer.js";
import { el, icon } from "./dom.js";
import { newId } from "./outbox.js";
import { WORDS } from "./words.js";

const ANSWER_WITHIN_MS = 8000;
const TOAST_MS = 6000;
const FRESH_MS = 30_000; // an older answer to a press is history
const NEAR_PX = 80;
const FULL_PAGE = 50; // with fewer messages there is nothing earlier to ask for
const MOST_NODES = 400; // while one reads the newest

export class ChatView {
  /**
   * @param {{seat: string, address: Function, outbox: object}} sitter
   * @param {{chat: string, kind: string, title: string}} room
   * @param transcripts what stands in the chats
   */
  constructor(sitter, room, transcripts) {
    Object.assign(this, { sitter, room, transcripts, nodes: new Map(), pressed: new Map(), unseen: 0 });
    const group = room.kind === "group";
    this.log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": room.title, tabindex: "0", onscroll: () => this.scrolled() });
    this.empty = el("p", { class: "empty" }, el("strong", {}, WORDS.empty), group ? WORDS.emptyGroup : WORDS.emptyPrivate);
    this.pending = el("div", { class: "pending" });
    this.earlier = el("button", { type: "button", class: "earlier", hidden: true, onclick: () => this.showEarlier() }, WORDS.earlier);
    this.log.append(this.earlier, this.empty, this.pending);
    this.toBottom = el("button", { type: "button", class: "to-bottom", hidden: true, onclick: () => this.stick() }, icon("down"), el("span"));
    this.toasts = el("div", { class: "toasts", role: "status" });
    this.composer = new Composer(
      `huxin.draft.${sitter.seat}.${room.chat}`,
      { placeholder: group ? WORDS.placeholderGroup : WORDS.placeholderPrivate, label: `${WORDS.send}：${room.title}`, locates: !group },
      (message) => {
        this.stuck = true;
        sitter.outbox.take({ chat: room.chat, ...message });
      },
    );
    this.node = el("section", { class: "chat", "aria-label": room.title }, el("div", { class: "log-frame" }, this.log, this.toBottom, this.toasts), this.composer.node);
    this.stuck = true;
    for (const message of transcripts.chat(room.chat).messages.values()) this.show(message);
    this.showPending();
    new ResizeObserver(() => this.stuck && this.stick()).observe(this.log);
  }

  /** Take a new event of this chat. */
  apply(event, message) {
    if (event.kind === "toast") return this.toast(event);
    const fresh = !this.nodes.has(message.id);
    this.show(message);
    if (fresh && !this.stuck && message.author !== this.sitter.seat) {
      this.unseen += 1;
      this.scrolled();
    }
    return undefined;
  }

  draw(message) {
    const quoted = this.transcripts.chat(this.room.chat).messages.get(message.reply_to);
    return bubble(message, {
      seat: this.sitter.seat,
      address: this.sitter.address,
      quoted,
      onReply: (answered) => this.composer.reply(answered),
      onCorrect: (corrected) => this.composer.correct(corrected),
      onPress: (pressed, data, button) => this.press(pressed, data, button),
    });
  }

  show(message) {
    this.empty.hidden = true;
    const node = this.draw(message);
    const shown = this.nodes.get(message.id);
    this.nodes.set(message.id, node);
    if (shown) {
      const held = shown.contains(document.activeElement);
      node.classList.toggle("changed", Boolean(this.sitter.settled));
      shown.replaceWith(node);
      if (held) (node.querySelector(".key") ?? this.log).focus({ preventScroll: true });
    } else {
      const day = dayOf(message.at);
      if (day !== this.day) this.pending.before(el("h3", { class: "day" }, (this.day = day)));
      const last = this.last;
      const follows = last && last.author === message.author && Date.parse(message.at) - Date.parse(last.at) < 180_000;
      node.classList.toggle("follows", Boolean(follows));
      this.last = message;
      this.pending.before(node);
    }
    if (shown?.classList.contains("follows")) node.classList.add("follows");
    if (!this.stuck) return;
    while (this.nodes.size > MOST_NODES) {
      const [id, oldest] = this.nodes.entries().next().value;
      this.nodes.delete(id);
      this.transcripts.forget(this.room.chat, id);
      oldest.remove();
    }
    this.earlier.hidden = this.nodes.size < FULL_PAGE;
    this.stick();
  }

  async showEarlier() {
    const { chat } = this.room;
    const before = this.transcripts.chat(chat).first;
    this.earlier.disabled = true;
    try {
      const answer = await fetch(this.sitter.address(`/api/chat/history?chat=${encodeURIComponent(chat)}&before=${before}`));
      if (!answer.ok) throw new Error(answer.status);
      const events = await answer.json();
      const height = this.log.scrollHeight;
      this.insertEarlier(this.transcripts.prepend(chat, events));
      this.log.scrollTop += this.log.scrollHeight - height;
      this.earlier.textContent = events.length ? WORDS.earlier : WORDS.noEarlier;
      this.earlier.disabled = !events.length;
    } catch {
      this.earlier.textContent = WORDS.earlierFailed;
      this.earlier.disabled = false;
    }
  }

  insertEarlier(messages) {
    const drawn = [];
    const nodes = new Map();
    let day = "";
    for (const message of messages) {
      if (dayOf(message.at) !== day) drawn.push(el("h3", { class: "day" }, (day = dayOf(message.at))));
      nodes.set(message.id, this.draw(message));
      drawn.push(nodes.get(message.id));
    }
    this.earlier.after(...drawn);
    this.nodes = new Map([...nodes, ...this.nodes]);
  }

  showPending() {
    const waiting = this.sitter.outbox.of(this.room.chat).filter(({ message_id, edit }) => edit || !this.nodes.has(message_id));
    if (waiting.length) this.empty.hidden = true;
    this.pending.replaceChildren(
      ...waiting.map((message) =>
        el(
          "article",
          { class: "message mine waiting", data: { state: message.state, out: message.message_id } },
          el(
            "div",
            { class: "bubble" },
            message.text ? el("div", { class: "words folded" }, el("span", {}, message.text.slice(0, 2000))) : null,
            message.photos.length ? el("p", { class: "pin" }, icon("photo"), `${message.photos.length}`) : null,
            message.location ? el("p", { class: "pin" }, icon("pin"), WORDS.pin) : null,
          ),
          el("p", { class: "state" }, this.stateWords(message), ...this.rescue(message)),
        ),
      ),
    );
    if (waiting.length && this.stuck) this.stick();
  }

  stateWords({ state, why }) {
    if (state === "failed") return `${WORDS.failed}${why ? `：${why}` : ""}`;
    if (state === "signin") return WORDS.signInAgain;
    return state === "retrying" ? WORDS.retrying : WORDS.sending;
  }

  rescue(message) {
    if (message.state !== "failed") return [];
    const button = (label, onclick) => el("button", { type: "button", class: "link", onclick }, label);
    return [
      button(WORDS.putBack, () => {
        this.composer.write(message.text);
        this.sitter.outbox.drop(message.message_id);
      }),
      button(WORDS.drop, () => this.sitter.outbox.drop(message.message_id)),
    ];
  }

  async press(message, data, button) {
    if (button.classList.contains("busy")) return;
    const press = newId();
    button.classList.add("busy");
    button.setAttribute("aria-busy", "true");
    const done = (words) => {
      clearTimeout(timer);
      this.pressed.delete(press);
      button.classList.remove("busy");
      button.removeAttribute("aria-busy");
      if (words) this.say(words);
    };
    const timer = setTimeout(() => done(WORDS.noAnswer), ANSWER_WITHIN_MS);
    this.pressed.set(press, done);
    const stored = await this.sitter.outbox.press({ chat: this.room.chat, message_id: message.id, data }, press);
    if (!stored) done(WORDS.pressLost);
  }

  toast(event) {
    const done = this.pressed.get(event.id.split(".").pop());
    if (done) done(event.text);
    else if (this.sitter.settled && event.author === this.sitter.seat && Date.now() - Date.parse(event.at) < FRESH_MS) this.say(event.text);
  }

  say(words) {
    if (!words) return;
    const toast = el("p", { class: "toast" }, words);
    this.toasts.append(toast);
    setTimeout(() => toast.remove(), TOAST_MS);
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.stuck) this.unseen = 0;
    this.toBottom.hidden = this.stuck;
    this.toBottom.lastChild.textContent = this.unseen ? WORDS.newMessages(this.unseen) : WORDS.toBottom;
  }

  stick() {
    this.stuck = true;
    this.unseen = 0;
    this.log.scrollTop = this.log.scrollHeight;
    this.toBottom.hidden = true;
  }
}
