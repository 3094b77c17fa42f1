// What a form lacks is said beside the field, in the page's language, not in a bubble in the browser's.
// The server checks again, and alone where scripts do not run: then the browser's own words show.

import { dayOf, numberOf, timeOf } from "./readers.js";

const words = document.getElementById("checking")?.dataset;
const FIRST = Date.UTC(2000, 0, 1);
const LAST = Date.UTC(2099, 11, 31);
let checked = null; // the form whose first bad field gets the focus, once all of them are known
let last = 0;

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const shown = (day) => day.split("-").toReversed().join("-"); // 2026-08-14: 14-08-2026

/** Return what is wrong with what the field holds by its own kind (a day, a time, a number, a file); "": nothing. */
function mistake(field) {
  const { value, dataset, form } = field;
  if (!value.trim()) return "";
  if (field.type === "file") return field.files[0]?.size > Number(dataset.most) ? dataset.tooMuch : "";
  if (dataset.typed === "day") {
    const day = dayOf(value);
    if (day === null || day < FIRST || day > LAST) return words.day;
    if (dataset.latest && day > Date.parse(dataset.latest)) return fill(words.latest, { day: shown(dataset.latest) });
    const until = dataset.until && dayOf(form?.elements[dataset.until]?.value ?? "");
    if (until && day > until) return words.order;
  }
  if (dataset.typed === "time" && timeOf(value) === null) return words.time;
  if (dataset.typed === "whole") {
    const number = numberOf(value);
    if (number === null) return words.whole;
    if (number < Number(dataset.least)) return fill(words.least, { least: dataset.least });
    if (number > Number(dataset.most)) return fill(words.most, { most: dataset.most });
  }
  return "";
}

/** Return the sentence for a field; "": it is good. */
function sentenceFor(field) {
  const { validity } = field;
  if (validity.valid) return "";
  if (validity.customError) return field.validationMessage;
  if (validity.valueMissing) {
    if (field.type === "radio" || field.tagName === "SELECT") return words.choose;
    if (field.type === "checkbox") return words.tick;
    return field.type === "file" ? words.file : words.missing;
  }
  if (validity.tooShort) return fill(words.short, { least: field.minLength, now: [...field.value].length });
  if (validity.tooLong) return fill(words.long, { most: field.maxLength });
  if (validity.typeMismatch) return field.type === "url" ? words.address : words.mail;
  if (validity.rangeUnderflow) return fill(words.least, { least: field.min });
  if (validity.rangeOverflow) return fill(words.most, { most: field.max });
  if (validity.badInput || validity.stepMismatch) return words.whole;
  return field.title || words.shape;
}

// ---- beside the field ---------------------------------------------------------------------------

const ids = (field) =>
  (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => document.getElementById(id));
const groupOf = (field) =>
  field.type === "radio" && field.form
    ? [...field.form.elements].filter((each) => each.type === "radio" && each.name === field.name)
    : [field];

/** Return what holds the field, its label and what is said of it; made where there is nothing. */
function boxOf(field) {
  if (field.type === "radio") return field.closest("fieldset") ?? field.closest("label");
  const box = field.closest(".checked, .field");
  if (box) return box;
  const label = field.closest("label") ?? field;
  const made = document.createElement("div");
  made.className = label.classList.contains("grow") ? "checked grow" : "checked";
  const { activeElement, selectionStart } = { activeElement: document.activeElement, selectionStart: field.selectionStart };
  label.replaceWith(made);
  made.append(label);
  if (activeElement === field) {
    field.focus();
    if (selectionStart !== null && field.type === "text") field.setSelectionRange(selectionStart, selectionStart);
  }
  return made;
}

function show(field, sentence) {
  let note = document.getElementById(field.dataset.note ?? "");
  if (!note) {
    note = document.createElement("p");
    note.id = field.dataset.note = `check-${(last += 1)}`;
    note.className = "wrong";
    const box = boxOf(field);
    box.querySelector(":scope > .wrong:not([id^=check-])")?.remove(); // the server's, of what was sent before
    box.append(note);
  }
  note.textContent = sentence;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [...new Set([...ids(field), note.id])].join(" "));
}

function hide(field) {
  const note = document.getElementById(field.dataset.note ?? "");
  if (!note) return;
  note.remove();
  delete field.dataset.note;
  field.removeAttribute("aria-invalid");
  const rest = ids(field).filter((id) => id !== note.id);
  if (rest.length) field.setAttribute("aria-describedby", rest.join(" "));
  else field.removeAttribute("aria-describedby");
}

/** Look again at a field of which something is said; a choice is one field with its neighbours. */
function again(field) {
  field.setCustomValidity?.(mistake(field));
  for (const each of groupOf(field).filter((one) => one.dataset.note)) {
    const sentence = sentenceFor(each);
    if (sentence) show(each, sentence);
    else hide(each);
  }
}

// ---- when ---------------------------------------------------------------------------------------

function focusFirst() {
  const first = [...(checked?.elements ?? [])].find((field) => field.willValidate && !field.validity.valid);
  checked = null;
  for (let part = first?.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  first?.focus();
}

function invalid(event) {
  const field = event.target;
  event.preventDefault(); // no bubble
  if (!groupOf(field).some((each) => each !== field && each.dataset.note)) show(field, sentenceFor(field));
  if (!checked) setTimeout(focusFirst); // after the browser has named every other one
  checked = field.form;
}

const own = "input[data-typed], input[type=file][data-most]";

function judge(place) {
  for (const field of place.querySelectorAll(own)) field.setCustomValidity(mistake(field));
}

if (words) {
  document.addEventListener("invalid", invalid, true);
  document.addEventListener("input", ({ target }) => {
    if (target.willValidate) again(target);
    else if (target.matches("form")) judge(target); // filled by a restored draft
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.willValidate) return;
    again(target);
    if (target.matches(own) && target.validity.customError) show(target, target.validationMessage);
  });
  // What does not fit any more is cut off by the browser without a word.
  document.addEventListener("paste", ({ target, clipboardData }) => {
    if (!(target.maxLength > 0) || !clipboardData) return;
    const kept = target.value.length - (target.selectionEnd - target.selectionStart);
    if (kept + clipboardData.getData("text").length <= target.maxLength) return;
    setTimeout(() => show(target, fill(words.cut, { most: target.maxLength })));
  });
  // One field may be judged by another, which changed meanwhile.
  document.addEventListener("click", ({ target }) => {
    const form = target.closest?.("button:not([type=button])")?.form;
    if (form) judge(form);
  }, true);
  judge(document);
}
