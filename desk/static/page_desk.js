// The page of the board.

import { BoardView } from "./board.js";
import { showConnection } from "./state.js";

const place = document.querySelector("#board");
const { seat } = place.dataset;
const address = (path) => (seat ? `${path}?seat=${encodeURIComponent(seat)}` : path);
place.replaceChildren(new BoardView(address, showConnection).node);
