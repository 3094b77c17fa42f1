// One handset: its memory of texts, the screen it shows, and what its keys do there.

import { decline, hush, leave, pressed, ring, rung } from "./calling.js";
import { KEYS } from "./keys.js";
import { SCREENS, time } from "./screens.js";
import { isSeen, see } from "./seen.js";
import { Typing } from "./typing.js";

const LIT_MS = 20000;
const BUZZ_MS = 700;
const SENT_MS = 1100;
const DOWN_MS = 120;
const DIGITS = "0123456789*#";
const WITH_INPUT = ["write", "dial", "ussd"]; // screens with a text field
const CALLS = ["ringing", "incoming", "talking"]; // screens of a call
const BUSY = [...WITH_INPUT, ...CALLS, "sending", "refused", "calling"];
// Screens that await an answer of the service: a call rings after them.
const AWAITING = ["sending", "calling", "ussd", "ringing"];

// Keys of a computer that are keys of the handset.
const KEYBOARD = {
  Enter: "ok", Backspace: "soft-right", Escape: "end",
  ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right",
};

export class Handset {
  /**
   * `look` asks the service at once for what is new; `leaving` is called with a text being sent;
   * `numbers` are those that take a missed call.
   */
  constructor(root, words, look, leaving, numbers) {
    this.root = root;
    this.words = words;
    this.look = look;
    this.leaving = leaving;
    this.numbers = numbers;
    this.afterDraw = () => {}; // the page's: what stands around the handset follows its screen
    this.ended = new Set(); // calls that rang here and are over
    this.typing = new Typing();
    this.online = true;
    this.give({ phone: "", name: "" });
    root.addEventListener("pointerdown", (event) => this.pointed(event));
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("keydown", (event) => this.typed(event));
  }

  part(selector) {
    return this.root.querySelector(selector);
  }

  /** Assigns the phone to a person: his number, his texts. */
  give(owner) {
    this.cancel?.abort();
    this.owner = owner;
    this.texts = [];
    this.loaded = false;
    this.index = 0;
    this.interrupted = 0;
    this.expecting = false;
    this.retrying = false;
    this.dialled = null;
    hush(this);
    this.waiting = ""; // the call that rings as soon as the screen allows
    this.number = 0;
    this.typing.clear();
    this.show("home");
  }

  /** Treats the first texts found as new: the phone was assigned because a text is on its way. */
  expect() {
    this.expecting = true;
  }

  /** Tells whether the user is in the middle of something that must not be interrupted. */
  get busy() {
    return BUSY.includes(this.screen);
  }

  // ---- what comes from the service

  /** Stores the texts that the service has for this phone, newest first. */
  take(texts) {
    const fresh = this.fresh(texts);
    const open = this.screen === "read" || this.screen === "box" ? this.texts[this.index] : null;
    this.texts = texts;
    this.loaded = true;
    // A fresh day began: what was open is gone.
    if (!texts.length && ["read", "arrived"].includes(this.screen)) this.show("home");
    else if (open) this.index = Math.max(0, texts.findIndex((text) => text.id === open.id));
    if (!fresh.length) return this.draw();
    this.buzz();
    if (this.screen === "read") this.interrupted += fresh.length;
    if (this.busy || this.screen === "read") this.draw();
    else this.show("arrived");
    this.say(SCREENS.arrived(this, this.words).spoken);
  }

  /** Returns which of these texts have just come. */
  fresh(texts) {
    const received = texts.filter((text) => !text.mine);
    if (!this.loaded) return this.expecting ? received.slice(0, 1) : [];
    const known = new Set(this.texts.map((text) => text.id));
    return received.filter((text) => !known.has(text.id));
  }

  /** Stores the id of the call that rings here; "": none. */
  rung(id) {
    this.waiting = id;
    if (!AWAITING.includes(this.screen)) rung(this, id);
  }

  /** Updates the clock of the first screen. */
  tick() {
    const shown = this.part(".home-clock");
    if (shown && shown.textContent !== time()) this.draw();
  }

  reached(online) {
    if (this.online === online) return;
    this.online = online;
    this.draw();
    if (!online) this.say(this.words.phone_no_network);
  }

  isUnread(text) {
    return !text.mine && !isSeen(text.id);
  }

  unread() {
    return this.texts.filter((text) => this.isUnread(text)).length;
  }

  // ---- the screen

  show(screen) {
    this.screen = screen;
    clearTimeout(this.leave);
    this.interrupted = 0;
    if (screen === "read") see(this.texts[this.index].id);
    if (this.waiting && !this.call && !AWAITING.includes(screen)) {
      setTimeout(() => this.rung(this.waiting));
    }
    if (screen === "sent") this.leave = setTimeout(() => this.afterSent(), SENT_MS);
    this.draw();
  }

  draw() {
    const { view, title, soft, spoken } = SCREENS[this.screen](this, this.words);
    const place = this.part(".lcd-view");
    const stays = this.drawn === this.place();
    const scrolled = place.scrollTop;
    this.drawn = this.place();
    place.replaceChildren(view);
    const typed = this.screen === "write" || this.screen === "dial";
    place.scrollTop = typed ? place.scrollHeight : stays ? scrolled : 0;
    this.reveal(place, this.part(".row-chosen"));
    this.part(".lcd-title").textContent = this.online ? title : this.words.phone_no_network;
    this.part(".lcd-mode").textContent = this.screen === "write" ? this.typing.mode : "";
    const [left, right] = this.root.querySelectorAll(".lcd-soft span");
    left.textContent = soft[0];
    right.textContent = soft[1];
    this.part('[data-key="soft-left"]').setAttribute("aria-label", soft[0] || "–");
    this.part('[data-key="soft-right"]').setAttribute("aria-label", soft[1] || "–");
    this.root.dataset.screen = this.screen;
    this.root.classList.toggle("offline", !this.online);
    this.root.classList.toggle("has-news", this.unread() > 0);
    this.spokenNow = spoken;
    this.afterDraw();
  }

  /** Returns the text that the screen shows, or its chosen one; undefined: it shows none. */
  shownText() {
    if (this.screen === "arrived") return this.texts[0];
    return this.screen === "read" || this.screen === "box" ? this.texts[this.index] : undefined;
  }

  /** Scrolls the handset's screen, and never the page around it. */
  reveal(place, row) {
    if (!row) return;
    const over = row.getBoundingClientRect().bottom - place.getBoundingClientRect().bottom;
    const under = place.getBoundingClientRect().top - row.getBoundingClientRect().top;
    if (over > 0) place.scrollTop += over;
    else if (under > 0) place.scrollTop -= under;
  }

  /** Returns a key of what is shown: while it stays the same, so does the scroll position. */
  place() {
    if (this.screen === "box") return `${this.owner.phone} box`;
    return `${this.owner.phone} ${this.screen} ${this.texts[this.index]?.id}`;
  }

  say(words) {
    this.part(".spoken").textContent = words;
  }

  light() {
    this.root.classList.add("lit");
    clearTimeout(this.dim);
    this.dim = setTimeout(() => this.root.classList.remove("lit"), LIT_MS);
  }

  buzz() {
    this.light();
    this.root.classList.add("buzzing");
    clearTimeout(this.still);
    this.still = setTimeout(() => this.root.classList.remove("buzzing"), BUZZ_MS);
  }

  // ---- keys

  pointed(event) {
    if (event.button !== 0) return;
    event.preventDefault(); // a key must not take the focus: Enter belongs to the handset
    this.root.focus({ preventScroll: true });
    this.light();
  }

  clicked(event) {
    const key = event.target.closest("[data-key]");
    if (key) return this.press(key.dataset.key);
    const row = event.target.closest("[data-index], [data-number]");
    if (row?.dataset.number) {
      this.number = Number(row.dataset.number);
      ring(this);
    } else if (row) {
      this.index = Number(row.dataset.index);
      this.show("read");
    }
  }

  typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const key = KEYBOARD[event.key];
    if (key) {
      event.preventDefault();
      this.flash(key);
      this.press(key);
    } else if (event.key.length === 1) {
      event.preventDefault();
      this.flash(event.key === " " ? "#" : event.key);
      this.pressCharacter(event.key);
    }
  }

  flash(name) {
    const key = this.part(`[data-key="${CSS.escape(name)}"]`);
    if (!key) return;
    key.classList.add("down");
    setTimeout(() => key.classList.remove("down"), DOWN_MS);
  }

  pressCharacter(character) {
    this.light();
    if (this.screen === "talking") return DIGITS.includes(character) ? pressed(this, character) : undefined;
    const screen = this.typesOn(character);
    if (!screen) return;
    if (screen !== "dial" || DIGITS.includes(character)) this.typing.write(character);
    this.show(screen);
    this.say(this.spokenNow);
  }

  press(key) {
    this.light();
    if (this.screen === "talking" && DIGITS.includes(key)) return pressed(this, key);
    if (DIGITS.includes(key)) {
      const screen = this.typesOn(key);
      if (!screen) return;
      if (screen === "write") this.typing.press(key, performance.now());
      else this.typing.write(key);
      this.show(screen);
    } else if (key === "end") {
      this.end();
    } else {
      KEYS[this.screen](this, key === "ok" ? "soft-left" : key);
    }
    this.say(this.spokenNow);
  }

  /** Returns the screen that a character goes to; "" if none can be typed now. `*` begins a dial. */
  typesOn(character) {
    if (this.screen === "ussd" && this.dialled.end) return "";
    if (WITH_INPUT.includes(this.screen)) return this.screen;
    if (this.busy) return "";
    this.typing.clear();
    return character === "*" ? "dial" : "write";
  }

  end() {
    if (this.call) return this.call.over ? leave(this) : decline(this, "busy");
    this.cancel?.abort();
    this.dialled = null;
    this.typing.clear();
    return this.show("home");
  }

  openNumbers() {
    this.number = 0;
    this.show("numbers");
  }

  openBox() {
    this.index = 0;
    this.show("box");
  }

  /** Goes to the first screen, or to the answer if it came before the words "message sent". */
  afterSent() {
    const newest = this.texts[0];
    this.show(newest && this.isUnread(newest) ? "arrived" : "home");
  }
}
