import "./passkey.js";

// The keyboard of the desk: "/" goes to the search, from every page.

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
  const search = document.querySelector("[data-search]");
  const typing = event.target.closest("input, textarea, select");
  if (typing && (typing !== search || search.value)) return;
  const link = document.querySelector("[data-find]");
  if (!search && !link) return;
  event.preventDefault();
  if (search) search.select();
  else location.assign(link.href);
});

const search = document.querySelector("[data-search]");
search?.addEventListener("focus", () => search.select()); // typing replaces the last query
if (search && document.activeElement === document.body) search.focus();

// Scroll to the end of a conversation, where the newest entries are.
const entries = document.querySelector("#timeline[hx-trigger] .entries");
if (entries && entries.lastElementChild && !location.hash) {
  entries.lastElementChild.scrollIntoView({ block: "center" });
}
