// Every table sorts by a press on a heading and, if it is long, shows only the rows with what is typed above
// it. On a narrow window each row is a card (desk.css), whose lines are called by the headings.

const LONG = 8; // rows
const words = document.querySelector("[data-table-filter]")?.dataset;
const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;

/** Return what a cell is sorted by: a moment, a number if it begins with one, else its text. */
function valueOf(cell) {
  const time = cell?.querySelector("time")?.dateTime;
  if (time) return time;
  const text = cell?.textContent.trim() ?? "";
  const number = text.replaceAll(",", "").match(/^[^\d\p{L}]*(-?\d+(?:\.\d+)?)(?!\p{L})/u);
  return cell?.classList.contains("count") && number ? Number(number[1]) : text;
}

function inOrder(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compare(String(a), String(b));
}

function sort(table, column, direction) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, value: valueOf(row.cells[column]) }));
  const sorted = rows.toSorted((a, b) => direction * inOrder(a.value, b.value));
  if (sorted.every((each, index) => each === rows[index])) return; // as after every sort of ours
  body.append(...sorted.map((each) => each.row));
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

function makeSortable(table) {
  for (const heading of table.tHead.rows[0].cells) {
    if (!heading.textContent.trim()) continue;
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
    const rows = [...table.tBodies[0].rows];
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
    const plain = ![...table.querySelectorAll("tbody > tr > *")].some((cell) => cell.colSpan > 1);
    if (plain && !isSorted(table) && table.tBodies[0].rows.length > 1) makeSortable(table);
    if (plain && !("paged" in table.dataset) && table.tBodies[0].rows.length >= LONG) makeFilter(table);
  }
  for (const table of document.querySelectorAll(".data-table[data-furnished]")) {
    keepSorted(table);
    name(table);
  }
}

furnish();
const room = document.querySelector(".desk-room");
if (room) new MutationObserver(furnish).observe(room, { childList: true, subtree: true });
