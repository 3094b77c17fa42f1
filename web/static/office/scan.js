// Scanning: a number and Enter, one after the other. The field is free as soon as a number is being
// sent; numbers queue up, and one that did not reach the server returns with a message.

const form = document.querySelector("[data-scan]");
const field = form?.querySelector("input[name=number]");
const failed = form?.querySelector("[data-failed]");
const mute = form?.querySelector("[data-sounds]");
let sent = [];

form?.addEventListener("htmx:config:request", () => {
  sent.push(field.value);
  field.value = "";
});
form?.addEventListener("htmx:after:request", () => {
  sent.shift();
  failed.hidden = true;
  field.focus();
});
form?.addEventListener("htmx:error", () => {
  const lost = sent.shift();
  if (lost === undefined) return;
  failed.hidden = false;
  field.value = field.value || lost;
  field.select();
});

// Whoever scans looks at the letters: three tones say whether to go on, to look, or to put it aside.
const TONES = { good: [[880, 0.09]], again: [[620, 0.09], [620, 0.09]], bad: [[220, 0.35]] };
let audio = null;

function isOn() {
  return localStorage.getItem("office.sounds") !== "off";
}

function play(tones) {
  audio ??= new AudioContext();
  let at = audio.currentTime;
  for (const [hertz, seconds] of tones) {
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = hertz;
    loud.gain.value = 0.15;
    tone.connect(loud).connect(audio.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds + 0.06;
  }
}

if (mute) {
  mute.hidden = false;
  mute.setAttribute("aria-pressed", String(isOn()));
  mute.addEventListener("click", () => {
    localStorage.setItem("office.sounds", isOn() ? "off" : "on");
    mute.setAttribute("aria-pressed", String(isOn()));
    if (isOn()) play(TONES.good);
    field.focus();
  });
  document.addEventListener("htmx:after:swap", () => {
    const sound = document.querySelector(".answer")?.dataset.sound;
    if (sound && isOn()) play(TONES[sound]);
  });
  form.addEventListener("htmx:error", () => {
    if (isOn()) play(TONES.bad);
  });
}
