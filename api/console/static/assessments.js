// Keys are fetched when they are asked for, links are copied, and a replacement is followed to its end.
"use strict";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-key]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    showKey(link);
  }
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button);
});

async function showKey(link) {
  const place = document.getElementById(link.dataset.into);
  try {
    const answer = await fetch(link.dataset.key, { redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    place.innerHTML = await answer.text();
  } catch {
    place.textContent = link.dataset.failed;
    return;
  }
  link.remove();
  place.focus();
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // A page without TLS has no clipboard: the older way still works there.
    document.execCommand("copy");
  }
  document.getElementById("copied").textContent = button.dataset.done;
}

for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;

const progress = document.getElementById("progress");
if (progress) follow(progress.dataset.status);

async function follow(address) {
  try {
    const answer = await fetch(address, { redirect: "error" });
    if (answer.ok && tell(await answer.json())) return;
  } catch {
    // The network is away for a moment: ask again.
  }
  setTimeout(follow, 1000, address);
}

// Show how far the job is; true where it has ended and the page is loaded anew for its result.
function tell(job) {
  if (job.status === "completed" || job.status === "failed") {
    location.reload();
    return true;
  }
  document.getElementById("bar").value = job.progress;
  const step = document.getElementById("step");
  if (step.textContent !== job.current_step) step.textContent = job.current_step;
  document.getElementById("lines").replaceChildren(...job.recent_logs.map((line) => {
    const item = document.createElement("li");
    item.textContent = line.message;
    return item;
  }));
  return false;
}
