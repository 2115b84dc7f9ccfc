/** Runs a reader that is not ours on a file that is not ours: in a thread of its own, with a deadline. */
import { Worker } from "node:worker_threads";

/** What a confined reader posts: that it is alive, what it read, or why it refuses the file. */
export type ReaderReport<Answer> =
  | { readonly kind: "alive" }
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "refused"; readonly reason: string };

/** How a confined reader ended without an answer. Its text continues a sentence: "it is damaged". */
export class ConfinedError extends Error {}

/**
 * Asks a module that listens for one message with `parentPort` and answers with `Report`s.
 *
 * A library that loops for ever on a damaged file is given up after `stall` milliseconds without a report, or at once
 * when the signal says so. (Deno does not stop a thread that loops, so that it computes on until the process ends; the
 * caller hears of it, and the end of the process does not wait for it.)
 *
 * @throws {ConfinedError} when the module refuses the file, crashes or stalls
 * @throws the reason of the signal, when it is aborted
 */
export async function confined<Answer>(
  module: URL,
  question: unknown,
  { signal, stall = 60_000 }: { readonly signal?: AbortSignal | undefined; readonly stall?: number } = {},
): Promise<Answer> {
  signal?.throwIfAborted();
  const worker = new Worker(module);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop: (() => void) | undefined;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const alive = () => {
        clearTimeout(timer);
        const late = () => reject(new ConfinedError(`kept its reader busy for ${stall / 1000} s without a result`));
        timer = setTimeout(late, stall);
      };
      stop = () => reject(signal?.reason);
      signal?.addEventListener("abort", stop, { once: true });
      worker.on("message", (report: ReaderReport<Answer>) => {
        alive();
        if (report.kind === "answer") resolve(report.answer);
        if (report.kind === "refused") reject(new ConfinedError(report.reason));
      });
      worker.on("error", (cause) => reject(new ConfinedError("made its reader crash", { cause })));
      worker.on("exit", () => reject(new ConfinedError("made its reader end")));
      alive();
      worker.postMessage(question);
    });
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
    void worker.terminate();
  }
}
