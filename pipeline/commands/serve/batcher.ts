/** Requests to batches: what waits for the same sampler is generated together, and nobody waits for a large request alone. */
import { setTimeout } from "node:timers/promises";
import type { GeneratedPicture } from "../model/picture.ts";
import type { LoadedModel } from "../model/model.ts";

/** Pictures of a request. */
export interface Wanted {
  /** A sampler of the recipe or a plugin. */
  readonly sampler: string;
  /** Undefined: those of the sampler. */
  readonly steps: number | undefined;
  readonly seeds: readonly number[];
  /** Aborting it drops what is not generated yet. */
  readonly signal: AbortSignal;
}

/** Refused: so many wait already. */
export class QueueFull extends Error {
  override readonly name = "QueueFull";
  constructor(readonly waiting: number, readonly most: number, readonly retryAfter: number) {
    super(`${waiting} pictures wait already; the limit is ${most}`);
  }
}

interface Job extends Wanted {
  readonly key: string;
  readonly pictures: GeneratedPicture[];
  /** Seeds that were taken into a batch. */
  taken: number;
  readonly done: PromiseWithResolvers<readonly GeneratedPicture[]>;
}

/** A queue of pictures on a model. The same seed gives the same picture whatever it is generated with. */
export class Batcher {
  readonly #model: Pick<LoadedModel, "generate">;
  readonly #batch: number;
  readonly #most: number;
  #jobs: Job[] = [];
  #running = false;
  #inBatch = 0;
  #secondsPerPicture = 0.1;
  /** Batches and pictures generated so far, and the seconds that they took. */
  readonly counts = { batches: 0, pictures: 0, seconds: 0 };

  /**
   * @param options `batch`: most pictures at a time; `most`: most pictures that wait, beyond which requests are refused
   */
  constructor(model: Pick<LoadedModel, "generate">, { batch, most }: { batch: number; most: number }) {
    this.#model = model;
    this.#batch = batch;
    this.#most = most;
  }

  /** Pictures that wait for their batch. */
  get waiting(): number {
    return this.#jobs.reduce((sum, { seeds, taken }) => sum + seeds.length - taken, 0);
  }

  /** Requests that are not answered yet. */
  get requests(): number {
    return this.#jobs.length;
  }

  /** Pictures that are generated now. */
  get generating(): number {
    return this.#inBatch;
  }

  /**
   * Generates pictures when it is their turn, in the order of their seeds.
   *
   * @param begun called when the first of them are taken into a batch
   * @throws {QueueFull} where too many wait; the signal's reason; what the model throws
   */
  async generate(wanted: Wanted, begun: () => void = () => {}): Promise<readonly GeneratedPicture[]> {
    wanted.signal.throwIfAborted();
    const { waiting } = this;
    // A request alone is always taken: its own limit is another one.
    if (waiting > 0 && waiting + wanted.seeds.length > this.#most) {
      throw new QueueFull(waiting, this.#most, Math.max(1, Math.ceil(waiting * this.#secondsPerPicture)));
    }
    const key = JSON.stringify([wanted.sampler, wanted.steps]);
    const job: Job = { ...wanted, key, pictures: [], taken: 0, done: Promise.withResolvers() };
    const drop = () => {
      this.#jobs = this.#jobs.filter((each) => each !== job);
      job.done.reject(wanted.signal.reason);
    };
    wanted.signal.addEventListener("abort", drop, { once: true });
    this.#jobs.push(job);
    this.#begun.set(job, begun);
    void this.#run();
    try {
      return await job.done.promise;
    } finally {
      wanted.signal.removeEventListener("abort", drop);
    }
  }

  readonly #begun = new WeakMap<Job, () => void>();

  /** Resolves when nothing waits and nothing is generated. */
  async idle(): Promise<void> {
    while (this.#running) await setTimeout(10);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#jobs.length > 0) {
        await setTimeout(0); // what arrives together is taken together
        await this.#generateNext();
      }
    } finally {
      this.#running = false;
    }
  }

  /** One batch: of the job that waits longest, and of those that want the same sampler, in turn. */
  async #generateNext(): Promise<void> {
    const [first] = this.#jobs;
    if (first === undefined) return;
    const places = takePlaces(this.#jobs.filter(({ key }) => key === first.key), this.#batch);
    const jobs = [...new Set(places.map(({ job }) => job))];
    // Those that have had a turn, and want more, wait behind the others.
    this.#jobs = [...this.#jobs.filter((job) => !jobs.includes(job)), ...jobs];
    for (const job of jobs) this.#begun.get(job)?.();
    const { sampler, steps } = first;
    const start = performance.now();
    this.#inBatch = places.length;
    const signal = whenAllAborted(jobs.map(({ signal }) => signal));
    try {
      const seeds = places.map(({ seed }) => seed);
      let i = 0;
      const request = { sampler, seeds, signal, batch: this.#batch, ...(steps === undefined ? {} : { steps }) };
      for await (const picture of this.#model.generate(request)) {
        const { job, index } = places[i++]!;
        job.pictures[index] = picture;
      }
      const seconds = (performance.now() - start) / 1000;
      this.counts.batches++;
      this.counts.pictures += places.length;
      this.counts.seconds += seconds;
      this.#secondsPerPicture += (seconds / places.length - this.#secondsPerPicture) / 8;
      for (const job of jobs) if (job.taken === job.seeds.length) this.#end(job, () => job.done.resolve(job.pictures));
    } catch (error) {
      for (const job of jobs) this.#end(job, () => job.done.reject(error));
    } finally {
      this.#inBatch = 0;
    }
  }

  #end(job: Job, end: () => void): void {
    this.#jobs = this.#jobs.filter((each) => each !== job);
    end();
  }
}

/** Places of a batch, one of each job in turn until it is full or all have theirs. */
function takePlaces(jobs: readonly Job[], most: number): { job: Job; index: number; seed: number }[] {
  const places: { job: Job; index: number; seed: number }[] = [];
  for (let left = jobs.filter(hasMore); left.length > 0 && places.length < most; left = left.filter(hasMore)) {
    for (const job of left.slice(0, most - places.length)) {
      places.push({ job, index: job.taken, seed: job.seeds[job.taken]! });
      job.taken++;
    }
  }
  return places;
}

const hasMore = ({ taken, seeds }: Job) => taken < seeds.length;

/** A signal that is aborted when all of them are: then nobody waits for the batch any more. */
function whenAllAborted(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  let left = signals.length;
  const abort = () => {
    if (--left === 0) controller.abort(signals[0]!.reason);
  };
  for (const signal of signals) {
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  }
  return controller.signal;
}
