// The time that is left, by the server's clock.

const SAID = [10, 5, 1];
// In milliseconds: a smaller difference is the connection's, and would make the seconds jump.
const DRIFT = 1500;
// Shortly before the end what is being typed is saved.
const LAST = 4000;

export class Clock {
  constructor(sitting) {
    this.words = sitting.dataset;
    this.place = document.getElementById("time");
    this.said = document.getElementById("said");
    this.offset = Number(this.words.now) - Date.now();
    this.deadline = Date.now() + Number(this.words.left);
    this.before = Infinity;
  }

  // The server's time, in milliseconds.
  now() {
    return Date.now() + this.offset;
  }

  set(now, left) {
    this.offset = now - Date.now();
    const deadline = Date.now() + left;
    if (Math.abs(deadline - this.deadline) > DRIFT) this.deadline = deadline;
  }

  // Calls nearly() a few seconds before the end, and up() at the end, each once.
  run(nearly, up) {
    const tick = () => {
      const left = this.deadline - Date.now();
      this.show(left);
      if (left <= LAST && this.before > LAST) nearly();
      if (left <= 0) {
        clearInterval(timer);
        up();
      }
      this.before = left;
    };
    const timer = setInterval(tick, 500);
    tick();
  }

  show(left) {
    if (!this.place) return;
    const seconds = Math.max(0, Math.floor(left / 1000));
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const [hours, minutes, rest] = parts.map((part) => String(part).padStart(2, "0"));
    this.place.textContent = parts[0] ? `${parts[0]}:${minutes}:${rest}` : `${Number(minutes)}:${rest}`;
    for (const mark of SAID) {
      const edge = mark * 60_000;
      if (left <= edge && this.before > edge && this.before !== Infinity) this.said.textContent = this.words[`said-${mark}`];
    }
    this.place.closest(".sitting").classList.toggle("late", left <= 300_000);
  }
}
