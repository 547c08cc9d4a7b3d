// The page of one seat.

import { LiveStream } from "./live.js";
import { notice, soundIsOn, switchSound } from "./ring.js";
import { SeatView } from "./seat.js";
import { showConnection } from "./state.js";
import { Transcripts } from "./transcript.js";
import { WORDS } from "./words.js";

const place = document.querySelector("#seat");
const query = place.dataset.seat;
const transcripts = new Transcripts();
let seat = null;

transcripts.listen((event, message) => {
  seat?.apply(event, message);
  if (seat?.settled) notice(event, event.author === seat.seat);
});

const path = `/api/chat/events${query ? `?seat=${encodeURIComponent(query)}` : ""}`;
new LiveStream(
  path,
  {
    seats: ([who]) => {
      // Another post means other rooms; what was not sent waits in this browser.
      if (seat && JSON.stringify(seat.chats) !== JSON.stringify(who.chats)) location.reload();
      if (seat) return;
      seat = new SeatView(who, query, transcripts);
      place.replaceChildren(seat.node);
    },
    chat: (event) => transcripts.apply(event),
    ready: () => seat?.settle(),
  },
  showConnection,
);

const sound = document.querySelector("#sound");
function showSound() {
  sound.textContent = soundIsOn() ? WORDS.sound.on : WORDS.sound.off;
  sound.setAttribute("aria-pressed", String(soundIsOn()));
}
sound.addEventListener("click", () => {
  switchSound(!soundIsOn());
  showSound();
});
showSound();
