// The keys above the digits on each screen; the middle key is the left softkey. Digits and the red
// key do the same everywhere: handset.js has them.

import { decline, goOn, leave, ring, takeUp } from "./calling.js";
import { converse, dial, hangUp } from "./dialling.js";
import { deliver } from "./sending.js";

function home(phone, key) {
  if (phone.numbers.length && (key === "call" || key === "right")) phone.openNumbers();
  else if (key === "soft-right" || key === "call") phone.show("write");
  else if (key !== "left" && key !== "right") phone.openBox();
}

function arrived(phone, key) {
  if (key === "soft-left") {
    phone.index = 0;
    phone.show("read");
  } else if (key === "call") {
    phone.show("write");
  } else if (key === "soft-right") {
    phone.show("home");
  } else {
    phone.openBox();
  }
}

function box(phone, key) {
  const last = phone.texts.length - 1;
  if (key === "soft-right") phone.show("home");
  else if (key === "call") phone.show("write");
  else if (last < 0) phone.draw();
  else if (key === "soft-left" || key === "right") phone.show("read");
  else if (key === "up") choose(phone, phone.index ? phone.index - 1 : last);
  else if (key === "down") choose(phone, phone.index < last ? phone.index + 1 : 0);
}

function choose(phone, index) {
  phone.index = index;
  phone.draw();
}

function read(phone, key) {
  const view = phone.part(".lcd-view");
  const page = view.clientHeight * 0.7;
  if (key === "soft-right") phone.show("box");
  else if (key === "soft-left" || key === "call") phone.show("write");
  else if (key === "up") view.scrollTop -= page;
  else if (key === "down") view.scrollTop += page;
  else turn(phone, key === "right" ? 1 : -1);
}

function turn(phone, step) {
  const next = phone.index + step;
  if (next < 0 || next >= phone.texts.length) return;
  phone.index = next;
  phone.show("read");
}

function write(phone, key) {
  if (key === "soft-left" || key === "call") {
    if (phone.typing.text.trim()) deliver(phone);
  } else if (key === "soft-right") {
    if (!phone.typing.text) return phone.show("home");
    phone.typing.erase();
    phone.draw();
  }
  return undefined;
}

function sending(phone, key) {
  if (key === "soft-right") phone.cancel.abort();
}

function sent(phone) {
  phone.afterSent();
}

function refused(phone) {
  phone.show("write");
}

function dialling(phone, key) {
  if (key === "soft-left" || key === "call") return dial(phone);
  if (key !== "soft-right") return undefined;
  phone.typing.erase();
  return phone.typing.text ? phone.draw() : phone.show("home");
}

function calling(phone, key) {
  if (key === "soft-right") hangUp(phone);
}

function ussd(phone, key) {
  const view = phone.part(".ussd-text");
  if (key === "up") view.scrollTop -= view.clientHeight * 0.7;
  else if (key === "down") view.scrollTop += view.clientHeight * 0.7;
  else if (key === "left" || key === "right") return;
  else if (phone.dialled.end) hangUp(phone);
  else if (key !== "soft-right") converse(phone, phone.typing.text);
  else if (!phone.typing.text) hangUp(phone);
  else {
    phone.typing.erase();
    phone.draw();
  }
}

function numbers(phone, key) {
  const last = phone.numbers.length - 1;
  if (key === "soft-right" || key === "left") return phone.show("home");
  if (key === "soft-left" || key === "call") return ring(phone);
  if (key === "up") phone.number = phone.number ? phone.number - 1 : last;
  else if (key === "down") phone.number = phone.number < last ? phone.number + 1 : 0;
  return phone.draw();
}

function ringing(phone, key) {
  if (key === "soft-right") phone.end();
}

function told(phone) {
  goOn(phone);
}

function incoming(phone, key) {
  if (key === "soft-left" || key === "call") return takeUp(phone);
  return key === "soft-right" ? decline(phone, "busy") : undefined;
}

function talking(phone, key) {
  const view = phone.part(".lcd-view");
  if (key === "up") view.scrollTop -= view.clientHeight * 0.7;
  else if (key === "down") view.scrollTop += view.clientHeight * 0.7;
  else if (phone.call.over) leave(phone);
  else if (key === "soft-right") decline(phone, "completed");
}

export const KEYS = {
  home, arrived, box, read, write, sending, sent, refused, dial: dialling, calling, ussd,
  numbers, ringing, told, incoming, talking,
};
