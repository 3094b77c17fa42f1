// The handset's screens of calls.

import { element } from "./element.js";

/** The numbers to call, each of which stands for an answer. */
function numbers(phone, words) {
  const view = element("div", "view-numbers");
  const list = element("ul", "view-box");
  phone.numbers.forEach((each, index) => {
    const row = element("li", "row");
    if (index === phone.number) row.classList.add("row-chosen");
    row.dataset.number = index;
    row.append(element("span", "icon-call"), element("span", "row-line", words[`phone_says_${each.says}`]));
    list.append(row);
  });
  view.append(list, element("p", "read-small", words.phone_numbers_how));
  const chosen = phone.numbers[phone.number];
  return {
    view, title: words.phone_numbers, soft: [words.phone_ring, words.phone_back],
    spoken: `${words.phone_numbers}: ${words[`phone_says_${chosen.says}`]}`,
  };
}

function ringing(phone, words) {
  const view = element("div", "view-sending");
  view.append(element("span", "waves"), element("p", "", phone.numbers[phone.number].number));
  view.append(element("p", "read-small", words.phone_ringing_them));
  return { view, title: "", soft: ["", words.phone_cancel], spoken: words.phone_ringing_them };
}

function told(phone, words) {
  const view = element("div", "view-sending");
  view.append(element("p", "", phone.told));
  return { view, title: "", soft: [words.phone_ok, ""], spoken: phone.told };
}

function incoming(phone, words) {
  const view = element("div", "view-sending");
  view.append(element("span", "waves"), element("p", "incoming-who", words.phone_incoming));
  return {
    view, title: "", soft: [words.phone_take_up, words.phone_decline],
    spoken: `${words.phone_incoming}. ${words.phone_take_up}?`,
  };
}

/** The words of the call as they are heard, the newest sentence last. */
function talking(phone, words) {
  const { lines, recorded, said, over, tongue, keys, typed } = phone.call;
  const view = element("div", "view-talking");
  if (!said) view.append(element("p", "sentence", words.phone_ringing_them));
  lines.slice(0, said).forEach((line, index) => {
    const shown = element("p", index === said - 1 ? "sentence sentence-now" : "sentence", line);
    if (tongue) shown.lang = tongue;
    if (recorded[index]) shown.append(" ", element("span", "recorded", words.phone_recorded));
    view.append(shown);
  });
  if (keys && !over && said === lines.length) view.append(element("p", "read-small", typed || words.phone_press_keys));
  requestAnimationFrame(() => {
    const place = view.parentElement;
    if (place) place.scrollTop = place.scrollHeight;
  });
  return {
    view, title: words.phone_in_call, soft: over ? [words.phone_ok, ""] : ["", words.phone_hang_up],
    spoken: lines[said - 1] ?? words.phone_in_call,
  };
}

export const CALL_SCREENS = { numbers, ringing, told, incoming, talking };
