// The two phones of a narrow window, one at a time, as tabs that say how many new texts each has.

const NARROW = "(max-width: 619px)";

export class Tabs {
  /** `words.tab_new`: the mark; `sides`: the ids of the sides' elements begin with these. */
  constructor(sides, words) {
    this.sides = sides;
    this.words = words;
    this.list = document.getElementById("tabs");
    this.narrow = matchMedia(NARROW);
    this.narrow.addEventListener("change", () => this.draw());
    this.list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) this.show(tab.dataset.side);
    });
    this.list.addEventListener("keydown", (event) => this.typed(event));
    this.show(sides[0]);
  }

  part(side, name) {
    return document.getElementById(`${side}-${name}`);
  }

  show(side) {
    this.shown = side;
    this.draw();
  }

  /** Brings the phone of a narrow window into view, below its tabs. */
  reveal() {
    if (this.narrow.matches) document.getElementById("table").scrollIntoView();
  }

  /** Writes how many texts of a phone were not read; none: no mark. */
  mark(side, unread) {
    const mark = this.part(side, "new");
    const text = unread ? this.words.tab_new.replace("{count}", unread) : "";
    if (mark.textContent !== text) mark.textContent = text;
  }

  draw() {
    for (const side of this.sides) {
      const chosen = side === this.shown;
      const tab = this.part(side, "tab");
      const panel = this.part(side, "side");
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      panel.classList.toggle("side-away", !chosen);
      if (this.narrow.matches) panel.setAttribute("role", "tabpanel");
      else panel.removeAttribute("role");
    }
  }

  typed(event) {
    if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
    const last = this.sides.length - 1;
    const at = event.key === "Home" ? 0 : event.key === "End" ? last : this.sides.indexOf(this.shown) + step;
    this.show(this.sides[(at + this.sides.length) % this.sides.length]);
    this.part(this.shown, "tab").focus();
  }
}
