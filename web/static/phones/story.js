// The guided delivery: one button does the next step for real, by the same hooks as the keys.

import { act } from "./acts.js";
import { deliver } from "./sending.js";

const PLACE = "phones.story";
const KEY_MS = 140; // between two keys that the story presses
const SLOW_MS = 15000;
const BOTH = ["recipient", "postman"];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Story {
  /** `table`: the page's hands: `phones`, `person(side, who)`, `tabs`, `look()`. */
  constructor(root, table) {
    this.root = root;
    this.table = table;
    this.words = JSON.parse(root.dataset.words);
    this.state = JSON.parse(sessionStorage.getItem(PLACE) ?? '{"step":0}');
    this.awaited = [];
    this.next = root.querySelector("#story-next");
    this.next.addEventListener("click", () => this.go());
    root.querySelector("#story-end").addEventListener("click", () => this.leave());
    for (const side of BOTH) if (this.state[side]) table.person(side, this.state[side]);
    this.draw();
  }

  // ---- the steps: what each does, who is texted then, whose phone a narrow window shows

  get steps() {
    const { serial } = this.state;
    return [
      { does: () => this.book(), tells: ["recipient"], shows: "recipient" },
      { does: () => this.sendOut(), tells: BOTH, shows: "recipient" },
      { does: () => this.text("postman", serial), tells: BOTH, shows: "recipient" },
      { does: () => this.text("recipient", "3"), tells: BOTH, shows: "recipient" },
      { does: () => this.text("postman", serial), tells: BOTH, shows: "recipient" },
      { does: () => this.handOver(serial), tells: BOTH, shows: "postman" },
    ];
  }

  async go() {
    if (this.busy) return;
    if (this.state.step === this.steps.length) this.state = { step: 0 };
    const step = this.steps[this.state.step];
    this.busy = true;
    this.since = this.newest();
    this.problem("");
    this.draw();
    const trouble = await step.does();
    if (trouble) {
      this.busy = false;
      this.problem(this.words[trouble]);
      return this.draw();
    }
    this.awaited = [...step.tells];
    this.slow = setTimeout(() => this.problem(this.words.story_slow), SLOW_MS);
    this.table.look();
    return this.looked();
  }

  async book() {
    const { status, values } = await act(this.root.dataset.book);
    if (status !== 200) return "story_failed";
    this.since = values.since;
    const digits = values.number.replace(/[^0-9]/g, "").slice(-4);
    this.state = { step: 0, number: values.number, digits, recipient: { phone: values.phone, name: values.name } };
    this.table.person("recipient", this.state.recipient);
    return "";
  }

  async sendOut() {
    const { status, values } = await act(this.root.dataset.out);
    if (status !== 200) return "story_failed";
    this.state.serial = String(values.serial);
    this.state.postman = { phone: values.phone, name: values.name };
    this.table.person("postman", this.state.postman);
    return "";
  }

  /** Types a text on the keys of a phone, and sends it as its owner would. */
  async text(side, words) {
    const phone = this.table.phones[side];
    this.table.person(side, this.state[side]);
    this.table.tabs.show(side);
    this.table.tabs.reveal();
    phone.end();
    phone.typing.clear();
    for (const letter of words) {
      phone.pressCharacter(letter);
      phone.flash(letter === " " ? "#" : letter);
      if (!calm.matches) await new Promise((done) => setTimeout(done, KEY_MS));
    }
    await deliver(phone);
    return phone.screen === "refused" ? "story_failed" : "";
  }

  handOver(serial) {
    const holding = this.table.phones.recipient.texts.find((text) => text.code);
    if (!holding) return "story_lost";
    return this.text("postman", `${serial} ${holding.code}`);
  }

  // ---- what comes of a step

  newest() {
    const ids = BOTH.flatMap((side) => this.table.phones[side].texts.map((text) => Number(text.id)));
    return Math.max(0, ...ids);
  }

  /** Opens what has come since the step; the next one waits until all who are told have it. */
  looked() {
    if (!this.awaited.length) return;
    this.awaited = this.awaited.filter((side) => {
      const phone = this.table.phones[side];
      const at = phone.texts.findIndex((text) => !text.mine && Number(text.id) > this.since);
      if (at < 0 || phone.screen === "sending") return true;
      phone.index = at;
      phone.show("read");
      return false;
    });
    if (this.awaited.length) return;
    clearTimeout(this.slow);
    this.table.tabs.show(this.steps[this.state.step].shows);
    this.table.tabs.reveal();
    this.state.step += 1;
    this.busy = false;
    this.problem("");
    this.keep();
    this.draw();
  }

  leave() {
    clearTimeout(this.slow);
    this.awaited = [];
    this.busy = false;
    this.state = { step: 0 };
    sessionStorage.removeItem(PLACE);
    this.problem("");
    this.draw();
    this.next.focus();
  }

  keep() {
    sessionStorage.setItem(PLACE, JSON.stringify(this.state));
  }

  // ---- the card

  draw() {
    const { step } = this.state;
    this.put("story-says", this.words[`story_says_${step}`]);
    this.put("story-next", this.busy ? this.words.story_busy : this.words[`story_next_${step}`]);
    this.put("story-count", step ? this.words.story_count.replace("{step}", step) : "");
    this.root.querySelector("#story-call").hidden = step !== 3;
    this.root.querySelector("#story-end").hidden = !step;
    this.root.querySelector("#story-bar").value = step;
    this.next.setAttribute("aria-disabled", String(Boolean(this.busy)));
    this.root.classList.toggle("story-runs", Boolean(step));
    document.body.classList.toggle("story-open", Boolean(step));
  }

  problem(text) {
    this.put("story-problem", text);
  }

  put(id, text) {
    const place = document.getElementById(id);
    const { recipient, postman, serial, digits } = this.state;
    const values = { name: recipient?.name, postman: postman?.name, serial, digits };
    const filled = text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    if (place.textContent !== filled) place.textContent = filled;
  }
}
