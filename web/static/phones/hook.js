// The simulator's hooks for calls and dials, whose requests are idempotent.

const LONGEST_MS = 5000;
const TRIES = 2;

/** Returns the answer of `hook`, or null after two tries without one. Aborts with `cancel`. */
export async function post(hook, body, cancel) {
  for (let left = TRIES; left; left -= 1) {
    const answer = await attempt(hook, JSON.stringify(body), cancel);
    if (answer) return answer;
  }
  return null;
}

async function attempt(hook, body, cancel) {
  try {
    const answer = await fetch(`/hooks/simulator/${hook}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      signal: AbortSignal.any([cancel, AbortSignal.timeout(LONGEST_MS)]),
    });
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    if (cancel.aborted) throw error;
    return null;
  }
}
