import "./passkey.js";
import "./tables.js";

// The keyboard of the desk: "/" goes to the page's own search, else to the one in the bar.

const menu = document.getElementById("menu");

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
  const box = document.querySelector("[data-search]") ?? document.querySelector("[data-search-all]");
  const typing = event.target.closest("input, textarea, select");
  if (!box || (typing && (typing !== box || box.value))) return;
  event.preventDefault();
  if (!box.checkVisibility()) menu.showPopover?.(); // behind the menu button
  box.focus();
  box.select();
});

const search = document.querySelector("[data-search]");
search?.addEventListener("focus", () => search.select()); // typing replaces the last query
if (search && document.activeElement === document.body && !document.querySelector("[data-focus]")) search.focus();

// What became of an act has the focus: it is read at once, and in view.
const result = document.querySelector("[data-focus]");
if (result && !document.querySelector("[autofocus]:not(dialog *)")) result.focus();

// The queue says in the tab's title how many tickets nobody has, also while one looks elsewhere.
const title = document.title;
const count = () => {
  const waiting = document.querySelector("#queue")?.dataset.waiting;
  document.title = Number(waiting) ? `(${waiting}) ${title.trim()}` : title;
};
if (document.querySelector("#queue")) {
  count();
  document.addEventListener("htmx:after:swap", count);
}
