// The keyboard of the desk: "/" goes to the search, from wherever one is.

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
  const search = document.querySelector("[data-search]");
  const typing = event.target.closest("input, textarea, select");
  if (typing && (typing !== search || search.value)) return;
  const way = document.querySelector("[data-find]");
  if (!search && !way) return;
  event.preventDefault();
  if (search) search.select();
  else location.assign(way.href);
});

const search = document.querySelector("[data-search]");
search?.addEventListener("focus", () => search.select()); // what was asked last is typed over
if (search && document.activeElement === document.body) search.focus();

// A conversation is read from its end: what is new stands there.
const talk = document.querySelector("#talk[hx-trigger] .entries");
if (talk && talk.lastElementChild && !location.hash) {
  talk.lastElementChild.scrollIntoView({ block: "center" });
}
