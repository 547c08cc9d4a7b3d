// The district's board: every live alert, who has it, since when, and what happens next.

import { attached } from "./attached.js";
import { dayOf, everySecond, hour, now, setServerNow, span } from "./clock.js";
import { el, icon } from "./dom.js";
import { LiveStream } from "./live.js";
import { WORDS } from "./words.js";

const W = WORDS.board;

export class BoardView {
  /**
   * @param {(path: string) => string} address of an API path for this seat
   * @param {(state: string) => void} onState of the connection
   */
  constructor(address, onState) {
    Object.assign(this, { address, lines: new Map(), opened: new Set(), stories: new Map(), first: true });
    this.counts = el("dl", { class: "counts" });
    this.light = el("p", { class: "light", role: "status" });
    this.duty = el("p", { class: "on-duty" });
    this.live = el("ol", { class: "alerts" });
    this.closed = el("ol", { class: "alerts alerts-closed" });
    this.none = el("p", { class: "empty" }, el("strong", {}, W.none), W.noneHint);
    this.closedTitle = el("h3", { class: "board-title", hidden: true }, W.closedTitle);
    this.said = el("p", { class: "visually-hidden", role: "status" });
    this.node = el("div", { class: "board" }, this.light, this.counts, this.duty, this.none, this.live, this.closedTitle, this.closed, this.said);
    this.stream = new LiveStream(address("/api/desk/events"), { now: setServerNow, board: (board) => this.show(board) }, onState);
  }

  show(board) {
    this.showCounts(board);
    this.showLight(board.system);
    this.duty.replaceChildren(...(board.on_duty.length ? [el("span", {}, `${W.onDuty} `), board.on_duty.join("　")] : []));
    this.fill(this.live, board.alerts);
    this.fill(this.closed, board.closed);
    this.none.hidden = board.alerts.length > 0;
    this.closedTitle.hidden = !board.closed.length;
    this.first = false;
  }

  showCounts({ alerts, closed }) {
    const of = (state) => alerts.filter((alert) => alert.state === state).length;
    const count = (label, number, name) => el("div", { class: `count count-${name}`, data: { zero: String(!number) } }, el("dt", {}, label), el("dd", {}, String(number)));
    this.counts.replaceChildren(
      count(W.waiting, of("open"), "open"),
      count(W.taken, of("taken"), "taken"),
      count(W.watched, of("watched"), "watched"),
      count(W.closed, closed.length, "closed"),
    );
  }

  // Colour is never alone: the words say it, and a screen reader hears them when they change.
  showLight({ well, words }) {
    if (this.light.textContent === words && this.light.dataset.well === String(well)) return;
    this.light.dataset.well = String(well);
    this.light.replaceChildren(el("span", { class: "lamp", "aria-hidden": "true" }), el("span", {}, words));
  }

  fill(list, alerts) {
    const kept = new Set();
    alerts.forEach((alert, place) => {
      const key = `${list === this.live ? "live" : "closed"}${alert.id}`;
      kept.add(key);
      const looks = JSON.stringify(alert);
      let line = this.lines.get(key);
      if (!line || line.looks !== looks) {
        const changed = line && line.alert.state !== alert.state;
        const node = this.line(alert, list);
        if (line) {
          const held = line.node.contains(document.activeElement);
          line.node.replaceWith(node);
          if (held) node.querySelector(".line-toggle").focus({ preventScroll: true });
        }
        if (!this.first && (!line || changed)) {
          node.classList.add("changed");
          if (list === this.live) this.said.textContent = W.announce(alert);
        }
        line = { node, looks, alert, list };
        this.lines.set(key, line);
      }
      if (list.children[place] !== line.node) {
        const held = line.node.contains(document.activeElement) && document.activeElement;
        list.insertBefore(line.node, list.children[place] ?? null);
        if (held) held.focus({ preventScroll: true });
      }
    });
    for (const [key, line] of this.lines) {
      if (line.list === list && !kept.has(key)) {
        line.node.remove();
        this.lines.delete(key);
      }
    }
  }

  line(alert, list) {
    const story = el("div", { class: "story", hidden: !this.opened.has(alert.id) });
    const toggle = el(
      "button",
      { type: "button", class: "line-toggle", "aria-expanded": String(this.opened.has(alert.id)), onclick: () => this.toggle(alert, toggle, story) },
      el("span", {}, W.details),
      icon("chevron"),
    );
    const node = el(
      "li",
      { class: "line", data: { level: alert.level, state: alert.state, alert: String(alert.id) } },
      el(
        "div",
        { class: "line-head" },
        el("span", { class: "level" }, alert.level_label),
        el("strong", { class: "number" }, alert.number),
        alert.drill ? el("span", { class: "tag" }, W.drill) : null,
        el("span", { class: "town" }, alert.town ?? W.noTown),
        el("span", { class: `state state-${alert.state}` }, alert.outcome || alert.state_label),
      ),
      el("p", { class: "kinds" }, alert.state !== "closed" ? `${W.suspected} · ` : "", alert.categories.join("、") || "—", ` · ${W.reports(alert.reports)}`, alert.verified ? "" : ` · ${W.unverified}`),
      alert.summary ? el("p", { class: "summary" }, alert.summary) : null,
      alert.waits_until ? el("p", { class: "waits" }, W.waits(`${dayOf(alert.waits_until)} ${hour(alert.waits_until)}`, alert.wait_why)) : null,
      alert.undeliverable.length ? el("p", { class: "undeliverable" }, W.undeliverable(alert.undeliverable.join("、"))) : null,
      list === this.live ? this.timers(alert) : el("p", { class: "who" }, `${alert.taken_by || ""} ${hour(alert.raised_at)}`),
      toggle,
      story,
    );
    if (this.opened.has(alert.id)) this.tell(alert, story);
    return node;
  }

  timers(alert) {
    const since = alert.taken_at && alert.state !== "open" ? alert.taken_at : alert.raised_at;
    const about = { open: W.waitingFor, taken: W.heldFor, watched: W.watchedSince }[alert.state];
    const running = el("span", { class: "timer" });
    const left = el("span", { class: "timer" });
    const bar = el("span", { class: "bar-fill" });
    const block = el(
      "div",
      { class: "timers" },
      el("p", { class: "who" }, el("span", { class: "holder" }, alert.taken_by || W.nobody), el("span", { class: "since" }, `${about} `, running)),
      alert.next_at
        ? el("p", { class: "next" }, el("span", { class: "next-what" }, alert.next_what), left, el("span", { class: "bar-track", "aria-hidden": "true" }, bar))
        : null,
    );
    const [start, end] = [Date.parse(since), Date.parse(alert.next_at)];
    let drawn = false; // the first tick comes before the line stands in the page
    everySecond(() => {
      if (drawn && !block.isConnected) return false;
      drawn = block.isConnected;
      running.textContent = span(now() - start);
      if (alert.next_at) {
        left.textContent = end > now() ? `${W.left} ${span(end - now())}` : W.overdue;
        block.classList.toggle("soon", end - now() < 60_000);
        bar.style.width = `${Math.min(100, Math.max(0, (100 * (now() - start)) / (end - start)))}%`;
      }
      return true;
    });
    return block;
  }

  toggle(alert, toggle, story) {
    const open = !this.opened.has(alert.id);
    if (open) this.opened.add(alert.id);
    else this.opened.delete(alert.id);
    toggle.setAttribute("aria-expanded", String(open));
    story.hidden = !open;
    if (open) this.tell(alert, story);
  }

  async tell(alert, story) {
    story.replaceChildren(...(this.stories.get(alert.id) ?? [el("p", { class: "quiet" }, W.loading)]));
    try {
      const answer = await fetch(this.address(`/api/desk/alerts/${alert.id}`));
      if (!answer.ok) throw new Error(answer.status);
      const told = tellStory(await answer.json(), this.address);
      this.stories.set(alert.id, told);
      story.replaceChildren(...told);
    } catch {
      story.replaceChildren(el("p", { class: "quiet" }, W.failed));
    }
  }
}

function tellStory({ reports, entries, deliveries, matters }, address) {
  return [
    ...reports.map((report) =>
      el(
        "figure",
        { class: "report" },
        el("figcaption", {}, `${report.number} ${W.reporter(report.reporter)}${report.withdrawn_at ? ` · ${W.withdrawn}` : ""}`),
        report.versions.flatMap((version) => [el("blockquote", {}, marked(version.text, version.evidence)), attached(version.files, address)]),
      ),
    ),
    ...matters.map((words) => el("p", { class: "matter" }, words)),
    deliveries.length
      ? el(
          "ul",
          { class: "deliveries", "aria-label": W.deliveries },
          deliveries.map((one) => el("li", {}, el("time", { datetime: one.at }, hour(one.at)), el("span", {}, el("strong", {}, one.name), ` ${one.state}${one.reason ? `（${one.reason}）` : ""}`))),
        )
      : "",
    el(
      "ol",
      { class: "entries" },
      entries.map((entry) =>
        el("li", {}, el("time", { datetime: entry.at }, hour(entry.at)), el("span", {}, el("strong", {}, entry.label), ` ${[entry.who, entry.detail].filter(Boolean).join("　")}`)),
      ),
    ),
  ];
}

/** Offsets count characters, as the server does, not UTF-16 units. */
function marked(text, evidence) {
  const characters = [...text];
  const reasons = new Array(characters.length).fill("");
  for (const { start, end, reason } of evidence) reasons.fill(reason, start, end);
  const parts = [];
  for (let start = 0, end; start < characters.length; start = end) {
    for (end = start + 1; end < characters.length && reasons[end] === reasons[start]; ) end += 1;
    const words = characters.slice(start, end).join("");
    parts.push(reasons[start] ? el("mark", { title: reasons[start] }, words) : words);
  }
  return parts;
}
