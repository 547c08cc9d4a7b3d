// The files of a report: pictures and voices as they are, the rest to be saved.
import { el, icon } from "./dom.js";
import { WORDS } from "./words.js";

const W = WORDS.board.files;

/** @param {(path: string) => string} address of an API path for this seat */
export function attached(files, address) {
  if (!files?.length) return "";
  return el("ul", { class: "files" }, files.map((file) => el("li", {}, show(file, address(file.path)))));
}

function show({ kind, name, state, reason }, path) {
  const called = name || W.kinds[kind] || W.kinds.document;
  if (state === "due") return el("span", { class: "quiet" }, `${called} ${W.due}`);
  if (state === "given_up") return el("span", { class: "quiet" }, `${called}（${reason}）`);
  const link = (...inside) => el("a", { href: path, target: "_blank", rel: "noopener" }, ...inside);
  if (kind === "photo") {
    const image = el("img", { src: path, alt: called, loading: "lazy" });
    const shown = link(image);
    image.addEventListener("error", () => shown.replaceChildren(icon("photo"), called));
    return shown;
  }
  if (kind === "voice") return el("audio", { src: path, controls: true, preload: "none", "aria-label": called });
  if (kind === "video") return el("video", { src: path, controls: true, preload: "none", "aria-label": called });
  return link(called);
}
