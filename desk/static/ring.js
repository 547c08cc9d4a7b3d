// A sound for what should make a phone sound, and a count in the title of a page nobody looks at.

const KEY = "huxin.sound";
const TONES = { red: [880, 660, 880, 660], orange: [740, 587], none: [587] };
const title = document.title;
let context = null;
let unseen = 0;

export function soundIsOn() {
  return localStorage.getItem(KEY) === "on";
}

export function switchSound(on) {
  localStorage.setItem(KEY, on ? "on" : "off");
  if (on) ring("none");
}

/** Take a message that has just come; `own` says that this seat wrote it. */
export function notice(message, own) {
  if (own || message.kind !== "message" || message.rings === false) return;
  if (soundIsOn()) ring(message.level);
  if (!document.hidden) return;
  unseen += 1;
  document.title = `(${unseen}) ${title}`;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
});

function ring(level) {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume(); // until the page was touched once
  (TONES[level] ?? TONES.none).forEach((tone, place) => {
    const [oscillator, volume] = [context.createOscillator(), context.createGain()];
    const start = context.currentTime + place * 0.22;
    oscillator.frequency.value = tone;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.25, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.2);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.21);
  });
}
