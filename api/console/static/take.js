// A sitting: one question at a time, saved as it is answered, with a map and a look back before the end.

import { Clock } from "./take_clock.js";
import { fieldOf, prepareOrder, read, write } from "./take_kinds.js";
import { Saving } from "./take_saving.js";
import { Store } from "./take_store.js";
import { Watch } from "./take_watch.js";
import { Wire } from "./take_wire.js";

// In milliseconds: who pauses for so long while typing has what is typed saved.
const PAUSE = 800;
const byId = (id) => document.getElementById(id);

const sitting = byId("sitting");
const paper = byId("paper");
const words = paper.dataset;
const form = byId("answers");
const review = byId("review");
const sections = [...document.querySelectorAll(".question")];
const links = [...byId("map").querySelectorAll("a")];
const told = byId("told");
const store = new Store(sitting.dataset.session);
const clock = new Clock(sitting);
const wire = new Wire(sitting, clock);
const title = document.title;
const typing = new Map();
let here = 0;
let isOver = false;

const numberOf = (id) => sections.findIndex((one) => one.dataset.id === id) + 1;
const isMarked = (section) => store.get(`m:${section.dataset.id}`) === true;
const first = new Map(
  sections.map((one) => [one.dataset.id, { value: JSON.parse(one.dataset.answer), version: Number(one.dataset.version) }]),
);
const saving = new Saving({ store, wire, clock, first, tell, adopt });

function tell(state, id = null, message = "") {
  const number = id === null ? "" : numberOf(id);
  const saved = byId("saved");
  const text = (sitting.dataset[state] ?? "").replace("{number}", number);
  saved.className = `saved ${state}`;
  if (["saving", "saved", "offline", "trouble", "refused"].includes(state)) saved.textContent = text;
  if (state === "newer") notice("newer", number);
  if (state === "ended" || state === "reload") end(text);
  if (state === "over") location.assign(sitting.dataset.done);
  if (id !== null && (state === "saved" || state === "refused")) mend(sections[number - 1], message);
  show();
}

function notice(name, number = "") {
  told.textContent = sitting.dataset[name].replace("{number}", number);
  told.hidden = false;
}

function end(text) {
  told.textContent = `${text} `;
  const link = document.createElement("a");
  link.href = sitting.dataset.enter;
  link.textContent = sitting.dataset.enterWord;
  told.append(link);
  told.hidden = false;
}

// What is wrong with an answer stands at its question.
function mend(section, message) {
  section.querySelector(".error").textContent = message;
  const field = fieldOf(section);
  if (field && message) field.setAttribute("aria-invalid", "true");
  else if (field) field.removeAttribute("aria-invalid");
}

function adopt(id, value) {
  write(sections[numberOf(id) - 1], value);
  show();
}

function changed(section) {
  clearTimeout(typing.get(section));
  typing.delete(section);
  if (!isOver) saving.change(section.dataset.id, read(section));
  show();
}

function finishTyping() {
  for (const section of [...typing.keys()]) changed(section);
}

function wireUp(section, place) {
  const answer = saving.of(section.dataset.id);
  if (section.dataset.type === "ordering") {
    prepareOrder(section, words, () => changed(section), (text, at, count) => {
      byId("said").textContent = words.moved.replace("{place}", at).replace("{count}", count).replace("{text}", text);
    });
  }
  write(section, answer.value);
  section.addEventListener("change", () => changed(section));
  fieldOf(section)?.addEventListener("input", () => {
    clearTimeout(typing.get(section));
    typing.set(section, setTimeout(() => changed(section), PAUSE));
  });
  section.querySelector(".clear").addEventListener("click", (event) => {
    event.preventDefault();
    for (const input of section.querySelectorAll("input:checked")) input.checked = false;
    if (fieldOf(section)) fieldOf(section).value = "";
    saving.change(section.dataset.id, null);
    mend(section, "");
    section.querySelector("h2").focus();
    show();
  });
  const later = section.querySelector(".later");
  later.hidden = false;
  later.addEventListener("click", () => {
    store.set(`m:${section.dataset.id}`, !isMarked(section));
    show();
  });
  links[place].addEventListener("click", (event) => {
    event.preventDefault();
    go(place);
  });
}

function isAnswered(section) {
  const { id } = section.dataset;
  return saving.of(id).value !== null && !saving.refused.has(id);
}

// Draw the map, the marks and the buttons as things stand.
function show() {
  sections.forEach((section, place) => {
    const marked = isMarked(section);
    const answered = isAnswered(section);
    const states = [answered ? words.isAnswered : words.isOpen, ...(marked ? [words.isMarked] : [])];
    links[place].querySelector(".sign").textContent = `${answered ? "✓" : ""}${marked ? "⚑" : ""}`;
    links[place].querySelector(".state").textContent = states.join(", ");
    links[place].classList.toggle("open", !answered);
    links[place].toggleAttribute("aria-current", place === here && review.hidden);
    if (place === here && review.hidden) links[place].setAttribute("aria-current", "step");
    section.querySelector(".later").setAttribute("aria-pressed", String(marked));
    // They keep their room: what moves under a finger is missed.
    section.querySelector(".clear").classList.toggle("away", !answered);
    section.querySelector(".keep")?.classList.toggle("away", answered);
  });
  byId("unsent").hidden = saving.next() === undefined || review.hidden;
}

function go(place, isFocused = true) {
  finishTyping();
  here = Math.min(Math.max(place, 0), sections.length - 1);
  sections.forEach((section, at) => (section.hidden = at !== here));
  paper.hidden = false;
  review.hidden = true;
  byId("previous").hidden = here === 0;
  byId("next").hidden = here === sections.length - 1;
  byId("to-review").classList.toggle("main", here === sections.length - 1);
  if (location.hash !== `#q-${here + 1}`) history.pushState(null, "", `#q-${here + 1}`);
  store.set("here", here);
  const heading = sections[here].querySelector("h2");
  document.title = `${heading.textContent} · ${title}`;
  show();
  if (isFocused) heading.focus();
  if (isFocused) scrollTo(0, 0);
}

function list(box, places) {
  const list_ = box.querySelector("ul");
  list_.replaceChildren();
  for (const place of places) {
    const line = byId("link").content.cloneNode(true);
    const link = line.querySelector("a");
    link.href = `#q-${place + 1}`;
    link.textContent = sections[place].querySelector("h2").textContent;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go(place);
    });
    list_.append(line);
  }
  box.hidden = places.length === 0;
}

function lookBack() {
  finishTyping();
  const places = sections.map((_, place) => place);
  list(byId("gaps"), places.filter((place) => !isAnswered(sections[place])));
  list(byId("marked"), places.filter((place) => isMarked(sections[place])));
  byId("no-gaps").hidden = !byId("gaps").hidden;
  paper.hidden = true;
  review.hidden = false;
  show();
  byId("review-title").focus();
  scrollTo(0, 0);
}

async function handIn(event) {
  event.preventDefault();
  finishTyping();
  await saving.send();
  show();
  if (saving.next() === undefined && navigator.onLine && !saving.isEnded) byId("hand-in").submit();
}

// The server submits what was saved; the page waits for it a moment, and leads on.
async function timeIsUp() {
  finishTyping();
  isOver = true;
  for (const control of document.querySelectorAll("#paper :is(input, button), #review button")) control.disabled = true;
  notice(navigator.onLine ? "up" : "upOffline");
  const leave = () => location.assign(sitting.dataset.done);
  if (!navigator.onLine) return addEventListener("online", leave, { once: true });
  await saving.send();
  return setTimeout(leave, 1500);
}

function placeInAddress() {
  const found = /^#q-(\d+)$/.exec(location.hash);
  return found ? Number(found[1]) - 1 : null;
}

sections.forEach(wireUp);
for (const one of document.querySelectorAll(".plain")) one.hidden = true;
byId("previous").addEventListener("click", () => go(here - 1));
byId("next").addEventListener("click", () => go(here + 1));
byId("back").addEventListener("click", () => go(here));
byId("hand-in").addEventListener("submit", handIn);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.id === "to-review") lookBack();
  else finishTyping();
});
addEventListener("popstate", () => go(placeInAddress() ?? here));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") finishTyping();
  else if (navigator.onLine) wire.refresh();
});
store.whenChanged(() => show());

const watched = sitting.dataset.watched ? JSON.parse(sitting.dataset.watched) : null;
if (watched) new Watch({ watched, store, wire, clock, notice });
const isKnown = placeInAddress() !== null;
go(placeInAddress() ?? store.get("here") ?? 0, isKnown);
clock.run(finishTyping, timeIsUp);
if (saving.next() === undefined) byId("saved").textContent = sitting.dataset.allSaved;
saving.send();
