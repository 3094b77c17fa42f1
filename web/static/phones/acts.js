// What the page asks of the service besides texting: an article of the guided delivery, a fresh day.

const LONGEST_MS = 30000;

/** Returns the answer's status (0: none came) and its values. */
export async function act(path, body = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    const values = answer.status === 200 ? await answer.json() : {};
    return { status: answer.status, values };
  } catch {
    return { status: 0, values: {} };
  }
}

/** Makes the button of a fresh day work: the page loads anew with its phones empty. */
export function freshDay(words) {
  const button = document.getElementById("again");
  if (!button) return;
  const says = document.getElementById("again-says");
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    says.textContent = words.again_busy;
    const { status } = await act(button.dataset.path);
    if (status === 204) {
      for (const name of ["phones.recipient", "phones.postman", "phones.story"]) sessionStorage.removeItem(name);
      location.reload();
      return;
    }
    button.setAttribute("aria-disabled", "false");
    says.textContent = status === 409 ? words.again_soon : words.again_failed;
  });
}
