/** How fast training goes, and how long it will take. */

const window = 30_000; // milliseconds that the shown rate looks back on

/** Measures steps, and the work between epochs. */
export class Throughput {
  /** Ends of recent steps; the first is where the measurement starts. */
  #ends: number[];
  #events: { total: number; count: number } = { total: 0, count: 0 };

  constructor(private readonly now: () => number = () => performance.now()) {
    this.#ends = [now()];
  }

  /** A step is done. */
  step(): void {
    const now = this.now();
    this.#ends.push(now);
    while (this.#ends.length > 2 && now - this.#ends[0]! > window) this.#ends.shift();
  }

  /** Metrics, samples and checkpoints after a step: not counted into the rate of steps. */
  async event<T>(work: () => Promise<T>): Promise<T> {
    const start = this.now();
    try {
      return await work();
    } finally {
      const taken = this.now() - start;
      this.#events.total += taken;
      this.#events.count += 1;
      this.#ends = this.#ends.map((end) => end + taken);
    }
  }

  /** Seconds a step takes. */
  get secondsPerStep(): number {
    const steps = this.#ends.length - 1;
    return steps === 0 ? NaN : (this.#ends.at(-1)! - this.#ends[0]!) / steps / 1000;
  }

  /** Seconds that so many steps and events will take. */
  left(steps: number, events: number): number {
    const { total, count } = this.#events;
    return steps * this.secondsPerStep + (count === 0 ? 0 : events * total / count / 1000);
  }
}
