/** Numbers on what a server has done. */

const mostKept = 1000; // durations

/** Counts answers and remembers how long the last ones took. */
export class Metrics {
  readonly #started = Date.now();
  readonly #statuses = new Map<number, number>();
  readonly #durations: number[] = [];
  #at = 0;
  #cancelled = 0;

  /** An answer, and the seconds until it was ready where it was pictures. */
  answered(status: number, seconds?: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (seconds === undefined) return;
    this.#durations[this.#at] = seconds;
    this.#at = (this.#at + 1) % mostKept;
  }

  /** A request that was given up by who made it. */
  cancelled(): void {
    this.#cancelled++;
  }

  /** All of it as plain data; seconds and bytes. */
  summary() {
    const sorted = this.#durations.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? null;
    return {
      uptime: Math.round((Date.now() - this.#started) / 1000),
      requests: Object.fromEntries([...this.#statuses].sort(([a], [b]) => a - b)),
      cancelled: this.#cancelled,
      latency: { of: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99) },
      memory: Deno.memoryUsage().rss,
    };
  }
}
