/** Work that takes time, as programs have it: its events one by one, or only what it comes to. */
import type { Tell } from "../terminal/telling.ts";

/** What work is given: where to tell its events, and what stops it. */
export interface WorkTools<Event> {
  /** Takes events, and makes the work wait until they are taken. */
  readonly tell: Tell<Event>;
  /** What stops the work. */
  readonly signal: AbortSignal;
}

/**
 * Work that is under way. Await it for what it comes to; or go through its events first, in step with it: it waits for the
 * body of the loop. Leaving the loop stops the work as its signal does, and waits until it has stopped.
 *
 * ```ts ignore
 * const work = train("recipes/quickstart.yaml");
 * for await (const event of work) {
 *   if (event.type === "step" && event.loss < 0.1) break; // saved
 * }
 * const { outcome, checkpoint } = await work;
 * ```
 *
 * It begins by itself, and can be gone through once. Of progress that is not taken in time only the newest is kept.
 */
export class Work<Event extends { readonly type: string }, Result> implements AsyncIterable<Event>, Promise<Result> {
  /** Always "Work". */
  readonly [Symbol.toStringTag] = "Work";
  readonly #result: Promise<Result>;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  /** Told, and not taken yet; with what lets the work continue. */
  readonly #told: { readonly event: Event; readonly taken: () => void }[] = [];
  /** Wakes who waits for an event. */
  #wake: (() => void) | undefined;
  /** Whether the first of those is in the hands of the loop. */
  #looked = false;
  #listened = false;
  #awaited = false;
  #ended = false;
  #left = false;

  /**
   * Work that begins by itself.
   *
   * @param begin called once; what it throws is what awaiting and the loop throw
   * @param signal stops the work
   */
  constructor(begin: (tools: WorkTools<Event>) => Promise<Result>, signal?: AbortSignal) {
    this.#signal = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    this.#signal.addEventListener("abort", () => this.#letGo());
    // Not at once: whoever goes through it is there first.
    this.#result = Promise.resolve()
      .then(() => begin({ tell: (event) => this.#tell(event), signal: this.#signal }))
      .finally(() => {
        this.#ended = true;
        this.#wake?.();
      });
  }

  /** What the work comes to. While this is waited for, the work waits for no loop. */
  then<A = Result, B = never>(
    done?: ((result: Result) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#awaited = true;
    this.#letGo();
    return this.#result.then(done, failed);
  }

  /** As that of a promise. */
  catch<B = never>(failed?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Result | B> {
    return this.then(undefined, failed);
  }

  /** As that of a promise. */
  finally(last?: (() => void) | null): Promise<Result> {
    this.#awaited = true;
    this.#letGo();
    return this.#result.finally(last);
  }

  /**
   * The events from now on.
   *
   * @throws {TypeError} where somebody goes through them already
   */
  [Symbol.asyncIterator](): AsyncGenerator<Event, void, void> {
    if (this.#listened) throw new TypeError("Cannot go through the events of work twice");
    this.#listened = true;
    this.#result.catch(() => {}); // the loop throws it
    const events = this.#events();
    const leave = events.return.bind(events);
    // A generator that has not begun, or that waits, does not get to its own end. What the work has failed with is thrown
    // once: `Array.fromAsync` returns again as long as that throws.
    events.return = async () => {
      if (!this.#left) await this.#leave();
      return await leave();
    };
    return events;
  }

  async *#events(): AsyncGenerator<Event, void, void> {
    try {
      while (true) {
        const [next] = this.#told;
        if (next !== undefined) {
          this.#looked = true;
          yield next.event;
          this.#looked = false;
          this.#told.shift();
          next.taken();
        } else if (this.#ended) break;
        else await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      await this.#leave();
    }
  }

  /** Stops the work, and waits until it has stopped. */
  async #leave(): Promise<void> {
    this.#left = true;
    this.#stop.abort();
    await this.#result.catch((error) => {
      if (error !== this.#stop.signal.reason) throw error;
    });
  }

  #tell(event: Event): void | Promise<void> {
    if (!this.#listened) return;
    const last = this.#told.at(-1);
    const isOpen = this.#told.length > (this.#looked ? 1 : 0);
    if (event.type === "progress" && last?.event.type === "progress" && isOpen) this.#told.pop()!.taken();
    return new Promise((resolve) => {
      this.#told.push({ event, taken: resolve });
      if (this.#awaited || this.#signal.aborted) resolve();
      this.#wake?.();
    });
  }

  /** Lets work continue that waits for a loop. */
  #letGo(): void {
    for (const { taken } of this.#told) taken();
  }
}
