// What was typed into a form marked data-keep stays in this browser until it is sent, discarded or
// twelve hours old: over a refresh, Back, a dead server, a closed tab. It is sealed with a key that
// only the pages of this account have, and goes when its person signs out. Passwords, PINs and codes
// are never kept.

const here = document.getElementById("sign-in");
const OWN = `dakiya.kept.${here?.dataset.account}.`;
const EVERYBODYS = "dakiya.kept.";
const LONGEST = 12 * 3600 * 1000; // milliseconds, as a sign-in
const NEVER = ["password", "hidden", "file", "submit", "button", "reset", "image"];
const SECRET = ["code", "second_factor", "password", "old", "new", "again", "secret"];
const ONCE = ["once", "group_once"]; // with which the server knows a form that it had already

const fresh = new WeakMap(); // of a restored form that was sent: its own `once`
let writing = Promise.resolve();

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

function open(root) {
  return crypto.subtle.importKey("raw", bytes(root), "AES-GCM", false, ["encrypt", "decrypt"]);
}

const key = crypto.subtle && here?.dataset.keptKey ? open(here.dataset.keptKey) : null;

const nameOf = (form) => OWN + new URL(form.action).pathname;
const sealing = (name, iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) });

function keepable(field) {
  return (
    field.name &&
    !NEVER.includes(field.type) &&
    !SECRET.includes(field.name) &&
    !field.autocomplete?.startsWith("one-time-code") &&
    !field.hasAttribute("data-never")
  );
}

const fieldsOf = (form) => [...form.elements].filter(keepable);
const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
const isTyped = (field) => !isChoice(field) && field.type !== "select-one";

function typedIn(form) {
  const fields = fieldsOf(form).map((field) => [
    field.name,
    isChoice(field) ? field.value : "",
    isChoice(field) ? field.checked : field.value,
  ]);
  const once = ONCE.map((name) => [name, form.elements[name]?.value]).filter(([, value]) => value);
  return { fields, once };
}

// ---- writing ------------------------------------------------------------------------------------

async function write(name, typed) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(typed));
  const sealed = await crypto.subtle.encrypt(sealing(name, iv), await key, plain);
  const kept = { at: Date.now(), sent: false, iv: text(iv), sealed: text(sealed) };
  try {
    localStorage.setItem(name, JSON.stringify(kept));
  } catch {
    // The browser keeps nothing (private window, full): the form works as any other.
  }
}

function keep(form) {
  const [name, typed] = [nameOf(form), typedIn(form)];
  writing = writing.then(() => write(name, typed));
}

function read(name) {
  try {
    const kept = JSON.parse(localStorage.getItem(name));
    return kept && Date.now() - kept.at < LONGEST ? kept : null;
  } catch {
    return null;
  }
}

function forget(fits) {
  for (const name of Object.keys(localStorage)) if (fits(name)) localStorage.removeItem(name);
}

// ---- restoring ----------------------------------------------------------------------------------

async function restore(form) {
  form.dataset.keep = "watched";
  const name = nameOf(form);
  const kept = read(name);
  if (!kept) return;
  // A form that was refused comes back with what was typed: that is newer.
  const answered = here.dataset.posted === "True";
  if (answered && fieldsOf(form).some((field) => isTyped(field) && field.defaultValue)) {
    return keep(form);
  }
  let typed;
  try {
    const plain = await crypto.subtle.decrypt(sealing(name, bytes(kept.iv)), await key, bytes(kept.sealed));
    typed = JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return localStorage.removeItem(name); // another key: nobody reads it any more
  }
  if (!fill(form, typed)) return localStorage.removeItem(name); // as the server shows it: nothing new
  if (kept.sent && !answered) {
    fresh.set(form, typedIn(form).once);
    for (const [field, value] of typed.once) form.elements[field].value = value;
  }
  show(form, name, kept.sent && !answered ? here.dataset.sayKeptSent : here.dataset.sayKept, kept.at);
  tellAbout(form);
  document.addEventListener("htmx:after:init", ({ target }) => {
    if (form.id && target.matches?.(`[hx-trigger*="from:#${form.id}"]`)) tellAbout(form);
  });
}

// What is worked out from a form is worked out again.
function tellAbout(form) {
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

// Returns whether something is other than before.
function fill(form, typed) {
  let changed = false;
  const fields = fieldsOf(form);
  for (const [name, value, kept] of typed.fields) {
    const field = fields.find((each) => each.name === name && (!isChoice(each) || each.value === value));
    if (!field) continue;
    const property = isChoice(field) ? "checked" : "value";
    if (field[property] === kept) continue;
    changed = true;
    field[property] = kept;
  }
  return changed;
}

function show(form, name, words, at) {
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Asia/Kolkata" });
  const note = document.createElement("p");
  note.className = "kept";
  note.setAttribute("role", "status");
  note.append(`${words.replace("{at}", clock.format(at))} `);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = here.dataset.sayDiscard;
  button.addEventListener("click", () => {
    localStorage.removeItem(name);
    renew(form);
    form.reset();
    note.remove();
    tellAbout(form);
    fieldsOf(form).find(isTyped)?.focus();
  });
  note.append(button);
  for (let part = form.closest("details"); part; part = part.parentElement.closest("details")) {
    part.open = true;
  }
  for (const old of form.querySelectorAll(":scope > .kept")) old.remove();
  form.prepend(note);
}

// Another form than the one that was sent: it must not be taken for a repeat.
function renew(form) {
  for (const [name, value] of fresh.get(form) ?? []) form.elements[name].value = value;
  fresh.delete(form);
}

// ---- when ---------------------------------------------------------------------------------------

function restoreAll() {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (form.dataset.keep !== "watched") restore(form);
  }
}

function changed(event) {
  const form = event.target.form;
  if (!event.isTrusted || !form?.hasAttribute("data-keep") || !keepable(event.target)) return;
  renew(form);
  keep(form);
}

function sent({ target: form }) {
  if (new URL(form.action).pathname === here.dataset.signOutAt) {
    return forget((name) => name.startsWith(OWN));
  }
  if (form.hasAttribute("data-keep")) mark(nameOf(form), true);
}

function mark(name, sent) {
  const kept = read(name);
  if (kept) localStorage.setItem(name, JSON.stringify({ ...kept, sent }));
}

if (key) {
  const [done, before] = [here.dataset.keptDone, here.dataset.doneBefore].map((paths) =>
    JSON.parse(paths).map((path) => OWN + path),
  );
  for (const path of JSON.parse(here.dataset.keptBack)) mark(OWN + path, false); // refused: not sent
  forget((name) => done.includes(name) || (name.startsWith(EVERYBODYS) && !read(name)));
  forget((name) => before.includes(name) && read(name).sent); // typed since then is another form
  restoreAll();
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("submit", (event) => event.defaultPrevented || sent(event));
  document.addEventListener("htmx:after:swap", restoreAll);
}
