/** The TypeScript files of this repository, for the tests that hold its rules. */

const root = new URL("../", import.meta.url);

/** Our files at the root itself: other files there are somebody's own, such as plugins that `deno task new` writes. */
const roots: readonly string[] = ["cli.ts", "mod.ts", "plugin.ts", "testing.ts"];

/** Paths from the root with forward slashes, sorted. Hidden folders, packages and runs are left out. */
export async function sourceFiles(folder = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (name.startsWith(".") || name === "node_modules" || (folder === "" && name === "runs")) continue;
    if (isDirectory) found.push(...await sourceFiles(`${folder}${name}/`));
    else if (folder === "" ? roots.includes(name) : name.endsWith(".ts")) found.push(folder + name);
  }
  return found.sort();
}

/** Text of a file. */
export function textOf(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, root));
}

/** Whether a file is a test. */
export const isTest = (path: string): boolean => path.endsWith("_test.ts") || path.startsWith("tests/");
