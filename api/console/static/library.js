// An import's page looks again until the job has ended.
"use strict";

const PAUSE = 700;

async function look() {
  const old = document.getElementById("outcome");
  if (!old.hasAttribute("data-open")) return;
  try {
    const answer = await fetch(location.href);
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("outcome");
      if (fresh !== null && !fresh.hasAttribute("data-open")) {
        old.removeAttribute("data-open");
        old.replaceChildren(...fresh.childNodes);
        return;
      }
    }
  } catch {
    // The network is away: the next look may find it again.
  }
  setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);
