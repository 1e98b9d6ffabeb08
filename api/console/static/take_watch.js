// What was announced before the start is noted here, and nothing else. Kept and sent again without a connection.

const WAIT = 10_000;
const MOST = 100;

export class Watch {
  constructor({ watched, store, wire, clock, notice }) {
    Object.assign(this, { store, wire, clock, notice });
    this.isLeaving = false;
    addEventListener("pagehide", () => (this.isLeaving = true));
    addEventListener("pageshow", () => (this.isLeaving = false));
    addEventListener("online", () => this.send());
    this.watchTabs();
    if (watched.fullScreen) this.watchFullScreen();
    if (watched.copyPasteBlocked) this.watchCopying();
    this.send();
  }

  note(type, at, data) {
    const eventId = crypto.randomUUID ? crypto.randomUUID() : `${at}-${Math.random()}`;
    const event = { eventId, type, at: new Date(at).toISOString(), data };
    this.store.set("events", [...(this.store.get("events") ?? []), event]);
    this.send();
  }

  async send() {
    const events = (this.store.get("events") ?? []).slice(0, MOST);
    if (!events.length || this.isBusy) return;
    this.isBusy = true;
    const { status } = navigator.onLine ? await this.wire.call(this.wire.words.events, { events }) : { status: 0 };
    this.isBusy = false;
    const isTried = status !== 0 && status !== 429 && status < 500;
    if (isTried) {
      const sent = new Set(events.map((one) => one.eventId));
      this.store.set("events", (this.store.get("events") ?? []).filter((one) => !sent.has(one.eventId)));
    }
    if ((this.store.get("events") ?? []).length) setTimeout(() => this.send(), isTried ? 0 : WAIT);
  }

  watchTabs() {
    const come = () => {
      const since = this.store.get("away");
      if (since === null) return;
      this.store.delete("away");
      this.note("tab_switch", since, { seconds: Math.max(0, Math.round((this.clock.now() - since) / 1000)) });
      this.notice("away");
    };
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") come();
      else if (!this.isLeaving) this.store.set("away", this.clock.now());
    });
    if (document.visibilityState === "visible") come();
  }

  watchFullScreen() {
    const button = document.getElementById("full-screen");
    if (!document.fullscreenEnabled || !button) return;
    button.hidden = false;
    button.addEventListener("click", () => document.documentElement.requestFullscreen().catch(() => {}));
    document.addEventListener("fullscreenchange", () => {
      button.hidden = document.fullscreenElement !== null;
      if (document.fullscreenElement !== null || this.isLeaving) return;
      this.note("full_screen_exit", this.clock.now(), {});
      this.notice("leftFullScreen");
    });
  }

  watchCopying() {
    for (const type of ["copy", "cut", "paste"]) {
      document.addEventListener(type, (event) => {
        event.preventDefault();
        this.note(type === "paste" ? "paste" : "copy", this.clock.now(), {});
        this.notice("noCopying");
      });
    }
  }
}
