// A dial: one USSD session with the simulator's hook, from the first screen to the last. Every
// request contains all that was typed so far, joined by "*", as a carrier's does; so a request without
// an answer is sent again unchanged and takes effect once.

import { post } from "./hook.js";
import { newId } from "./sending.js";

const SERVICE = /^\*[0-9][0-9*]*#$/; // what can be dialled

class Dial {
  constructor(from, service) {
    this.from = from;
    this.service = service;
    this.session = newId();
    this.answers = [];
    this.screen = "";
    this.end = false;
  }

  /** Sends an answer, or nothing to begin; returns false if no screen came. Aborts with `cancel`. */
  async send(answer, cancel) {
    if (answer !== null) this.answers.push(answer);
    const body = {
      session: this.session, from: this.from, service: this.service, text: this.answers.join("*"),
    };
    const shown = await post("ussd", body, cancel);
    if (!shown) return false;
    this.screen = shown.screen;
    this.end = shown.end;
    return true;
  }
}

/** Dials what was typed, if it is the code of a service. */
export function dial(phone) {
  if (!SERVICE.test(phone.typing.text)) {
    phone.spokenNow = phone.words.phone_dial_how;
    return undefined;
  }
  phone.dialled = new Dial(phone.owner.phone, phone.typing.text);
  phone.dialled.newest = phone.texts[0]?.id;
  return converse(phone, null);
}

/** Sends an answer, or nothing to begin, and shows the screen that comes back. */
export async function converse(phone, answer) {
  const { dialled } = phone;
  const cancel = phone.cancel = new AbortController();
  if (answer !== null) phone.leaving();
  phone.typing.clear();
  phone.show("calling");
  try {
    const came = await dialled.send(answer, cancel.signal);
    if (cancel.signal.aborted) return;
    dialled.scrolled = 0;
    if (!came) Object.assign(dialled, { screen: phone.words.phone_dial_failed, end: true });
    phone.show("ussd");
    phone.say(phone.spokenNow);
    phone.look();
  } catch (error) {
    if (!cancel.signal.aborted) throw error;
  }
}

/** Closes the last screen or cancels the dial; shows the text that came meanwhile, if any. */
export function hangUp(phone) {
  const came = phone.texts[0]?.id !== phone.dialled.newest;
  phone.cancel?.abort();
  phone.dialled = null;
  phone.typing.clear();
  if (came) phone.afterSent();
  else phone.show("home");
}
