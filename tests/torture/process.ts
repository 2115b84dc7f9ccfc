/** Whole runs of the program as processes of their own, in groups that can be killed as one. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pluginForTests } from "../../lib/xla/testing.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const plugin = pluginForTests();

/** What a recipe says of the backend: XLA where its plugin is installed, as it keeps compiled programs on the disk. */
export const backend: string = plugin === undefined ? "wasm" : `{ use: xla, plugin: ${JSON.stringify(plugin)} }`;
/** Whether programs are compiled and kept on the disk. */
export const compiles: boolean = plugin !== undefined;

/** How a process is started. */
export interface StartOptions {
  /** Working folder, and where the cache is: in its folder `cache`. */
  readonly folder: string;
  /** A program of this repository, relative to its root. Default `cli.ts`. */
  readonly program?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds after which the process counts as one that hangs, and is killed. Default 600,000: a machine may be busy. */
  readonly limit?: number;
  /** Milliseconds after which it is killed with SIGKILL. */
  readonly killAfter?: number | undefined;
  /** Kills it when it is aborted. */
  readonly signal?: AbortSignal;
  readonly v8Flags?: readonly string[];
}

/** How a process ended. */
export interface Ended {
  readonly code: number;
  /** Whether SIGKILL ended it. */
  readonly killed: boolean;
  /** Whether it ran into the limit. */
  readonly hung: boolean;
  readonly output: string;
  readonly complaint: string;
  readonly seconds: number;
}

/** Runs a command line of the program to its end, or until it is killed. */
export async function runProcess(args: readonly string[], options: StartOptions): Promise<Ended> {
  const { folder, program = "cli.ts", env = {}, limit = 600_000, killAfter, signal: stop, v8Flags = [] } = options;
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-prompt", "-A", `--config=${join(root, "deno.json")}`],
      ...(v8Flags.length === 0 ? [] : [`--v8-flags=${v8Flags.join(",")}`]),
      ...[join(root, program), ...args],
    ],
    cwd: folder,
    env: { DENOISE_CACHE: join(folder, "cache"), INIT_CWD: folder, NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true, // a group of its own: children of the process die with it
  }).spawn();
  let hung = false;
  const end = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  const timers = [setTimeout(() => (hung = true, end()), limit)];
  if (killAfter !== undefined) timers.push(setTimeout(end, killAfter));
  stop?.addEventListener("abort", end);
  const [{ code, signal }, output, complaint] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  for (const timer of timers) clearTimeout(timer);
  stop?.removeEventListener("abort", end);
  const seconds = (performance.now() - started) / 1000;
  return { code, killed: signal === "SIGKILL" && !hung, hung, output, complaint, seconds };
}
