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
if (search && document.activeElement === document.body) search.focus();

// Scroll to the end of a conversation, where the newest entries are.
const entries = document.querySelector("#timeline[hx-trigger] .entries");
if (entries && entries.lastElementChild && !location.hash) {
  entries.lastElementChild.scrollIntoView({ block: "center" });
}
