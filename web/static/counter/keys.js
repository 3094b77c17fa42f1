// The counter by keyboard. Enter goes to the next field that every article needs (a scanner ends
// each label with Enter); after the last one it sends the form, or goes to the button of what cannot be
// taken back. Function keys choose: web/counter/keys.py has them. The server makes the notes beside the
// fields: this script only marks a field whose note says "wrong".

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return; // its own keys: Enter, Tab, Esc
  if (event.key === "Enter") goOn(event);
  else if (event.key === "Escape") goTo(event);
  else if (/^F\d/.test(event.key)) choose(event);
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("a[href]");
  const tariff = document.getElementById("layer")?.dataset.of;
  if (link?.pathname !== tariff) return;
  if (!document.querySelector("form[data-chain]")) return; // nothing typed can be lost
  event.preventDefault();
  layer(link.href);
});

async function layer(address) {
  const content = document.getElementById("layer-content");
  const answer = await fetch(address).catch(() => null);
  const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
  const card = page.getElementById("rate-card");
  if (!card) return location.assign(address); // the sign-in, or a page that says what is wrong
  content.replaceChildren(card);
  document.getElementById("layer").showModal();
}

// What ends something is not pressed by its key: the key goes there, Enter presses.
function goTo(event) {
  const wanted = document.querySelector('[data-key="Escape"]');
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
}

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
  // "Discard" of a form that was kept is a button of the form as well, and the first one.
  else if (!event.repeat) form.requestSubmit(form.querySelector("button:not([type=button])"));
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
