// Says in the bar whether the page is connected.

import { WORDS } from "./words.js";

const worst = new Map();
const ORDER = ["off", "connecting", "on"];

export function showConnection(state, stream = "chat") {
  worst.set(stream, state);
  const shown = ORDER.find((name) => [...worst.values()].includes(name));
  const place = document.querySelector("#connection");
  if (!place || place.dataset.state === shown) return;
  place.dataset.state = shown;
  place.textContent = WORDS.connection[shown];
}
