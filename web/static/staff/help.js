// Help lies over the page, which stays as it is; Esc closes it, and the focus is where it was.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(document.getElementById(opener.dataset.opens));
});

function open(layer) {
  if (layer && !document.querySelector("dialog[open]")) layer.showModal();
}

// A question mark that nobody is typing; Shift makes it on most keyboards. In a field for digits it is none.
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea");
  if (typing && !typing.matches("[inputmode=numeric], [inputmode=decimal], [inputmode=tel], .label-number")) return;
  const help = document.getElementById("help");
  if (!help) return;
  event.preventDefault();
  open(help);
});
