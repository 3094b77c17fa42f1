// Slips of an outage: one line after the other. What was taken empties the fields; what was refused
// stays, and its field has the focus. Each line has an id of its own, so none is judged twice.

const form = document.querySelector("[data-paper]");
const failed = form?.querySelector("[data-failed]");

if (form) document.addEventListener("htmx:after:swap", next);
form?.addEventListener("htmx:error", () => {
  failed.hidden = false;
});

function next() {
  const answer = document.querySelector("#typed .answer");
  failed.hidden = true;
  const wrong = answer.dataset.field;
  if (!wrong) {
    form.elements.once.value = crypto.randomUUID();
    for (const name of ["item", "code", "time", "payment"]) form.elements[name].value = "";
  }
  const field = form.elements[wrong] ?? form.elements.item;
  field.focus();
  field.select?.();
}
form?.elements.list.addEventListener("change", () => {
  location.search = new URLSearchParams({ list: form.elements.list.value });
});
