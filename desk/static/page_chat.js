// The page of one seat.

import { LiveStream } from "./live.js";
import { SeatView } from "./seat.js";
import { showConnection } from "./state.js";
import { Transcripts } from "./transcript.js";

const place = document.querySelector("#seat");
const query = place.dataset.seat;
const title = document.title;
const transcripts = new Transcripts();
let seat = null;
let unseen = 0;

transcripts.listen((event, message) => {
  seat?.apply(event, message);
  if (seat?.settled && document.hidden && event.kind === "message" && event.author !== seat.seat) {
    unseen += 1;
    document.title = `(${unseen}) ${title}`;
  }
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
});

const path = `/api/chat/events${query ? `?seat=${encodeURIComponent(query)}` : ""}`;
new LiveStream(
  path,
  {
    seats: ([who]) => {
      if (seat) return;
      seat = new SeatView(who, query, transcripts);
      place.replaceChildren(seat.node);
    },
    chat: (event) => transcripts.apply(event),
    ready: () => seat?.settle(),
  },
  showConnection,
);
