// Refuses a file that is too large before it is sent.

const form = document.querySelector("[data-import]");
const file = form?.querySelector("input[type=file]");

file?.addEventListener("change", () => {
  const chosen = file.files[0];
  const much = chosen && chosen.size > Number(file.dataset.most);
  file.setCustomValidity(much ? file.dataset.tooMuch : "");
  if (much) file.reportValidity();
});
