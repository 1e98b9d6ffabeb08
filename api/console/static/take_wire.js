// Calls of the service from a sitting: JSON there and back, patient with a bad connection.

const PATIENCE = 15_000;

export class Wire {
  constructor(sitting, clock) {
    this.words = sitting.dataset;
    this.clock = clock;
    this.meta = document.querySelector("meta[name=csrf-token]");
  }

  // {status, body}; status 0 without an answer. body is null where it is no JSON.
  async call(path, body) {
    const first = await this.once(path, body);
    // The page's token is of no use once its cookie was made anew: ask for another, and try again.
    if (first.status !== 400 || first.body !== null || !(await this.refresh())) return first;
    return this.once(path, body);
  }

  async refresh() {
    const found = await this.once(this.words.state);
    if (found.status === 200 && found.body?.token) {
      this.meta.content = found.body.token;
      for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = found.body.token;
    }
    return found.status === 200;
  }

  async once(path, body) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const sent = await fetch(path, {
        method: body === undefined ? "GET" : "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.meta.content },
        body: body === undefined ? undefined : JSON.stringify({ session: this.words.session, ...body }),
        cache: "no-store",
        signal: stop.signal,
      });
      const isJson = (sent.headers.get("Content-Type") ?? "").startsWith("application/json");
      const found = isJson ? await sent.json() : null;
      if (found && typeof found.left === "number") this.clock.set(found.now, found.left);
      return { status: sent.status, body: found };
    } catch {
      // No connection, or none that is fast enough.
      return { status: 0, body: null };
    } finally {
      clearTimeout(timer);
    }
  }
}
