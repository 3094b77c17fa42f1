// Slips of an outage: one line after the other. What was taken empties the fields; what was refused
// stays, and its field has the focus. Each line has an id of its own, so none is judged twice.

const form = document.querySelector("[data-paper]");
const failed = form?.querySelector("[data-failed]");

if (form) document.addEventListener("htmx:after:swap", next);
form?.addEventListener("htmx:error", () => {
  failed.hidden = false;
});

// Not form.elements: its own method item() hides the field of that name.
const named = (name) => form.querySelector(`[name="${name}"]`);

function next() {
  const answer = document.querySelector("#typed .answer");
  failed.hidden = true;
  const wrong = answer.dataset.field;
  if (!wrong) {
    named("once").value = crypto.randomUUID();
    for (const name of ["item", "code", "time", "payment"]) named(name).value = "";
  }
  const field = (wrong && named(wrong)) || named("item");
  field.focus();
  field.select?.();
}
form?.querySelector("select[name=list]").addEventListener("change", (event) => {
  location.search = new URLSearchParams({ list: event.target.value });
});
