// A job's page while the job runs: log lines as they come, and what else changes with them.
"use strict";

const state = document.getElementById("state");
const lines = document.getElementById("lines");
const log = document.getElementById("log");
const lost = document.getElementById("lost");
const KINDS = ["pending", "processing", "progress", "completed", "failed"];
// In milliseconds: the state is asked for at most so often, and so often while nothing is said.
const AT_MOST = 500;
const SILENT = 5000;

let last = Number(state.dataset.last);
let source = null;
let timer = null;
let asked = 0;

function isOpen() {
  return document.getElementById("now").dataset.open === "yes";
}

function complain(message) {
  lost.hidden = !message;
  lost.textContent = message;
}

function addLine(told) {
  const line = document.getElementById("line").content.cloneNode(true);
  const time = line.querySelector("time");
  time.dateTime = told.timestamp;
  line.querySelector("span").textContent = told.message;
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  lines.append(line);
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

// --- What else changes is drawn by the service, and taken as a whole.

async function load() {
  timer = null;
  asked = Date.now();
  let answer;
  try {
    answer = await fetch(state.dataset.state);
  } catch {
    complain(lost.dataset.away);
    plan(SILENT);
    return;
  }
  if (answer.redirected) {
    complain(lost.dataset.signedOut);
    if (source) source.close();
    return;
  }
  if (!answer.ok) {
    complain(lost.dataset.away);
    plan(SILENT);
    return;
  }
  complain("");
  take(await answer.text());
}

function take(html) {
  const told = document.getElementById("now").dataset.told;
  const hadFocus = state.contains(document.activeElement);
  state.innerHTML = html;
  const now = document.getElementById("now");
  if (now.dataset.told !== told) document.getElementById("told").textContent = now.dataset.told;
  offer("cancel", isOpen());
  offer("retry", now.dataset.retry === "yes");
  if (hadFocus) state.focus();
  if (isOpen()) plan(SILENT);
  else if (source) source.close();
}

function offer(id, isOffered) {
  const form = document.getElementById(id);
  if (!form) return;
  if (!isOffered && form.contains(document.activeElement)) state.focus();
  form.hidden = !isOffered;
}

function plan(wait) {
  const due = Math.max(wait, asked + AT_MOST - Date.now());
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(load, due);
}

// --- The stream. After a lost connection the browser goes on where it was; after a refusal, this does.

function listen() {
  source = new EventSource(`${state.dataset.stream}?after=${last}`);
  for (const kind of KINDS) source.addEventListener(`task_execution.${kind}`, hear);
  source.addEventListener("open", () => complain(""));
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED || !isOpen()) return;
    // The state tells whether the service is away or the visitor signed out, and when the job has ended.
    plan(0);
    setTimeout(listen, SILENT);
  });
}

function hear(event) {
  if (Number(event.lastEventId) <= last) return;
  last = Number(event.lastEventId);
  const told = JSON.parse(event.data);
  addLine(told);
  if (told.status === "completed" || told.status === "failed") source.close();
  plan(0);
}

log.scrollTop = log.scrollHeight;
if (isOpen()) {
  listen();
  plan(SILENT);
}
