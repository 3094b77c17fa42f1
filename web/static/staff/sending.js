// Sending: a form is sent once, to a server that is there, by somebody who is signed in. What is asked
// for in the background waits for the sign-in and goes on.

import { hush, say } from "./notice.js";
import { ask, hear, isSure, signInAgain, tellOut, token } from "./sign_in.js";

const here = document.getElementById("sign-in");
const SURE = 20; // seconds since the server was heard in which a form goes without a question
const SLOW = 8_000; // milliseconds
let slow = 0;

// ---- requests of the page itself ----------------------------------------------------------------

async function patient(address, request, ctx) {
  for (;;) {
    const answer = await fetch(address, request);
    hear(answer);
    if (answer.headers.get("Dakiya-Sign-In") !== "ended") return answer;
    clearTimeout(ctx.requestTimeout); // people take their time
    await signInAgain(request.signal);
    request.body?.set?.("csrf_token", token());
  }
}

if (here) {
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    ctx.request.headers["Dakiya-Over"] = "yes";
    ctx.fetch = (address, request) => patient(address, request, ctx);
  });
}

// ---- forms that lead to another page ------------------------------------------------------------

function busy(form, button) {
  form.ariaBusy = "true";
  button?.classList.add("busy");
  slow = setTimeout(() => say("sending", here.dataset.saySlow), SLOW);
}

function free(form) {
  form.ariaBusy = null;
  for (const each of form.querySelectorAll(".busy")) each.classList.remove("busy");
  clearTimeout(slow);
  hush("sending");
}

async function makeSure(form, button) {
  try {
    while (!(await ask())) await signInAgain();
  } catch {
    free(form);
    return say("sending", here.dataset.sayNoAnswer);
  }
  free(form);
  form.requestSubmit(button);
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (!here || event.defaultPrevented || form.method !== "post") return;
  if (form.hasAttribute("hx-post") || form.closest("dialog")) return;
  if (form.ariaBusy === "true") return event.preventDefault(); // a second click
  const out = new URL(form.action).pathname === here.dataset.signOutAt;
  // Other tabs hear of it once the server has answered: earlier they would find the sign-in alive.
  if (out) addEventListener("pagehide", tellOut, { once: true });
  if (!out && !isSure(SURE)) {
    event.preventDefault();
    busy(form, button);
    makeSure(form, button);
  } else if (!form.target && !("answers" in form.dataset)) {
    busy(form, button);
  }
});

// Back: the page may be shown as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy=true]")) free(form);
});
