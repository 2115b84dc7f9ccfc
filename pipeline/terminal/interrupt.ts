/** Ctrl-C: the first asks to stop, the second stops at once. */

/** Watches for an interruption. Disposing of it gives signals their usual effect back. */
export interface Interruption extends Disposable {
  /** Aborted by the first Ctrl-C (SIGINT), or by SIGTERM. */
  readonly signal: AbortSignal;
}

/** The exit code of an interrupted program, as shells give it: 128 + SIGINT. */
export const interruptedCode = 130;

/**
 * Milliseconds in which a signal is the first one's echo: a terminal sends Ctrl-C to all that runs in it, and
 * `deno task`, which gets it too, hands it on.
 */
const echo = 300;

/** Turns the first SIGINT or SIGTERM into an abort. From then on signals end the process, as they do by default. */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  // Windows knows no SIGTERM, and Deno refuses to listen for it there.
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  let listening = true;
  const stop = () => {
    if (!listening) return;
    listening = false;
    for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
  };
  const interrupt = () => {
    if (!listening) return;
    controller.abort(new DOMException("Interrupted", "AbortError"));
    // Waits without giving way: a computation that comes next could keep the signals here for as long as it takes.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, echo);
    stop();
  };
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
