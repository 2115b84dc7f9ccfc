/** Takes turns on what only one may use at a time. */

/** A queue of work, done one after the other in the order in which it was given. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does work when it is its turn.
   *
   * @param signal aborting it gives the place in the queue up; work that has begun sees to that itself
   * @throws what the work throws, or the signal's reason
   */
  async take<T>(work: () => PromiseLike<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last;
    const own = Promise.withResolvers<void>();
    this.#last = before.then(() => own.promise);
    try {
      await untilAborted(before, signal);
      return await work();
    } finally {
      own.resolve();
    }
  }
}

async function untilAborted(turn: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (signal === undefined) return void await turn;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([turn, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
