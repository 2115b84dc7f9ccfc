/** A thread that listens for signals while the program's own thread computes. */

/**
 * Shared between the threads: the exit code of the first signal, and whether the program's thread has heard of it. What it
 * hears itself, before the watcher listens, it posts to the watcher.
 */
export type Memory = Int32Array<SharedArrayBuffer>;

/** What the watcher is told. */
export interface Watch {
  readonly memory: Memory;
  readonly names: readonly Deno.Signal[];
  readonly codes: Readonly<Record<string, number>>;
  /** Milliseconds in which further signals are echoes of the first. */
  readonly echo: number;
}

/** What the watcher says: that it listens, or the exit code of the first signal. */
export type FromWatcher = "listening" | number;

/** Starts a watcher. */
export function startWatcher(watch: Watch): Worker {
  // Its source travels with the address: no file has to be read, whatever the program may read.
  const source = `(${watcher})()`;
  const worker = new Worker(`data:application/javascript,${encodeURIComponent(source)}`, { type: "module" });
  worker.postMessage(watch);
  return worker;
}

/** The program of the thread. It is self-contained: nothing outside of it is known there. */
function watcher(): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<Watch>) => void;
    postMessage(message: FromWatcher): void;
    close(): void;
  };
  scope.onmessage = ({ data: { memory, names, codes, echo } }) => {
    const release = () => {
      for (const name of names) Deno.removeSignalListener(name, listeners[name]!);
      scope.close();
    };
    let heard = false;
    const hear = (code: number) => {
      if (heard) return; // an echo
      heard = true;
      setTimeout(release, echo); // From then on signals have their usual effect.
      if (Atomics.compareExchange(memory, 0, 0, code) !== 0) return; // The program's thread has heard it itself.
      scope.postMessage(code);
      setTimeout(() => {
        if (Atomics.load(memory, 1) === 1) return;
        const text = "\nstopping once the computation under way is done; Ctrl-C again ends at once\n";
        try {
          Deno.stdout.writeSync(new TextEncoder().encode(text));
        } catch {
          // There is nobody to tell.
        }
      }, 300);
    };
    const listeners = Object.fromEntries(names.map((name) => [name, () => hear(codes[name]!)]));
    for (const name of names) Deno.addSignalListener(name, listeners[name]!);
    scope.onmessage = () => hear(0);
    scope.postMessage("listening");
  };
}
