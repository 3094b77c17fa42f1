// The end of a sign-in: warned two minutes before, put off by typing; then the person signs in over
// the page, which stays as it is. Only the same person goes on with it.

import { furnish } from "../desk/passkey.js";
import { hush, say } from "./notice.js";

const here = document.getElementById("sign-in");
const dialog = document.getElementById("over");
const place = dialog?.querySelector("[data-over-form]");
const failed = dialog?.querySelector("[data-over-failed]");
const title = dialog?.querySelector("h2");
const others = here && new BroadcastChannel("dakiya-sign-in"); // the other tabs of this browser

const WARNED = 120; // seconds before the end
const PUT_OFF_EVERY = 60; // seconds between two requests of somebody who types
const REST = 5; // seconds without a key after which hands have left the keyboard
const OVER = { "Dakiya-Over": "yes" };

let ends = 0; // milliseconds, by this machine's clock
let heard = Date.now(); // when the server last said something
let asking = false; // whether the sign-in lasts
let putOff = 0;
let lastKey = 0;
let goOn = null; // called when the person is signed in again
let again = null; // the promise of that; none while the sign-in lasts
let before = null; // what had the focus
let caret = []; // and where in it one typed
let loading = null; // the promise of the form

const seconds = () => (ends - Date.now()) / 1000;
const tokens = () => document.querySelectorAll("input[name=csrf_token]");
export const token = () => here.querySelector("input[name=csrf_token]").value;
/** Tell whether the server was heard within so many seconds, and the sign-in lasts by our clock. */
export const isSure = (within) => !again && seconds() > 0 && Date.now() - heard < within * 1000;

function last(left) {
  heard = Date.now();
  ends = heard + left * 1000;
  if (left > WARNED) hush("end");
}

/** Take note of what an answer says about the sign-in. */
export function hear(answer) {
  const left = answer.headers.get("Dakiya-Sign-In-Left");
  if (left) last(Number(left));
  else heard = Date.now();
}

/** Ask whether the sign-in lasts. Returns seconds; 0: it has ended. Rejects without an answer. */
export async function ask() {
  const answer = await fetch(here.dataset.leftAt, { headers: OVER });
  if (!answer.ok) throw new Error(answer.statusText);
  const { left, account } = await answer.json();
  if (left && String(account) !== here.dataset.account) leaveToOther();
  if (left) last(left);
  return left;
}

async function stay() {
  putOff = Date.now();
  try {
    const body = new URLSearchParams({ csrf_token: token() });
    const answer = await fetch(here.dataset.aliveAt, { method: "POST", body, headers: OVER });
    hear(answer);
    if (answer.headers.get("Dakiya-Sign-In") === "ended") signInAgain();
    else if (answer.ok) tell();
  } catch {
    // Without an answer the clock runs on, and the end is asked about.
  }
}

function typed(event) {
  if (!event.isTrusted || dialog.contains(event.target)) return;
  lastKey = Date.now();
  if (!again && Date.now() - putOff > PUT_OFF_EVERY * 1000) stay();
}

async function watch() {
  if (again) return openAtRest();
  if (seconds() > WARNED || asking) return;
  asking = true;
  try {
    const left = await ask(); // another tab may have put it off
    if (!left) signInAgain();
    else if (left <= WARNED) say("end", here.dataset.saySoon, here.dataset.sayStay, stay);
    else tell();
  } catch {
    say("end", here.dataset.sayNoAnswer);
  }
  setTimeout(() => (asking = false), 10_000);
}

// ---- over the page ------------------------------------------------------------------------------

const isText = (element) =>
  element?.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=hidden])");

/** Have the person sign in again; resolve once that is done, reject where `signal` gives up. */
export function signInAgain(signal) {
  if (!again) {
    again = new Promise((resolve) => (goOn = resolve));
    say("end", here.dataset.sayEnded, here.dataset.sayAgain, open);
    openAtRest();
  }
  if (!signal) return again;
  const given = new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(new DOMException("", "AbortError"))),
  );
  return Promise.race([again, given]);
}

// Nobody who types is interrupted, and no letter goes into a field of the sign-in.
function openAtRest() {
  const rests = Date.now() - lastKey > REST * 1000;
  if (!dialog.open && (rests || !isText(document.activeElement))) open();
}

async function open() {
  if (!again || dialog.open) return;
  before = document.activeElement;
  caret = [before.selectionStart, before.selectionEnd];
  before.blur?.();
  dialog.showModal(); // its heading has the focus: what is typed blindly goes nowhere
  await load();
}

// Load the form, once: a key that is pressed meanwhile waits for the same.
async function load() {
  if (place.firstElementChild) return;
  loading ??= send(here.dataset.signInAt, { headers: OVER }).then((answer) => answer && show(answer));
  await loading;
  loading = null;
}

async function send(address, request) {
  failed.hidden = true;
  try {
    return await fetch(address, request);
  } catch {
    failed.hidden = false;
    return null;
  }
}

async function show(answer) {
  const says = answer.headers.get("Dakiya-Sign-In");
  if (says === "done") return finish(await answer.json());
  if (says === "elsewhere") return location.replace((await answer.json()).home);
  place.innerHTML = await answer.text();
  furnish(place);
  const staff = place.querySelector("[name=staff_id]");
  if (staff && !staff.value) staff.value = here.dataset.staff;
}

dialog?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const body = new URLSearchParams(new FormData(form));
  const answer = await send(form.action, { method: "POST", body, headers: OVER });
  form.ariaBusy = null;
  if (!answer) return;
  await show(answer);
  // Whoever has sent this form looks here.
  place.querySelector("[name=second_factor], [name=password]")?.focus();
});

// A key on the heading says where to go; it is no letter of anything.
dialog?.addEventListener("keydown", async (event) => {
  if (event.target !== title || event.key !== "Enter") return;
  event.preventDefault();
  await load();
  place.querySelector("[name=password], [name=second_factor]")?.focus();
});
dialog?.addEventListener("close", () => {
  if (before?.isConnected) {
    before.focus();
    if (typeof caret[0] === "number") before.setSelectionRange(...caret);
  }
  if (again) say("end", here.dataset.sayEnded, here.dataset.sayAgain, open);
});
dialog?.addEventListener("cancel", () => (lastKey = Date.now())); // Esc: the page, for a while

function finish({ account, csrf, left, home }) {
  if (String(account) !== here.dataset.account) return location.replace(home);
  resume(csrf, left);
  tell();
}

function resume(csrf, left) {
  for (const each of tokens()) each.value = csrf;
  last(left);
  hush("end");
  const go = goOn;
  again = goOn = null;
  if (dialog.open) dialog.close();
  place.replaceChildren();
  go?.();
}

// ---- other tabs ---------------------------------------------------------------------------------

function tell() {
  others.postMessage({ account: here.dataset.account, csrf: token(), left: seconds() });
}

function leaveToOther() {
  location.replace(here.dataset.signInAt); // it leads whoever is signed in to a page of their own
}

function listen({ data }) {
  if (data.out === here.dataset.account) return leaveToOther();
  if (!data.account) return;
  if (data.account !== here.dataset.account) return leaveToOther();
  if (again) resume(data.csrf, data.left);
  else {
    for (const each of tokens()) each.value = data.csrf;
    last(data.left);
  }
}

export function tellOut() {
  others.postMessage({ out: here.dataset.account });
}

if (here) {
  last(Number(here.dataset.left));
  putOff = Date.now();
  others.addEventListener("message", listen);
  tell();
  document.addEventListener("keydown", typed, true);
  document.addEventListener("input", typed, true);
  setInterval(watch, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || watch());
}
