// A seat: somebody's chats, one shown at a time, and what they have not read in the others.

import { ChatView } from "./chat.js";
import { el } from "./dom.js";
import { Outbox } from "./outbox.js";

export class SeatView {
  /**
   * @param {{seat: string, name: string, title: string, chats: object[]}} who from the server
   * @param {string} query the seat's name in a query, in the demo; "" elsewhere
   * @param transcripts what stands in the chats
   */
  constructor(who, query, transcripts) {
    Object.assign(this, { ...who, query, unread: new Map(), views: new Map() });
    this.address = (path) => (query ? `${path}${path.includes("?") ? "&" : "?"}seat=${encodeURIComponent(query)}` : path);
    this.outbox = new Outbox(this.seat, this.address, () => {
      for (const view of this.views.values()) view.showPending();
    });
    for (const room of this.chats) this.views.set(room.chat, new ChatView(this, room, transcripts));
    this.tabs = el("div", { class: "rooms", role: "tablist", hidden: this.chats.length < 2 });
    this.frame = el("div", { class: "room-frame" });
    this.node = el("div", { class: "seat" }, this.tabs, this.frame);
    for (const room of this.chats) {
      const tab = el(
        "button",
        { type: "button", role: "tab", class: "room-tab", onclick: () => this.open(room.chat), onkeydown: (event) => this.arrows(event) },
        el("span", {}, room.title),
        el("span", { class: "badge", hidden: true }),
      );
      tab.dataset.chat = room.chat;
      this.tabs.append(tab);
    }
    this.open(this.chats[0].chat);
  }

  open(chat) {
    this.shown = chat;
    this.unread.delete(chat);
    this.frame.replaceChildren(this.views.get(chat).node);
    this.views.get(chat).stick();
    this.showTabs();
  }

  arrows(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const place = this.chats.findIndex(({ chat }) => chat === this.shown);
    this.open(this.chats[(place + step + this.chats.length) % this.chats.length].chat);
    this.tabs.querySelector("[aria-selected=true]").focus();
  }

  apply(event, message) {
    const view = this.views.get(event.chat);
    if (!view) return;
    if (event.author === this.seat && message) this.outbox.arrived(event.id, message.edits);
    view.apply(event, message);
    if (event.chat !== this.shown && event.kind === "message" && this.settled) {
      this.unread.set(event.chat, (this.unread.get(event.chat) ?? 0) + 1);
      this.showTabs();
    }
  }

  /** From now on what comes is new; before, it was history. */
  settle() {
    this.settled = true;
  }

  showTabs() {
    for (const tab of this.tabs.children) {
      const shown = tab.dataset.chat === this.shown;
      const unread = this.unread.get(tab.dataset.chat) ?? 0;
      tab.setAttribute("aria-selected", String(shown));
      tab.tabIndex = shown ? 0 : -1;
      tab.lastChild.hidden = !unread;
      tab.lastChild.textContent = unread > 99 ? "99+" : unread || "";
    }
  }

  say(text) {
    this.views.get(this.shown).composer.write(text);
  }
}
