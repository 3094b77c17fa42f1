// Sends a text to the simulator's hook, again and again until it is accepted, always under one id.

const AGAIN_MS = 2000;
const LONGEST_MS = 8000;

export function newId() {
  const random = crypto.getRandomValues(new Uint8Array(12));
  return "phones-" + Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Sends, and returns whether the text was accepted. `offline` is called before each new try;
 * `cancel` (an AbortSignal) ends it with an AbortError.
 */
async function send(from, text, cancel, offline) {
  const body = JSON.stringify({ from, text, id: newId() });
  for (;;) {
    const answer = await attempt(body, cancel);
    if (answer && answer.status < 500) return answer.ok;
    offline();
    await pause(AGAIN_MS, cancel);
  }
}

/** Returns the answer, or null if there was none. */
async function attempt(body, cancel) {
  try {
    return await fetch("/hooks/simulator/sms", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      signal: AbortSignal.any([cancel, AbortSignal.timeout(LONGEST_MS)]),
    });
  } catch (error) {
    if (cancel.aborted) throw error;
    return null; // no network, or no answer in time: both are tried again
  }
}

function pause(milliseconds, cancel) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    cancel.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(cancel.reason);
    }, { once: true });
  });
}

/** Sends what was written on `phone`, until it is accepted or given up. */
export async function deliver(phone) {
  const cancel = phone.cancel = new AbortController();
  phone.retrying = false;
  phone.leaving();
  phone.show("sending");
  const offline = () => {
    phone.retrying = true;
    phone.draw();
    phone.say(phone.spokenNow);
  };
  try {
    const taken = await send(phone.owner.phone, phone.typing.text, cancel.signal, offline);
    if (cancel.signal.aborted) return;
    if (taken) phone.typing.clear();
    phone.show(taken ? "sent" : "refused");
    phone.say(phone.spokenNow);
    phone.look();
  } catch (error) {
    if (!cancel.signal.aborted) throw error;
    if (phone.screen === "sending" && phone.cancel === cancel) phone.show("write");
  }
}
