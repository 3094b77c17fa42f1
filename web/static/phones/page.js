// The page of two phones: who has which, what is new, and the postman's list between them.

import { freshDay } from "./acts.js";
import { Handset } from "./handset.js";
import { Story } from "./story.js";
import { Tabs } from "./tabs.js";

const SIDES = ["recipient", "postman"];
const OVER = ["delivered", "attempted", "withdrawn"]; // items that were brought, or taken off

const table = document.getElementById("table");
if (table) open();

function open() {
  const words = JSON.parse(table.dataset.words);
  const news = document.getElementById("news");
  const numbers = { recipient: JSON.parse(table.dataset.numbers), postman: [] };
  const look = () => news.dispatchEvent(new Event("look"));
  const phones = Object.fromEntries(SIDES.map((side) => {
    const root = document.getElementById(`${side}-handset`);
    const leaving = () => { following = side === "postman"; };
    return [side, new Handset(root, words, look, leaving, numbers[side])];
  }));
  const tabs = new Tabs(SIDES, words);
  for (const side of SIDES) phones[side].afterDraw = () => under(side);
  let story = null; // the guided delivery, where this installation has it
  let chosenLine = "";
  let following = false; // the postman has texted, and the user has not chosen a phone since
  let progress = new Map(); // the state of each item of the list, by its line's id

  // ---- who has which phone

  function select(side) {
    return document.getElementById(`${side}-chosen`);
  }

  function give(side) {
    const option = select(side).selectedOptions[0];
    sessionStorage.setItem(`phones.${side}`, option.value);
    news.elements[side].value = option.value;
    news.elements[`${side}_version`].value = "";
    if (side === "postman") news.elements.list_version.value = "";
    phones[side].give({ phone: option.value, name: option.text });
    hint();
  }

  function choose(side, phone, role) {
    const options = Array.from(select(side).options);
    const found = options.find((option) => option.value === phone && option.dataset.role === role)
      ?? options.find((option) => option.value === phone);
    if (!found) return;
    found.selected = true;
    if (phones[side].owner.phone === phone) return;
    give(side);
    look();
  }

  /** Gives a phone to somebody who may be new since the page was loaded. */
  function person(side, who) {
    const options = Array.from(select(side).options);
    if (!options.some((option) => option.value === who.phone && option.dataset.role === side)) {
      const option = new Option(who.name, who.phone);
      option.dataset.role = side;
      (select(side).querySelector("optgroup") ?? select(side)).prepend(option);
    }
    chosenLine = "";
    choose(side, who.phone, side);
    hint();
  }

  /** Writes under a phone what the text on its screen says in the page's language. */
  function under(side) {
    const place = document.getElementById(`${side}-caption`);
    const said = phones[side].shownText()?.caption ?? "";
    place.hidden = !said;
    const told = place.querySelector(".caption-words");
    if (told.textContent !== said) told.textContent = said;
    tabs.mark(side, phones[side].unread());
  }

  // ---- the list

  function lines() {
    return Array.from(document.querySelectorAll("#list .line"));
  }

  function mark() {
    const owned = lines().filter((line) => line.dataset.phone === phones.recipient.owner.phone);
    const living = owned.find((line) => !OVER.includes(line.dataset.progress)) ?? owned.at(-1);
    const now = lines().find((line) => line.id === chosenLine) ?? living ?? null;
    for (const line of lines()) {
      line.classList.toggle("line-chosen", line === now);
      line.querySelector(".pick").setAttribute("aria-pressed", String(line === now));
    }
    return now;
  }

  function hint() {
    const line = mark();
    const role = select("recipient").selectedOptions[0].dataset.role;
    const { hintSender, hintOffice, hintRecipient, hintPostman } = table.dataset;
    const others = { sender: hintSender, office: hintOffice, recipient: hintRecipient };
    const theirs = line?.dataset.phone === phones.recipient.owner.phone && role === "recipient";
    put("recipient", theirs ? line.dataset.recipientMay : others[role]);
    put("postman", line ? line.dataset.postmanMay : hintPostman);
  }

  function put(side, text) {
    const place = document.getElementById(`${side}-hint`);
    if (place.textContent !== text) place.textContent = text;
  }

  /** Shows the phone of the recipient to whom the postman has just gone. */
  function follow(before) {
    if (!following) return;
    const gone = lines().filter((line) => {
      return before.get(line.id) !== undefined && before.get(line.id) !== "code_out"
        && line.dataset.progress === "code_out";
    });
    const shown = gone.some((line) => line.dataset.phone === phones.recipient.owner.phone);
    if (!gone.length || shown || phones.recipient.busy) return;
    chosenLine = gone[0].id;
    choose("recipient", gone[0].dataset.phone, "recipient");
    phones.recipient.expect();
  }

  document.addEventListener("click", (event) => {
    const line = event.target.closest("#list .line");
    if (!line) return;
    following = false;
    chosenLine = line.id;
    if (line.dataset.phone) choose("recipient", line.dataset.phone, "recipient");
    hint();
  });

  // ---- what is new

  function texts(side) {
    const memory = document.getElementById(`${side}-texts`);
    // Ignore an answer that was requested before the phone changed to another person.
    if (memory.dataset.owner !== phones[side].owner.phone) return;
    const version = news.elements[`${side}_version`];
    if (version.value === memory.dataset.version) return;
    version.value = memory.dataset.version;
    phones[side].take(Array.from(memory.children, (item) => ({
      id: item.dataset.id,
      mine: item.dataset.mine === "yes",
      clock: item.dataset.clock,
      day: item.dataset.day,
      segments: item.dataset.segments,
      language: item.lang,
      body: item.textContent,
      caption: item.dataset.caption,
      code: item.dataset.code,
    })));
    phones[side].rung(memory.dataset.call);
  }

  function list() {
    const sheet = document.getElementById("list");
    if (sheet.dataset.owner !== phones.postman.owner.phone) return;
    if (news.elements.list_version.value === sheet.dataset.version) return;
    news.elements.list_version.value = sheet.dataset.version;
    const before = progress;
    progress = new Map(lines().map((line) => [line.id, line.dataset.progress]));
    follow(before);
  }

  function reached(online) {
    for (const side of SIDES) {
      phones[side].reached(online);
      phones[side].tick();
    }
    table.classList.toggle("table-offline", !online);
  }

  news.addEventListener("htmx:after:swap", () => {
    SIDES.forEach(texts);
    list();
    hint();
    story?.looked();
  });
  news.addEventListener("htmx:after:request", (event) => {
    reached(event.detail.ctx.response.status < 400);
  });
  news.addEventListener("htmx:error", () => reached(false));

  for (const side of SIDES) {
    select(side).addEventListener("change", () => {
      following = false;
      chosenLine = "";
      give(side);
      look();
    });
    const before = sessionStorage.getItem(`phones.${side}`);
    const options = Array.from(select(side).options);
    const again = options.find((option) => option.value === before);
    if (again) again.selected = true;
    give(side);
  }
  const guided = document.getElementById("story");
  if (guided) story = new Story(guided, { phones, person, tabs, look });
  freshDay(words);
  look();
}
