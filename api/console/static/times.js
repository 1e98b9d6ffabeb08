// Moments in the viewer's own time zone, also those that come later. Without a script they stand in UTC.
"use strict";

const STYLES = {
  short: { dateStyle: "short", timeStyle: "short" },
  medium: {
    year: "numeric", month: "short", day: "numeric",
    hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "short",
  },
  clock: { timeStyle: "medium" },
};

function localize(time) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, STYLES[time.dataset.style]);
  time.textContent = format.format(new Date(time.dateTime));
}

function localizeIn(node) {
  if (!(node instanceof Element)) return;
  if (node.matches("time[data-style]")) localize(node);
  node.querySelectorAll("time[data-style]").forEach(localize);
}

localizeIn(document.body);
new MutationObserver((changes) => {
  for (const change of changes) change.addedNodes.forEach(localizeIn);
}).observe(document.body, { childList: true, subtree: true });
