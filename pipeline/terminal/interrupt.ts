/** Ctrl-C: the first asks to stop, the second stops at once. */

/** Watches for an interruption. Disposing of it gives signals their usual effect back. */
export interface Interruption extends Disposable {
  /** Aborted by the first Ctrl-C (SIGINT), or by SIGTERM. */
  readonly signal: AbortSignal;
}

/** The exit code of an interrupted program, as shells give it: 128 + SIGINT. */
export const interruptedCode = 130;

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
    stop();
    controller.abort(new DOMException("Interrupted", "AbortError"));
  };
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
