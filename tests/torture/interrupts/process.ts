/** Commands in processes of their own, interrupted at a moment. */
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../../cli.ts", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** How a command is interrupted. */
export interface SignalPlan {
  /** Milliseconds after the start; Infinity: never. */
  readonly at: number;
  /** Signals, each with the milliseconds after the first one. */
  readonly signals: readonly (readonly [Deno.Signal, number])[];
}

/** What came of a command. */
export interface InterruptedEnd {
  /** The exit code; 128 and the number of the signal, where one ended the process. */
  readonly code: number;
  /** Whether the signal ended it, rather than the program itself. */
  readonly killed: boolean;
  readonly out: string;
  readonly err: string;
  /** Milliseconds that it ran. */
  readonly took: number;
  /** Milliseconds from the first signal to the end; undefined where it ended before. */
  readonly toEnd: number | undefined;
}

/** Milliseconds after which a process counts as hung. */
const patience = 240_000;

/** Runs a command line of the program. */
export async function command(
  args: readonly string[],
  cache: string,
  interruption?: SignalPlan,
): Promise<InterruptedEnd> {
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", "--allow-all", cli, ...args],
    cwd: root,
    env: { DENOISE_CACHE: cache, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let first: number | undefined;
  let ended = false;
  const send = (signal: Deno.Signal) => {
    if (ended) return;
    first ??= performance.now();
    try {
      child.kill(signal);
    } catch {
      // It has ended just now.
    }
  };
  const timers = [setTimeout(() => send("SIGKILL"), patience)];
  for (const [signal, after] of interruption?.signals ?? []) {
    const at = interruption!.at + after;
    if (Number.isFinite(at)) timers.push(setTimeout(() => send(signal), at));
  }
  const [status, out, err] = await Promise.all([
    child.status.finally(() => ended = true),
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  for (const timer of timers) clearTimeout(timer);
  const now = performance.now();
  return {
    code: status.code,
    killed: status.signal !== null,
    out,
    err,
    took: now - started,
    toEnd: first === undefined ? undefined : now - first,
  };
}

/** What a command was doing: the last thing that it said before it was asked to stop. */
export function stageOf({ err, killed }: Pick<InterruptedEnd, "err" | "killed">): string {
  const before = err.split(/^stopp|^saved /m)[0]!;
  const labels = before.split("\n").flatMap((line) => /^[a-z]+/.exec(line)?.[0] ?? []);
  const last = labels.at(-1);
  if (last === undefined) return killed ? "loading" : "starting";
  return last === "step" ? "epoch" : last;
}
