// The form that asks for an assessment: files, the chance of guessing, one click at a time.
"use strict";

const form = document.getElementById("generate");
const language = document.documentElement.lang;

// --- How far guessing gets: the same sum as in generate_guess.py.

function guessPassChance(cutoff, questions, options) {
  const hit = 1 / options;
  let exactly = (1 - hit) ** questions;
  let sum = 0;
  for (let right = 0; right <= questions; right += 1) {
    const percent = Math.floor((200 * right + questions) / (2 * questions));
    if (percent >= cutoff) sum += exactly;
    exactly *= ((questions - right) / (right + 1)) * (hit / (1 - hit));
  }
  return Math.min(1, sum);
}

function wholeNumber(field) {
  const value = field.value.trim() === "" ? NaN : Number(field.value);
  return Number.isInteger(value) && value >= Number(field.min) && value <= Number(field.max) ? value : null;
}

function tellGuess() {
  const told = document.getElementById("guess");
  const cutoff = wholeNumber(form.elements.cutoff);
  const questions = wholeNumber(form.elements.number_of_questions);
  if (cutoff === null || questions === null) {
    told.textContent = told.dataset.unknown;
    told.classList.remove("warn");
    return;
  }
  const chance = guessPassChance(cutoff, questions, Number(told.dataset.options));
  const shown = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 2 }).format(chance);
  told.textContent = told.dataset.sentence.replace("{chance}", shown);
  told.classList.toggle("warn", chance > 0.05);
}

// --- A file's text goes into the description.

function tellFile(text, isProblem) {
  const told = document.getElementById("file-told");
  told.textContent = text;
  told.className = isProblem ? "error" : "hint";
}

async function textOf(file, field) {
  const body = new FormData();
  body.append("file", file);
  const token = document.querySelector("meta[name=csrf-token]").content;
  const answer = await fetch(field.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token } });
  if (answer.status === 413) return { problem: field.dataset.tooLarge };
  const isOurs = (answer.headers.get("Content-Type") || "").startsWith("application/json");
  return isOurs ? answer.json() : { problem: field.dataset.failed };
}

async function take(file) {
  const field = form.elements.file;
  // The text is taken: the file need not be sent with the form again.
  field.value = "";
  if (file.size > Number(field.dataset.largest)) {
    tellFile(field.dataset.tooLarge, true);
    return;
  }
  tellFile(field.dataset.reading.replace("{name}", file.name), false);
  let read;
  try {
    read = await textOf(file, field);
  } catch {
    read = { problem: field.dataset.failed };
  }
  if (read.problem) {
    tellFile(read.problem, true);
    return;
  }
  const description = form.elements.job_description;
  const typed = description.value.trim();
  description.value = typed ? `${typed}\n\n${read.text}` : read.text;
  tellFile(field.dataset.read.replace("{name}", file.name), false);
  description.focus();
  description.setSelectionRange(0, 0);
}

function listenForFiles() {
  const drop = document.getElementById("drop");
  form.elements.file.addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) take(file);
  });
  const hasFile = (event) => Array.from(event.dataTransfer.types).includes("Files");
  // Beside the field a file would otherwise be opened in place of the page, and what was typed be lost.
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    drop.classList.toggle("over", drop.contains(event.target));
  });
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) take(file);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
}

// --- Of two clicks one counts. The service knows it too: this only shows it.

function listenForClicks() {
  const button = form.querySelector("button.main");
  form.addEventListener("submit", () => {
    button.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    button.disabled = false;
  });
}

if (form) {
  form.elements.cutoff.addEventListener("input", tellGuess);
  form.elements.number_of_questions.addEventListener("input", tellGuess);
  tellGuess();
  listenForFiles();
  listenForClicks();
  const problems = document.getElementById("problems");
  if (problems) problems.focus();
}
