// A task's form: what is typed is kept on this device until it is handed in.

import { Clock } from "./take_clock.js";
import { Store } from "./take_store.js";

const sitting = document.getElementById("sitting");
const form = document.getElementById("task");
const saved = document.getElementById("saved");
const told = document.getElementById("told");
const store = new Store(sitting.dataset.session);
const fields = ["repo_url", "patch", "notes"].map((name) => form.elements[name]);

function tell(text) {
  told.textContent = text;
  told.hidden = false;
}

saved.textContent = "";
for (const field of fields) {
  const kept = store.get(`t:${field.name}`);
  if (kept !== null && field.value === "") field.value = kept;
  field.addEventListener("input", () => {
    store.set(`t:${field.name}`, field.value);
    saved.textContent = form.dataset.kept;
  });
}
if (fields.some((field) => field.value)) saved.textContent = form.dataset.kept;

form.addEventListener("submit", (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  tell(form.dataset.offline);
});

function handIn() {
  if (!fields.some((field) => field.value.trim()) || !navigator.onLine) return;
  const mark = document.createElement("input");
  Object.assign(mark, { type: "hidden", name: "time_up", value: "1" });
  form.append(mark);
  form.submit();
}

function up() {
  for (const field of fields) field.readOnly = true;
  tell(sitting.dataset[navigator.onLine ? "up" : "upOffline"]);
  const leave = () => location.assign(sitting.dataset.done);
  if (navigator.onLine) setTimeout(leave, 1500);
  else addEventListener("online", leave, { once: true });
}

new Clock(sitting).run(handIn, up);
