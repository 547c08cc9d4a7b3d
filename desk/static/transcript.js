// What stands in the chats, built from events. An event that came before changes nothing.

export class Transcripts {
  constructor() {
    this.chats = new Map();
    this.listeners = new Set();
  }

  chat(name) {
    if (!this.chats.has(name)) this.chats.set(name, { last: 0, messages: new Map() });
    return this.chats.get(name);
  }

  /** Call `listener(event, message)` for each event of a chat that is new. */
  listen(listener) {
    this.listeners.add(listener);
  }

  apply(event) {
    const chat = this.chat(event.chat);
    // A lower number than the last is a server whose rows were restored: it counts anew.
    if (event.number === chat.last) return;
    chat.last = event.number;
    let message = null;
    if (event.kind !== "toast") {
      const known = chat.messages.get(event.id);
      message = known
        ? { ...known, ...event, at: known.at, reply_to: known.reply_to, edits: known.edits + 1, edited_at: event.at }
        : { ...event, edits: event.kind === "edit" ? 1 : 0, edited_at: event.at };
      chat.messages.set(event.id, message);
    }
    for (const listener of this.listeners) listener(event, message);
  }
}

export function plainText(message) {
  return message.body.map(([text]) => text).join("");
}
