// Scanning: a number and Enter, one after the other. The field is free as soon as a number is being
// sent; numbers queue up, and one that did not reach the server returns with a message.

const form = document.querySelector("[data-scan]");
const field = form?.querySelector("input[name=number]");
const failed = form?.querySelector("[data-failed]");
let sent = [];

form?.addEventListener("htmx:config:request", () => {
  sent.push(field.value);
  field.value = "";
});
form?.addEventListener("htmx:after:request", () => {
  sent.shift();
  failed.hidden = true;
  field.focus();
});
form?.addEventListener("htmx:error", () => {
  const lost = sent.shift();
  if (lost === undefined) return;
  failed.hidden = false;
  field.value = field.value || lost;
  field.select();
});
