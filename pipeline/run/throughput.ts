/** How fast training goes, and how long it will take. */

const window = 30_000; // milliseconds that the rate looks back on
const fewestSteps = 10; // after the first: before, nobody knows how long it will take
const stall = 5; // medians: a step that took longer, as while a machine slept, counts as this many
const recent = 5; // times of a kind of work that are looked back on

/** Work between steps, such as `samples`; how often each kind is still to come. */
export type WorkAhead = Readonly<Record<string, number>>;

/** Seconds that are left. */
export interface TimeLeft {
  readonly seconds: number;
  /** Whether it is known how long all takes that is to come; otherwise it will take longer. */
  readonly whole: boolean;
}

/**
 * Measures steps, and the work between them. The first step compiles the program, and so does the first time of each kind
 * of work: what that takes says nothing of the next.
 */
export class Throughput {
  /** Ends of steps since work, or since the first step, and how long each took. */
  #steps: { end: number; taken: number }[] = [];
  #since: number | undefined;
  #count = 0;
  /** Times of each kind of work but the first. */
  #work = new Map<string, number[]>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** A step is done. */
  step(): void {
    const end = this.now();
    if (this.#since !== undefined) {
      this.#steps.push({ end, taken: end - this.#since });
      while (this.#steps.length > fewestSteps && end - this.#steps[0]!.end > window) this.#steps.shift();
      this.#count++;
    }
    this.#since = end;
  }

  /** Metrics, samples and checkpoints after a step: what is done meanwhile does not count into the rate of steps. */
  async apart<T>(work: () => Promise<T>): Promise<T> {
    const start = this.now();
    try {
      return await work();
    } finally {
      const taken = this.now() - start;
      if (this.#since !== undefined) this.#since += taken;
      this.#steps = this.#steps.map((step) => ({ ...step, end: step.end + taken }));
    }
  }

  /** One kind of that work, which is measured by itself. */
  async work<T>(kind: string, work: () => Promise<T>): Promise<T> {
    const start = this.now();
    const done = await work();
    const before = this.#work.get(kind);
    this.#work.set(kind, before === undefined ? [] : [...before, this.now() - start].slice(-recent));
    return done;
  }

  /** Seconds that a step takes; undefined before there are some. */
  get secondsPerStep(): number | undefined {
    if (this.#steps.length === 0) return undefined;
    const times = this.#steps.map(({ taken }) => taken);
    const most = stall * median(times);
    return times.reduce((sum, taken) => sum + Math.min(taken, most), 0) / times.length / 1000;
  }

  /** Seconds that a kind of work takes; undefined before it was done twice. */
  secondsOf(kind: string): number | undefined {
    const times = this.#work.get(kind) ?? [];
    return times.length === 0 ? undefined : median(times) / 1000;
  }

  /** Seconds that so many steps and so much work will take; undefined before enough is known. */
  left(steps: number, ahead: WorkAhead): TimeLeft | undefined {
    const { secondsPerStep } = this;
    if (secondsPerStep === undefined || (this.#count < fewestSteps && steps > 0)) return undefined;
    let [seconds, whole] = [steps * secondsPerStep, true];
    for (const [kind, times] of Object.entries(ahead)) {
      const each = this.secondsOf(kind);
      if (times > 0 && each === undefined) whole = false;
      seconds += times * (each ?? 0);
    }
    return { seconds, whole };
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
