// The counter by keyboard. Enter goes to the next field that every article needs (a scanner ends
// each label with Enter) and sends the form after the last one; function keys choose. The server makes
// the notes beside the fields: this script only marks a field whose note says "wrong".

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.isComposing) return;
  if (event.key === "Enter") goOn(event);
  else if (/^F\d/.test(event.key)) choose(event);
});

function goOn(event) {
  const field = event.target;
  const form = field.closest?.("form[data-chain]");
  if (!form || !field.matches("input:not([type=checkbox]), select")) return;
  event.preventDefault();
  const chain = [...form.querySelectorAll("[data-next]")];
  const next = chain.find(
    (each) => field.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  if (next) next.focus();
  else if (!event.repeat) form.requestSubmit(form.querySelector("button"));
}

function choose(event) {
  const wanted = document.querySelector(`[data-key="${event.key}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (event.repeat) return;
  if (!wanted.matches("select")) return wanted.click();
  wanted.focus();
  wanted.selectedIndex = (wanted.selectedIndex + 1) % wanted.options.length;
  wanted.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("input[data-select]")) event.target.select();
});
if (document.activeElement.matches("input[data-select]")) document.activeElement.select();

document.addEventListener("htmx:after:swap", () => {
  for (const note of document.querySelectorAll(".note[id]")) {
    const field = document.querySelector(`[aria-describedby="${note.id}"]`);
    if (note.classList.contains("wrong")) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }
});
