/** Libraries made for tests, and processes that load them: what goes wrong in the loader ends a process. */
import { join } from "node:path";

/** Compiles C into a shared library. @returns false where there is no C compiler */
export async function compileLibrary(source: string, path: string): Promise<boolean> {
  const from = `${path}.c`;
  await Deno.writeTextFile(from, source);
  try {
    const { success } = await new Deno.Command("cc", { args: ["-shared", "-fPIC", "-o", path, from], stderr: "null" })
      .output();
    return success;
  } catch {
    return false;
  }
}

/** Whether libraries can be compiled here. */
export async function hasCompiler(): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  const made = Deno.build.os === "linux" && await compileLibrary("int x;", join(folder, "x.so"));
  await Deno.remove(folder, { recursive: true });
  return made;
}

/** A library as plugins are, in small: with data of its own, data of threads, an initialiser, and GetPjrtApi. */
export const smallLibrary = `
#include <stdlib.h>
static __thread int counter = 3, zeros[4];
static int data[40] = {1, 2, 3};
static const char *names[] = {"a", "b"};
__attribute__((constructor)) static void begin(void) { counter += data[1]; zeros[1]++; }
void *GetPjrtApi(void) { return getenv("NO_SUCH_VARIABLE") ? (void *)names : NULL; }
`;

/** What came of loading a library. */
export interface Loaded {
  readonly path: string;
  /** The message of the error, or "loaded". Undefined where the process ended. */
  readonly said: string | undefined;
  /** How the process ended, where it did. */
  readonly died?: string;
}

/** Loads libraries as plugins, one after the other, in processes of their own. */
export async function loadInProcesses(paths: readonly string[]): Promise<Loaded[]> {
  const results: Loaded[] = [];
  while (results.length < paths.length) {
    const left = paths.slice(results.length, results.length + 200);
    const { code, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--allow-all", new URL("./load.ts", import.meta.url).href, ...left],
    }).output();
    const lines = new TextDecoder().decode(stdout).split("\n").filter(Boolean).map((line) =>
      JSON.parse(line) as string
    );
    lines.forEach((said, i) => results.push({ path: left[i]!, said }));
    if (lines.length === left.length) continue; // a failure after the last one is not of a library
    const died = `${signal ?? `exit code ${code}`} ${new TextDecoder().decode(stderr).slice(0, 200)}`.trim();
    results.push({ path: left[lines.length]!, said: undefined, died });
  }
  return results;
}
