// Every table sorts by a press on a heading and, if it is long, shows only the rows with what is typed above
// it. What is shown in parts by the server (data-paged) is neither. On a narrow window each row is a card (desk.css), whose lines are called by the headings.

import { plain } from "../staff/readers.js";

const LONG = 8; // rows
const DAY = /^(\d{1,2}) (\p{L}[\p{L}\p{M}]*)\S? (\d{4})(?:, (\d{2}:\d{2}(?::\d{2})?))?/u; // 14 Aug 2026, 10:04:31
const words = document.querySelector("[data-table-filter]")?.dataset;
const spoken = document.documentElement.lang;
const MONTHS = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat(spoken, { month: "long", timeZone: "UTC" }).format(Date.UTC(2026, month, 1)).normalize(),
);
const compare = new Intl.Collator(spoken, { numeric: true }).compare;

/** Return the moment that a text begins with, as the pages write days; null: it begins with none. */
function momentOf(text) {
  const found = text.normalize().match(DAY);
  if (!found) return null;
  const whole = MONTHS.findIndex((month) => month.startsWith(found[2]));
  const begun = MONTHS.findIndex((month) => month.slice(0, 2) === found[2].slice(0, 2));
  const month = whole < 0 ? begun : whole;
  return month < 0 ? null : Date.UTC(found[3], month, found[1]) + Date.parse(`1970-01-01T${found[4] ?? "00:00"}Z`);
}

/** Return what a cell is sorted by: a moment, in columns of numbers the number, else its text. */
function valueOf(cell) {
  const time = cell?.querySelector("time")?.dateTime;
  if (time) return Date.parse(time);
  const text = plain(cell?.textContent ?? "");
  if (cell?.classList.contains("count")) {
    const number = text.replaceAll(",", "").match(/^[^\d\p{L}-]*(-?)[^\d\p{L}]*(\d+(?:\.\d+)?)(?!\p{L})/u);
    return number ? Number(number[1] + number[2]) : -Infinity;
  }
  return momentOf(text) ?? text;
}

/** Tell whether a row sums up the others: its heading is as wide as several. It stays at the end. */
const isTotal = (row) => row.querySelector(":scope > th")?.colSpan > 1;

function inOrder(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compare(String(a), String(b));
}

function sort(table, column, direction) {
  const body = table.tBodies[0];
  const rows = [...body.rows].filter((row) => !isTotal(row)).map((row) => ({ row, value: valueOf(row.cells[column]) }));
  const sorted = rows.toSorted((a, b) => direction * inOrder(a.value, b.value));
  if (sorted.every((each, index) => each === rows[index])) return; // as after every sort of ours
  body.append(...sorted.map((each) => each.row), ...[...body.rows].filter(isTotal));
}

/** Tell whether the server sorts the table, by links in its headings: what is here is only a part. */
const isSorted = (table) => "sorted" in table.dataset;

/** Sort again what came new into a table that somebody has sorted. */
function keepSorted(table) {
  const heading = table.tHead.querySelector("[aria-sort]");
  if (heading && !isSorted(table)) sort(table, heading.cellIndex, heading.ariaSort === "ascending" ? 1 : -1);
}

function pressed(table, heading) {
  const now = heading.getAttribute("aria-sort");
  const next = now === "ascending" ? "descending" : "ascending";
  for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", next);
  sort(table, heading.cellIndex, next === "ascending" ? 1 : -1);
}

/** Tell whether a column is there to be pressed, not read: it has no order. */
const isPressed = (table, column) =>
  [...table.tBodies[0].rows].some((row) => !isTotal(row) && row.cells[column]?.querySelector("button, input:not([type=hidden])"));

function makeSortable(table) {
  for (const heading of table.tHead.rows[0].cells) {
    if (!heading.textContent.trim() || isPressed(table, heading.cellIndex)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => pressed(table, heading));
  }
}

function makeFilter(table) {
  const label = document.createElement("label");
  label.className = "table-filter";
  const box = document.createElement("input");
  box.type = "search";
  box.autocomplete = "off";
  const said = document.createElement("span");
  said.className = "quiet";
  said.setAttribute("role", "status");
  label.append(words.tableFilter, box);
  (table.closest(".wide") ?? table).before(label, said);
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLocaleLowerCase();
    const rows = [...table.tBodies[0].rows].filter((row) => !isTotal(row));
    for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
    const shown = rows.filter((row) => !row.hidden).length;
    said.textContent = wanted ? `${shown} / ${rows.length} ${words.tableShown}` : "";
  });
}

/** Call each line of a card by its heading; say what is a table, since a card is drawn as none. */
function name(table) {
  table.setAttribute("role", "table");
  const headings = [...table.tHead.rows[0].cells].map((each) => each.textContent.trim());
  for (const row of table.tBodies[0].rows) {
    row.setAttribute("role", "row");
    for (const cell of row.cells) {
      if (!cell.role) cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
      if (row.cells.length === headings.length) cell.dataset.label = headings[cell.cellIndex];
    }
  }
}

/** Tell the style sheet on which sides there is more to scroll to. */
function shade(place) {
  const sides = [];
  if (place.scrollLeft > 4) sides.push("left");
  if (place.scrollLeft + place.clientWidth < place.scrollWidth - 4) sides.push("right");
  place.dataset.more = sides.join(" ");
  if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
  else place.removeAttribute("tabindex");
}

const widths = new ResizeObserver((changed) => changed.forEach((each) => shade(each.target)));

function furnish() {
  for (const place of document.querySelectorAll(".wide:not([data-more])")) {
    shade(place);
    widths.observe(place);
    place.addEventListener("scroll", () => shade(place), { passive: true });
  }
  for (const table of document.querySelectorAll(".data-table:not([data-furnished])")) {
    if (!table.tHead || !table.tBodies[0]) continue;
    table.dataset.furnished = "";
    if ("paged" in table.dataset) continue;
    const rows = [...table.tBodies[0].rows].filter((row) => !isTotal(row));
    const spread = rows.some((row) => [...row.cells].slice(0, -1).some((cell) => cell.colSpan > 1));
    if (!spread && !isSorted(table) && rows.length > 1) makeSortable(table);
    if (!spread && rows.length >= LONG) makeFilter(table);
  }
  for (const table of document.querySelectorAll(".data-table[data-furnished]")) {
    keepSorted(table);
    name(table);
  }
}

furnish();
const room = document.querySelector(".desk-room");
if (room) new MutationObserver(furnish).observe(room, { childList: true, subtree: true });
