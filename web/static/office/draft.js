// The draft of the lists: cards are dragged with the mouse, or moved with keys.
// Alt+Up and Alt+Down move it in its list, a digit puts it on that beat, Delete takes it off. A
// click or Space picks a card: what is done to one of those that are picked is done to all.

const quick = document.querySelector("#quick");
const move = document.querySelector("#move");
const off = document.querySelector("#off");
let dragged = null; // the card under the mouse
let held = null; // the card that was moved with keys: it keeps the focus
let typed = false; // the last move came from the fields above

const cards = (list) => [...list.querySelectorAll(":scope > .piece")];
const card = (target) => target.closest?.(".piece[data-article]");

const picked = () => [...document.querySelectorAll(".piece.picked")];

// Returns the articles that a move of `one` moves, as the form takes them.
function articles(one) {
  const all = picked();
  return (all.includes(one) ? all : [one]).map((each) => each.dataset.article).join(" ");
}

function pick(one) {
  one.classList.toggle("picked");
  const said = document.querySelector("#picked");
  const count = picked().length;
  said.textContent = count ? said.dataset.word.replace("0", count) : "";
}

document.addEventListener("click", (event) => {
  const one = card(event.target);
  if (one) pick(one);
});

function place(article, list, serial) {
  if (!list.dataset.postman) return takeOff(article);
  move.elements.article.value = article;
  move.elements.postman.value = list.dataset.postman;
  move.elements.serial.value = serial ?? "";
  move.requestSubmit();
}

function takeOff(article) {
  off.elements.article.value = article;
  off.requestSubmit();
}

// ---- the mouse ----------------------------------------------------------------------------------

function mark(list, before) {
  for (const old of document.querySelectorAll(".drop-here")) old.classList.remove("drop-here");
  for (const old of document.querySelectorAll(".drop-end")) old.classList.remove("drop-end");
  if (before) before.classList.add("drop-here");
  else list?.classList.add("drop-end");
}

// Returns the card before which the dragged one would be placed; none: at the end.
function next(list, y) {
  return cards(list).find((each) => {
    const box = each.getBoundingClientRect();
    return each !== dragged && y < box.top + box.height / 2;
  });
}

document.addEventListener("dragstart", (event) => {
  dragged = card(event.target);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.article);
  dragged.classList.add("dragged");
});

function listUnder(event) {
  const section = event.target.closest?.(".walk, [data-free]");
  return section?.querySelector("[data-drop]");
}

document.addEventListener("dragover", (event) => {
  const list = dragged && listUnder(event);
  if (!list) return;
  event.preventDefault();
  mark(list, next(list, event.clientY));
});

document.addEventListener("drop", (event) => {
  const list = dragged && listUnder(event);
  if (!list) return;
  event.preventDefault();
  const before = next(list, event.clientY);
  const moving = dragged.classList.contains("picked") ? picked() : [dragged];
  const others = cards(list).filter((each) => !moving.includes(each));
  held = typed = false;
  place(articles(dragged), list, before ? others.indexOf(before) + 1 : others.length + 1);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  mark(null, null);
});

// Returns the card that stays near `one` when it moves.
function neighbour(one, list) {
  const moving = one.classList.contains("picked") ? picked() : [one];
  const stays = cards(list).filter((each) => each === one || !moving.includes(each));
  const at = stays.indexOf(one);
  return stays[at + 1] ?? stays[at - 1] ?? one;
}

// ---- the keyboard -------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  const here = card(event.target);
  if (!here || event.ctrlKey || event.metaKey) return;
  const list = here.closest("[data-drop]");
  const at = cards(list).indexOf(here);
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  let done = true;
  if (step && event.altKey) {
    held = here.id;
    const serial = at + 1 + step;
    if (list.dataset.postman && serial >= 1 && serial <= cards(list).length) {
      place(here.dataset.article, list, serial);
    }
  } else if (step) {
    cards(list)[at + step]?.focus();
  } else if (/^[1-9]$/.test(event.key) && !event.altKey) {
    const walk = document.querySelector(`[data-drop][data-beat="${event.key}"]`);
    if (walk) {
      // The next card gets the focus, so that one card after the other can be put on its beat.
      held = neighbour(here, list).id;
      place(articles(here), walk, "");
    }
  } else if (event.key === "Delete" && list.dataset.postman) {
    held = neighbour(here, list).id;
    takeOff(articles(here));
  } else if (event.key === " ") {
    pick(here);
  } else {
    done = false;
  }
  if (done) {
    typed = false;
    event.preventDefault();
  }
});

// ---- the answer ---------------------------------------------------------------------------------

quick?.addEventListener("htmx:config:request", () => {
  typed = true;
  held = null;
});
// News must not replace a card that is being dragged.
document.addEventListener("htmx:before:request", (event) => {
  if (dragged && event.target.id === "here") event.preventDefault();
});
document.addEventListener("htmx:after:swap", () => {
  document.querySelector("#picked").textContent = "";
  const board = document.querySelector("#board");
  if (typed) {
    typed = false;
    if (!board.dataset.refused) {
      quick.elements.digits.value = quick.elements.serial.value = ""; // the beat stays
    }
    quick.elements.digits.select();
    quick.elements.digits.focus();
  } else if (held) {
    document.getElementById(held)?.focus();
  }
});
