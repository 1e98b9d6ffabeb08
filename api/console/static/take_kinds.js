// Reading and writing the answer of each type of question, in the controls that stand on the page.

const textOf = (line) => line.querySelector(".text").textContent;

function chosen(section) {
  return [...section.querySelectorAll("input:checked")].map((input) => input.value);
}

function linesOf(section) {
  return [...section.querySelectorAll(".order > li")];
}

export function read(section) {
  const { type } = section.dataset;
  if (type === "ordering") return linesOf(section).map((line) => line.dataset.option);
  if (type === "multiple_select") return chosen(section).length ? chosen(section) : null;
  if (type === "numeric" || type === "short_answer") return fieldOf(section).value.trim() || null;
  return chosen(section)[0] ?? null;
}

export function write(section, value) {
  const { type } = section.dataset;
  if (type === "ordering") return value && arrange(section, value);
  if (type === "numeric" || type === "short_answer") {
    const field = fieldOf(section);
    if (field.value.trim() !== String(value ?? "")) field.value = value ?? "";
    return undefined;
  }
  const wanted = [value ?? []].flat();
  for (const input of section.querySelectorAll(".choice input")) input.checked = wanted.includes(input.value);
  return undefined;
}

export function fieldOf(section) {
  return section.querySelector(".field input");
}

function arrange(section, ids) {
  const list = section.querySelector(".order");
  const lines = new Map(linesOf(section).map((line) => [line.dataset.option, line]));
  for (const id of ids) if (lines.has(id)) list.append(lines.get(id));
  limit(section);
}

// The first line can't go up and the last one can't go down; they keep the focus all the same.
function limit(section) {
  const lines = linesOf(section);
  lines.forEach((line, place) => {
    line.querySelector(".up").setAttribute("aria-disabled", String(place === 0));
    line.querySelector(".down").setAttribute("aria-disabled", String(place === lines.length - 1));
  });
}

// Buttons in the place of the numbers of a plain form. moved(text, place, count) tells of each move.
export function prepareOrder(section, words, changed, moved) {
  const movers = document.getElementById("movers");
  for (const line of linesOf(section)) {
    const text = textOf(line);
    line.querySelector("select").remove();
    line.querySelector("label").replaceWith(asText(line.querySelector("label")));
    line.append(movers.content.cloneNode(true));
    for (const [name, step] of [["up", -1], ["down", 1]]) {
      const button = line.querySelector(`.${name}`);
      button.setAttribute("aria-label", words[name].replace("{text}", text));
      button.addEventListener("click", () => {
        const lines = linesOf(section);
        const place = lines.indexOf(line) + step;
        if (place < 0 || place >= lines.length) return;
        if (step < 0) lines[place].before(line);
        else lines[place].after(line);
        button.focus();
        limit(section);
        changed();
        moved(text, place + 1, lines.length);
      });
    }
  }
  const keep = section.querySelector(".keep");
  keep.hidden = false;
  keep.addEventListener("click", changed);
  limit(section);
}

function asText(label) {
  const text = document.createElement("span");
  text.className = label.className;
  text.lang = label.lang;
  text.textContent = label.textContent;
  return text;
}
