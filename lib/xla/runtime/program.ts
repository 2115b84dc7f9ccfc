/** Runs other programs: pip, a compiler. */
import { type ChildProcess, spawn } from "node:child_process";

/** A command line: the program, then its words. */
export type CommandLine = readonly string[];

/**
 * Runs a program to its end.
 *
 * @param options `folder`: where it runs; `env`: what is added to the environment
 * @returns its exit status, and the end of what it says on standard error
 * @throws where it cannot be started
 */
export function run(
  [command, ...args]: CommandLine,
  { signal, env, folder }: {
    signal?: AbortSignal | undefined;
    env?: Readonly<Record<string, string>>;
    folder?: string | undefined;
  } = {},
): Promise<{ code: number; errors: string }> {
  return new Promise((resolve, reject) => {
    let child: ChildProcess;
    try {
      child = spawn(command!, args, {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, ...env },
        ...(folder === undefined ? {} : { cwd: folder }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      return reject(error); // not permitted to run it
    }
    let errors = "";
    child.stderr!.on("data", (text) => errors = (errors + text).slice(-20_000));
    // Killed by the signal, it is waited for: what it still writes would stay behind.
    child.on("error", (error) => child.pid === undefined && reject(error));
    child.on("close", (code) => resolve({ code: code ?? 1, errors }));
  });
}

/** The first of several command lines that runs with `--version` added; undefined where none does. */
export async function firstThatRuns(ways: readonly CommandLine[]): Promise<CommandLine | undefined> {
  for (const way of ways) {
    const { code } = await run([...way, "--version"]).catch(() => ({ code: 1 }));
    if (code === 0) return way;
  }
  return undefined;
}
