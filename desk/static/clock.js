// Times as people read them, and one ticking clock for every running timer of a page.

import { WORDS } from "./words.js";

// The office's own time, wherever the browser stands.
const timeZone = document.documentElement.dataset.zone || undefined;
const HOUR = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const DAY = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", weekday: "short", timeZone });
const DATE = new Intl.DateTimeFormat("en-CA", { timeZone });

let ahead = 0; // how far the server's clock is ahead of ours, in ms

export function setServerNow(iso) {
  ahead = Date.parse(iso) - Date.now();
}

export function now() {
  return Date.now() + ahead;
}

export function hour(iso) {
  return HOUR.format(new Date(iso));
}

export function dayOf(iso) {
  const date = new Date(iso);
  const days = (Date.parse(DATE.format(now())) - Date.parse(DATE.format(date))) / 86_400_000;
  if (days === 0) return WORDS.today;
  if (days === 1) return WORDS.yesterday;
  return DAY.format(date);
}

/** 75_000 ms → 1:15; 3_700_000 ms → 1:01:40; two days → 2 天 3 小时. */
export function span(ms) {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [days, hours] = [Math.floor(total / 86_400), Math.floor((total % 86_400) / 3600)];
  if (days) return `${days} 天 ${hours} 小时`;
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

const ticking = new Set();

/** Call `tick` now and each second until it returns false. */
export function everySecond(tick) {
  if (tick() === false) return;
  ticking.add(tick);
}

setInterval(() => {
  for (const tick of ticking) if (tick() === false) ticking.delete(tick);
}, 1000);
