/** Ctrl-C and other signals: the first asks to stop, the second stops at once. */
import { type FromWatcher, type Memory, startWatcher } from "./signal_watcher.ts";

/** Watches for an interruption. Disposing of it gives signals their usual effect back. */
export interface Interruption extends Disposable {
  /** Aborted by the first Ctrl-C (SIGINT), SIGTERM or SIGHUP, or when nobody reads the output any more. */
  readonly signal: AbortSignal;
  /** The exit code that says what it was, as shells give it: 130, 143 or 129; 141 for a closed output. */
  readonly code: number;
  /** While this is held, there is something that must not be lost: see `held`. */
  hold(): Disposable;
  /** Whether something must not be lost, such as steps that are trained and not yet saved. */
  readonly held: boolean;
}

/** Signals that ask a program to end, with the exit codes that shells give: 128 and the number of the signal. */
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The exit code of a program whose output nobody reads any more: 128 + SIGPIPE. */
export const outputClosedCode = 141;

/**
 * Milliseconds in which a signal is an echo of the first one: a terminal sends Ctrl-C to every process that runs in it,
 * and each process between it and this one hands it on when its turn comes.
 */
const echo = 600;

const active = new Set<{ readonly memory: Memory; stop(code: number): void }>();

/** Asks the program to stop, as a signal does. @returns whether anything listens */
export function askToStop(code: number): boolean {
  for (const { stop } of active) stop(code);
  return active.size > 0;
}

/**
 * Aborts what a signal has interrupted, without waiting for the event loop to bring word of it: between two long
 * computations that may be long in coming.
 */
export function noticeSignals(): void {
  for (const { memory, stop } of active) {
    const code = Atomics.load(memory, 0);
    if (code !== 0) stop(code);
  }
}

/**
 * Turns the first signal into an abort. Once its echoes are over, signals end the process, as they do by default.
 *
 * A thread of its own listens, so that signals are heard while this one computes: it says that the program is about to
 * stop where this thread does not, and lets the second Ctrl-C end it.
 */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  const memory: Memory = new Int32Array(new SharedArrayBuffer(8));
  const names = signalsToHear();
  let code: number | undefined;
  let holds = 0;
  let listening = true;
  const release = () => {
    if (listening) { for (const name of names) Deno.removeSignalListener(name, listeners[name]!); }
    listening = false;
  };
  const stop = (its: number) => {
    Atomics.compareExchange(memory, 0, 0, its);
    Atomics.store(memory, 1, 1); // The watcher need not say that the program stops.
    if (code !== undefined) return;
    code = its;
    controller.abort(new DOMException("Interrupted", "AbortError"));
  };
  const hear = (its: number) => {
    // A signal that came before the watcher listened: this thread times the echoes itself.
    if (code === undefined) setTimeout(release, echo);
    stop(its);
    worker.postMessage(its);
  };
  const listeners = Object.fromEntries(names.map((name) => [name, () => hear(codes[name])]));
  for (const name of names) Deno.addSignalListener(name, listeners[name]!);
  const ignored = names.includes("SIGHUP") || Deno.build.os === "windows" ? [] : ["SIGHUP" as const];
  for (const name of ignored) Deno.addSignalListener(name, ignore);
  const own = { memory, stop };
  active.add(own);

  const worker = startWatcher({ memory, names, codes, echo });
  worker.addEventListener("message", ({ data }: MessageEvent<FromWatcher>) => {
    if (data === "listening") release();
    else stop(data);
  });
  worker.addEventListener("error", (event) => event.preventDefault()); // Then this thread keeps listening.
  return {
    signal: controller.signal,
    get code() {
      return code ?? codes.SIGINT;
    },
    hold() {
      holds++;
      let held = true;
      return {
        [Symbol.dispose]() {
          if (held) holds--;
          held = false;
        },
      };
    },
    get held() {
      return holds > 0;
    },
    [Symbol.dispose]() {
      active.delete(own);
      release();
      for (const name of ignored) Deno.removeSignalListener(name, ignore);
      worker.terminate();
    },
  };
}

/** The signals that ask this process to end. */
function signalsToHear(): (keyof typeof codes)[] {
  // Windows knows no SIGTERM, and Deno refuses to listen for it there.
  if (Deno.build.os === "windows") return ["SIGINT"];
  return ["SIGINT", "SIGTERM", ...(outlivesTerminal() ? [] : ["SIGHUP" as const])];
}

/**
 * Whether the process stays when the terminal is closed, which sends it SIGHUP: under `nohup`, and wherever it is connected
 * to no terminal. Deno takes no notice of `nohup`, and does not tell that the signal was to be ignored: `nohup` is known by
 * the name that shells keep of the command, and by leaving nothing connected to the terminal.
 */
function outlivesTerminal(): boolean {
  const readable = Deno.permissions.querySync({ name: "env", variable: "_" }).state === "granted";
  if (readable && /(^|\/)nohup$/.test(Deno.env.get("_") ?? "")) return true;
  return ![Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
}

/** A listener keeps Deno from ending the process, as it does by itself. */
const ignore = () => {};
