// A server-sent event stream that always comes back, exactly where it was.

const SILENCE_MS = 40_000; // the server beats every 15 s
const LONGEST_WAIT_MS = 10_000;

export class LiveStream {
  /**
   * @param {string} path address of the stream
   * @param {Record<string, (content: any) => void>} handlers by event name
   * @param {(state: "on"|"connecting"|"off") => void} onState
   */
  constructor(path, handlers, onState = () => {}) {
    Object.assign(this, { path, handlers, onState, cursor: "", wait: 500, heard: 0 });
    addEventListener("online", () => this.reopen());
    addEventListener("pageshow", (event) => event.persisted && this.reopen());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.heard < Date.now() - SILENCE_MS) this.reopen();
    });
    setInterval(() => this.heard < Date.now() - SILENCE_MS && this.reopen(), 5000);
    this.open();
  }

  open() {
    this.onState("connecting");
    this.heard = Date.now();
    const address = new URL(this.path, location.href);
    if (this.cursor) address.searchParams.set("after", this.cursor);
    const source = (this.source = new EventSource(address));
    source.onopen = () => {
      this.wait = 500;
      this.heard = Date.now();
      this.onState("on");
    };
    source.onerror = () => this.source === source && this.later();
    for (const [name, handle] of Object.entries({ ...this.handlers, beat: () => {} })) {
      source.addEventListener(name, (event) => {
        if (this.source !== source) return;
        this.heard = Date.now();
        handle(JSON.parse(event.data));
        if (event.lastEventId) this.cursor = event.lastEventId;
      });
    }
  }

  later() {
    this.onState("off");
    this.source.close();
    this.checkSeat();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  /** A seat that has ended shows the way in; what was not sent waits in this browser. */
  async checkSeat() {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.status === 401) location.reload();
  }

  reopen() {
    clearTimeout(this.timer);
    this.source.close();
    this.open();
  }
}
