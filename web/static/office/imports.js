// Refuses a file that is too large before it is sent; shows that a form is being sent.

const form = document.querySelector("[data-import]");
const file = form?.querySelector("input[type=file]");

file?.addEventListener("change", () => {
  const chosen = file.files[0];
  const much = chosen && chosen.size > Number(file.dataset.most);
  file.setCustomValidity(much ? file.dataset.tooMuch : "");
  if (much) file.reportValidity();
});

form?.addEventListener("submit", () => {
  form.setAttribute("aria-busy", "true");
  form.querySelector("button").disabled = true;
});
window.addEventListener("pageshow", () => {
  form?.removeAttribute("aria-busy");
  if (form) form.querySelector("button").disabled = false;
});
