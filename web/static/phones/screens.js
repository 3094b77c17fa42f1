// The handset's screens. Each has a view, a title, two softkeys, and the words for a screen reader.

import { CALL_SCREENS } from "./call_screens.js";
import { element } from "./element.js";

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Kolkata", hour: "2-digit", minute: "2-digit",
});

/** Returns the time in India now. */
export function time() {
  return clock.format(new Date());
}

function day(language) {
  return new Intl.DateTimeFormat(`${language}-IN`, {
    timeZone: "Asia/Kolkata", weekday: "short", day: "numeric", month: "short",
  }).format(new Date());
}

function newCount(words, count) {
  return count === 1 ? words.phone_new_one : words.phone_new_many.replace("{count}", count);
}

function segments(words, count) {
  return count === "1" ? words.phone_segment : words.phone_segments.replace("{count}", count);
}

/** The first screen: time, day, whose phone it is. */
function home(phone, words) {
  const view = element("div", "view-home");
  view.append(element("p", "home-clock", time()));
  view.append(element("p", "home-day", day(document.documentElement.lang)));
  view.append(element("p", "home-owner", phone.owner.name));
  const unread = phone.unread();
  let news = unread ? newCount(words, unread) : "";
  if (!phone.online) news = words.phone_no_network;
  else if (!phone.loaded) news = words.phone_searching;
  view.append(element("p", "home-news", news));
  return {
    view, title: "", soft: [words.phone_messages, words.phone_write],
    spoken: `${words.phone_home}. ${news}`,
  };
}

function arrived(phone, words) {
  const newest = phone.texts[0];
  const view = element("div", "view-arrived");
  view.append(element("span", "big-envelope"));
  view.append(element("p", "arrived-count", newCount(words, Math.max(1, phone.unread()))));
  const line = element("p", "arrived-line", newest.body);
  line.lang = newest.language;
  view.append(line);
  return {
    view, title: "", soft: [words.phone_show, words.phone_exit],
    spoken: `${newCount(words, Math.max(1, phone.unread()))}: ${newest.body}`,
  };
}

function box(phone, words) {
  const title = words.phone_messages;
  if (!phone.texts.length) {
    return {
      view: element("p", "view-note", words.phone_empty), title,
      soft: ["", words.phone_back], spoken: words.phone_empty,
    };
  }
  const view = element("ul", "view-box");
  phone.texts.forEach((text, index) => {
    const row = element("li", "row");
    if (index === phone.index) row.classList.add("row-chosen");
    row.dataset.index = index;
    row.append(element("span", text.mine ? "icon icon-sent" : phone.isUnread(text) ? "icon icon-new" : "icon icon-read"));
    const line = element("span", "row-line", text.body);
    line.lang = text.language;
    row.append(line, element("span", "row-time", text.clock));
    view.append(row);
  });
  const chosen = phone.texts[phone.index];
  const mark = chosen.mine ? words.phone_me : phone.isUnread(chosen) ? words.phone_unread : "";
  return {
    view, title: `${title} ${phone.index + 1}/${phone.texts.length}`,
    soft: [words.phone_open, words.phone_back], spoken: `${mark} ${chosen.body}`,
  };
}

function read(phone, words) {
  const text = phone.texts[phone.index];
  const view = element("article", "view-read");
  view.append(element("p", "read-from", text.mine ? words.phone_me : words.phone_from));
  const body = element("p", "read-body", text.body);
  body.lang = text.language;
  view.append(body);
  view.append(element("p", "read-small", `${text.day} ${text.clock} · ${segments(words, text.segments)}`));
  const title = `${phone.index + 1}/${phone.texts.length}`;
  return {
    view, title: phone.interrupted ? newCount(words, phone.interrupted) : title,
    soft: [words.phone_reply, words.phone_back], spoken: text.body,
  };
}

function write(phone, words) {
  const view = element("div", "view-write");
  view.append(element("p", "write-to", words.phone_to));
  const line = element("p", "write-line", phone.typing.text);
  line.append(element("span", "caret"));
  view.append(line);
  const empty = !phone.typing.text;
  return {
    view, title: words.phone_write,
    soft: [words.phone_send, empty ? words.phone_back : words.phone_clear],
    spoken: phone.typing.text || words.phone_write,
  };
}

function sending(phone, words) {
  const view = element("div", "view-sending");
  view.append(element("span", phone.retrying ? "big-envelope" : "big-envelope flying"));
  const says = phone.retrying ? words.phone_retrying : words.phone_sending;
  view.append(element("p", "", says));
  return { view, title: "", soft: ["", words.phone_cancel], spoken: says };
}

function sent(phone, words) {
  const view = element("div", "view-sending");
  view.append(element("span", "big-tick"), element("p", "", words.phone_sent));
  return { view, title: "", soft: [words.phone_ok, ""], spoken: words.phone_sent };
}

function refused(phone, words) {
  const view = element("div", "view-sending");
  view.append(element("p", "", words.phone_not_sent), element("p", "read-small", words.phone_refused));
  return { view, title: "", soft: [words.phone_ok, ""], spoken: words.phone_refused };
}

function dial(phone, words) {
  const view = element("div", "view-dial");
  const line = element("p", "dial-line", phone.typing.text);
  line.append(element("span", "caret"));
  view.append(line, element("p", "read-small", words.phone_dial_how));
  return {
    view, title: words.phone_dial, soft: [words.phone_call, words.phone_clear],
    spoken: phone.typing.text || words.phone_dial,
  };
}

function calling(phone, words) {
  const view = element("div", "view-sending");
  view.append(element("span", "waves"), element("p", "", phone.dialled.service));
  view.append(element("p", "read-small", words.phone_calling));
  return { view, title: "", soft: ["", words.phone_cancel], spoken: words.phone_calling };
}

/** The service's screen, and below it the answer being typed. */
function ussd(phone, words) {
  const { screen, end, service } = phone.dialled;
  const view = element("div", "view-ussd");
  const text = element("p", "ussd-text", screen);
  text.lang = /[\u0900-\u097f]/.test(screen) ? "hi" : "en";
  view.append(text);
  text.addEventListener("scroll", () => scrolled(phone, text));
  requestAnimationFrame(() => {
    text.scrollTop = phone.dialled?.scrolled ?? 0;
    scrolled(phone, text);
  });
  if (end) return { view, title: service, soft: [words.phone_ok, ""], spoken: screen };
  const line = element("p", "ussd-line", phone.typing.text);
  line.append(element("span", "caret"));
  view.append(line);
  const away = phone.typing.text ? words.phone_clear : words.phone_cancel;
  return {
    view, title: service, soft: [words.phone_send, away], spoken: phone.typing.text || screen,
  };
}

/** Stores how far a long screen was scrolled, and marks that there is more below. */
function scrolled(phone, text) {
  if (phone.dialled) phone.dialled.scrolled = text.scrollTop;
  const more = text.scrollTop + text.clientHeight < text.scrollHeight - 3;
  text.parentElement?.classList.toggle("more-below", more);
}

export const SCREENS = {
  home, arrived, box, read, write, sending, sent, refused, dial, calling, ussd, ...CALL_SCREENS,
};
