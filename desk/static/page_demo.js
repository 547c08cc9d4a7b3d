// The demo: a grid worker's chat, a town's duty group and the district's board, side by side.

import { BoardView } from "./board.js";
import { LiveStream } from "./live.js";
import { SeatView } from "./seat.js";
import { showConnection } from "./state.js";
import { Transcripts } from "./transcript.js";

const WORKER = "reporter";
const OFFICERS = ["officer", "officer2"];
const DISTRICT = "desk";
const seats = new Map();
const transcripts = new Transcripts();

const officerPlace = document.querySelector("#officer");
const workerPlace = document.querySelector("#worker");
const districtPlace = document.querySelector("#district");
const boardPlace = document.querySelector("#board");
const districtUnread = document.querySelector("#district-unread");
let unread = 0;

transcripts.listen((event, message) => {
  for (const seat of seats.values()) seat.apply(event, message);
  const district = seats.get(DISTRICT);
  if (districtPlace.hidden && district?.settled && event.kind === "message" && district.views.has(event.chat)) {
    countUnread(unread + 1);
  }
});

function countUnread(count) {
  unread = count;
  districtUnread.hidden = !count;
  districtUnread.textContent = count || "";
}

function sit(officer) {
  for (const input of document.querySelectorAll("input[name=officer]")) input.checked = input.value === officer;
  document.querySelector("#officer-alone").href = `/chat?seat=${officer}`;
  const seat = seats.get(officer);
  if (!seat) return;
  officerPlace.replaceChildren(seat.node);
  seat.open(seat.shown);
}

// One connection for every seat: a browser gives a site only six.
const names = [WORKER, ...OFFICERS, DISTRICT];
new LiveStream(
  `/api/chat/events?${names.map((name) => `seat=${name}`).join("&")}`,
  {
    seats: (people) => {
      if (seats.size) return;
      people.forEach((who, place) => seats.set(names[place], new SeatView(who, names[place], transcripts)));
      workerPlace.replaceChildren(seats.get(WORKER).node);
      districtPlace.replaceChildren(seats.get(DISTRICT).node);
      sit(OFFICERS[0]);
    },
    chat: (event) => transcripts.apply(event),
    ready: () => seats.forEach((seat) => seat.settle()),
  },
  (state) => showConnection(state, "chat"),
);

const board = new BoardView((path) => `${path}?seat=${DISTRICT}`, (state) => showConnection(state, "board"));
boardPlace.replaceChildren(board.node);

for (const input of document.querySelectorAll("input[name=desk]")) {
  input.addEventListener("change", () => {
    const chats = input.value === "district";
    districtPlace.hidden = !chats;
    boardPlace.hidden = chats;
    if (!chats) return;
    countUnread(0);
    const seat = seats.get(DISTRICT);
    seat?.open(seat.shown);
  });
}

for (const input of document.querySelectorAll("input[name=officer]")) {
  input.addEventListener("change", () => sit(input.value));
}

for (const sample of document.querySelectorAll(".sample")) {
  sample.addEventListener("click", () => {
    const seat = seats.get(WORKER);
    if (seat) seat.views.get(seat.shown).composer.send({ text: sample.dataset.text });
    // On a phone the answer would be hidden below the list.
    if (matchMedia("(max-width: 980px)").matches) sample.closest("details").open = false;
  });
}

// On a phone the three panes are tabs.
const tabs = [...document.querySelectorAll("#pane-tabs [role=tab]")];
function show(chosen) {
  for (const tab of tabs) {
    const shown = tab === chosen;
    tab.setAttribute("aria-selected", String(shown));
    tab.tabIndex = shown ? 0 : -1;
    document.querySelector(`#${tab.getAttribute("aria-controls")}`).classList.toggle("pane-shown", shown);
  }
}
tabs.forEach((tab, place) => {
  tab.addEventListener("click", () => show(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(place + step + tabs.length) % tabs.length];
    show(next);
    next.focus();
  });
});
