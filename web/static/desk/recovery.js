// The page of new recovery codes: they are printed, or copied, by a button of their own.

const codes = document.querySelector(".recovery");
const print = document.querySelector("[data-print-codes]");
const copy = document.querySelector("[data-copy-codes]");

print?.addEventListener("click", () => window.print());
if (print) print.hidden = false;

if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const listed = [...codes.querySelectorAll("code")].map((code) => code.textContent);
    await navigator.clipboard.writeText(listed.join("\n"));
    document.getElementById("copied").textContent = copy.dataset.copied;
  });
}
