// One line at the top of the page, over everything: what is about to happen, and one button.

const notice = document.getElementById("notice");
const text = notice?.querySelector("p");
const button = notice?.querySelector("button");
let does = null;
let whose = ""; // only who said it takes it away

button?.addEventListener("click", () => does?.());

export function say(by, words, label, act) {
  if (!notice || (whose === by && text.textContent === words && !notice.hidden)) return;
  whose = by;
  does = act;
  notice.hidden = false;
  text.textContent = words;
  button.hidden = !label;
  button.textContent = label ?? "";
}

export function hush(by) {
  if (notice && whose === by) notice.hidden = true;
}
