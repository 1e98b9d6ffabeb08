// What this device keeps of a sitting, under its session's id: shared by tabs, and still there after a reload.

export class Store {
  constructor(session) {
    this.head = `take:${session}:`;
    // Where a browser keeps nothing, the page still does.
    this.memory = new Map();
  }

  get(name) {
    try {
      const text = localStorage.getItem(this.head + name);
      if (text !== null) return JSON.parse(text);
    } catch {
      // No storage, or somebody else's text in it: what the page knows counts.
    }
    return this.memory.get(name) ?? null;
  }

  set(name, value) {
    this.memory.set(name, value);
    try {
      localStorage.setItem(this.head + name, JSON.stringify(value));
    } catch {
      // As above; a full storage is like none.
    }
  }

  delete(name) {
    this.memory.delete(name);
    try {
      localStorage.removeItem(this.head + name);
    } catch {
      // There is nothing to remove.
    }
  }

  forget() {
    this.memory.clear();
    try {
      for (const name of Object.keys(localStorage)) {
        if (name.startsWith(this.head)) localStorage.removeItem(name);
      }
    } catch {
      // There is nothing to remove.
    }
  }

  // Calls heard(name) when another tab has changed something.
  whenChanged(heard) {
    addEventListener("storage", (event) => {
      if (event.key !== null && event.key.startsWith(this.head)) {
        this.memory.delete(event.key.slice(this.head.length));
        heard(event.key.slice(this.head.length));
      }
    });
  }
}
