// Answers on their way: each kept on this device until the service has it, one sent at a time, newest value only.
//
// An answer carries the version that was known when it was given. So the service leaves a newer one alone,
// even if an old call arrives late; which of the two is newer is then told by their times.

const WAITS = [1000, 2000, 4000, 8000, 15_000];
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class Saving {
  // first: question's id -> {value, version} as the page came. tell(state, id, message) says how it stands.
  constructor({ store, wire, clock, first, tell, adopt }) {
    Object.assign(this, { store, wire, clock, first, tell, adopt });
    this.failures = 0;
    this.isBusy = false;
    this.isEnded = false;
    // What the service would not take, until it is changed.
    this.refused = new Map();
    addEventListener("online", () => this.send());
    store.whenChanged((name) => this.hear(name));
  }

  of(id) {
    const kept = this.store.get(`a:${id}`);
    const first = this.first.get(id);
    return kept && (kept.isUnsent || kept.version >= first.version) ? kept : { ...first, at: 0, isUnsent: false };
  }

  change(id, value) {
    const before = this.of(id);
    if (isSame(before.value, value)) return;
    this.refused.delete(id);
    this.keep(id, { value, version: before.version, at: this.clock.now(), isUnsent: true });
    this.send();
  }

  keep(id, answer) {
    this.store.set(`a:${id}`, answer);
  }

  next() {
    return [...this.first.keys()].find((id) => this.of(id).isUnsent && !this.refused.has(id));
  }

  // Send what is unsent; resolves when all is sent, or nothing can be at the moment.
  async send() {
    if (this.isEnded) return;
    if (this.isBusy) return this.isBusy;
    clearTimeout(this.timer);
    this.isBusy = this.sendAll();
    await this.isBusy;
    this.isBusy = false;
    // Something may have changed between the last look and here.
    if (!this.failures && this.next() !== undefined) await this.send();
  }

  async sendAll() {
    for (let id = this.next(); id !== undefined && !this.isEnded; id = this.next()) {
      if (!navigator.onLine) return this.later(0);
      const sent = this.of(id);
      const slow = setTimeout(() => this.tell("saving", id), 400);
      const { status, body } = await this.wire.call(this.wire.words.answers + id, {
        answer: sent.value,
        after: sent.version,
      });
      clearTimeout(slow);
      if (status === 200 && body) this.settle(id, sent, body);
      else if (body?.code === "INVALID_ANSWER") this.refuse(id, sent, body.message);
      else if (status === 0 || status === 408 || status === 429 || status >= 500) return this.later(status);
      else return this.end(status, body);
      this.failures = 0;
    }
  }

  settle(id, sent, body) {
    const now = this.of(id);
    const savedAt = Date.parse(body.savedAt);
    this.first.set(id, { value: body.answer, version: body.version });
    if (now.at !== sent.at) return this.keep(id, { ...now, version: body.version });
    if (!isSame(body.answer, sent.value) && sent.at > savedAt) return this.keep(id, { ...sent, version: body.version });
    this.keep(id, { value: body.answer, version: body.version, at: sent.at, isUnsent: false });
    if (isSame(body.answer, sent.value)) return this.tell("saved", id);
    this.adopt(id, body.answer);
    return this.tell("newer", id);
  }

  refuse(id, sent, message) {
    if (this.of(id).at === sent.at) this.refused.set(id, message);
    this.tell("refused", id, message);
  }

  later(status) {
    const wait = WAITS[Math.min(this.failures, WAITS.length - 1)];
    this.failures += 1;
    this.tell(status === 0 ? "offline" : "trouble");
    this.timer = setTimeout(() => this.send(), wait);
  }

  end(status, body) {
    this.isEnded = true;
    const isOver = body?.code === "TIME_IS_UP" || body?.code === "ALREADY_SUBMITTED";
    this.tell(isOver ? "over" : status === 400 ? "reload" : "ended", null, body?.message);
  }

  hear(name) {
    const id = name.startsWith("a:") ? name.slice(2) : "";
    if (!this.first.has(id)) return;
    this.refused.delete(id);
    this.adopt(id, this.of(id).value);
  }
}
