// What stands in the chats, built from events. An event that came before changes nothing.

export class Transcripts {
  constructor() {
    this.chats = new Map();
    this.listeners = new Set();
  }

  chat(name) {
    if (!this.chats.has(name)) this.chats.set(name, { last: 0, first: 0, messages: new Map() });
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
    chat.first ||= event.number;
    const message = event.kind === "toast" ? null : take(chat.messages, event);
    for (const listener of this.listeners) listener(event, message);
  }

  /** A page keeps the newest only; older ones are asked for again. */
  forget(name, id) {
    const chat = this.chat(name);
    chat.messages.delete(id);
    for (const message of chat.messages.values()) {
      chat.first = message.first;
      break;
    }
  }

  /** Put what was said earlier before the rest; returns the messages that were not known. */
  prepend(name, events) {
    const chat = this.chat(name);
    if (!events.length) return [];
    chat.first = events[0].number;
    const earlier = new Map();
    for (const event of events) if (!chat.messages.has(event.id)) take(earlier, event);
    chat.messages = new Map([...earlier, ...chat.messages]);
    return [...earlier.values()];
  }
}

function take(messages, event) {
  const known = messages.get(event.id);
  const message = known
    ? { ...known, ...event, at: known.at, reply_to: known.reply_to, edits: known.edits + 1, edited_at: event.at }
    : { ...event, first: event.number, edits: event.kind === "edit" ? 1 : 0, edited_at: event.at };
  messages.set(event.id, message);
  return message;
}

export function plainText(message) {
  return message.body.map(([text]) => text).join("");
}
