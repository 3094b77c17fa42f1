// Calls: the owner's missed calls to the numbers that stand for answers, and the post office's call
// that says a code and is answered by keys. Both on the simulator's real hook.

import { post } from "./hook.js";
import { newId } from "./sending.js";

const RINGS_MS = 30000; // after that the carrier gives up
const SENTENCE_MS = 700; // the time to say a sentence, plus
const LETTER_MS = 30; // for each of its letters
const TOLD_MS = 1600;
const SILENCE_MS = 5000; // nobody pressed anything after the last sentence
const NEXT_KEY_MS = 2500; // between two keys, where several are waited for

// ---- the owner calls

/** Calls the chosen number. The call is never answered, so it costs nothing. */
export async function ring(phone) {
  const number = phone.numbers[phone.number];
  const cancel = phone.cancel = new AbortController();
  phone.newest = phone.texts[0]?.id;
  phone.leaving();
  phone.show("ringing");
  const body = { from: phone.owner.phone, to: number.number, id: newId() };
  try {
    const answer = await post("voice", body, cancel.signal);
    if (cancel.signal.aborted) return;
    phone.told = answer ? phone.words.phone_rejected : phone.words.phone_no_ring;
    phone.show("told");
    phone.say(phone.spokenNow);
    phone.leave = setTimeout(() => goOn(phone), TOLD_MS);
    phone.look();
  } catch (error) {
    if (!cancel.signal.aborted) throw error;
  }
}

/** Shows the text that came during the call, else the main screen. */
export function goOn(phone) {
  if (phone.texts[0]?.id === phone.newest) phone.show("home");
  else phone.afterSent();
}

// ---- the post office calls

/** Makes the telephone ring, unless it does already. `id` "": stops it. */
export function rung(phone, id) {
  if (phone.call?.id === id || phone.ended.has(id)) return;
  if (phone.screen === "incoming") leave(phone);
  if (!id || phone.call) return;
  phone.call = { id, lines: [], recorded: [], said: 0, over: false, before: phone.screen, keys: 0, typed: "" };
  phone.call.gaveUp = setTimeout(() => decline(phone, "no-answer"), RINGS_MS);
  phone.newest = phone.texts[0]?.id;
  phone.root.classList.add("ringing");
  phone.buzz();
  phone.show("incoming");
  phone.say(phone.spokenNow);
}

/** Answers the call and begins to play its sentences. */
export async function takeUp(phone) {
  const { call } = phone;
  clearTimeout(call.gaveUp);
  phone.root.classList.remove("ringing");
  phone.show("talking");
  tell(call.id, "in-progress");
  const speech = await post("voice", { call: call.id, phone: phone.owner.phone }, new AbortController().signal);
  hear(phone, call, speech);
}

/** Begins to play what the carrier was told to say; it waits for keys where `speech.keys` says so. */
function hear(phone, call, speech) {
  if (phone.call !== call) return;
  clearTimeout(call.next);
  const said = speech?.lines ?? [phone.words.phone_call_failed];
  call.said = call.lines.length;
  call.lines = [...call.lines, ...said];
  call.recorded = [...call.recorded, ...(speech?.recorded ?? said.map(() => false))];
  call.tongue = speech?.tongue;
  call.keys = speech?.keys ?? 0;
  call.hop = speech?.hop;
  call.typed = "";
  say(phone, call);
}

/** Takes a key: one alone at once, several after a pause or a `#`. It interrupts what is said. */
export function pressed(phone, key) {
  const { call } = phone;
  if (!call.keys || call.over || call.asking) return;
  clearTimeout(call.next);
  call.said = call.lines.length;
  if (key !== "#") call.typed += key;
  phone.draw();
  if (key === "#" || call.typed.length >= call.keys) answer(phone, call);
  else call.next = setTimeout(() => answer(phone, call), NEXT_KEY_MS);
}

/** Tells the service which keys were pressed, none after a silence, and plays what it says then. */
async function answer(phone, call) {
  if (phone.call !== call || call.asking) return;
  call.asking = true;
  const { typed: keys, hop } = call;
  if (keys) {
    call.lines.push(phone.words.phone_pressed.replace("{keys}", keys));
    call.recorded.push(false);
  }
  const body = { call: call.id, phone: phone.owner.phone, keys, hop };
  const speech = await post("voice", body, new AbortController().signal);
  call.asking = false;
  hear(phone, call, speech);
}

/** Plays the next sentence. After the last one the caller hangs up. */
function say(phone, call) {
  if (phone.call !== call) return;
  if (call.said === call.lines.length && call.keys) {
    call.next = setTimeout(() => answer(phone, call), SILENCE_MS);
    phone.draw();
    return;
  }
  if (call.said === call.lines.length) {
    call.over = true;
    phone.ended.add(call.id);
    tell(call.id, "completed").then(() => phone.look());
    phone.draw();
    return;
  }
  const line = call.lines[call.said];
  call.said += 1;
  phone.light();
  phone.draw();
  phone.say(line);
  call.next = setTimeout(() => say(phone, call), SENTENCE_MS + LETTER_MS * line.length);
}

/** Declines the call, or hangs up in the middle. `status`: the carrier's word. */
export function decline(phone, status) {
  const { call } = phone;
  if (!call.over) tell(call.id, call.lines.length ? "completed" : status).then(() => phone.look());
  leave(phone);
}

/** Ends the call and returns to the screen that it interrupted. */
export function leave(phone) {
  const { call } = phone;
  phone.ended.add(call.id);
  hush(phone);
  const back = ["write", "dial", "read", "box"].includes(call.before) ? call.before : "";
  if (back) phone.show(back);
  else goOn(phone);
}

/** Stops every sound of the telephone. */
export function hush(phone) {
  clearTimeout(phone.call?.gaveUp);
  clearTimeout(phone.call?.next);
  phone.call = null;
  phone.root.classList.remove("ringing");
}

function tell(call, status) {
  return post("voice", { call, status }, new AbortController().signal);
}
