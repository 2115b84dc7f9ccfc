/** Runs Deno's own tools: the graph of modules, and one file of many. */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A command of Deno that failed. Its text is for people. */
export class DenoFailed extends Error {}

/** Modules that a file loads. */
export interface ModuleGraph {
  readonly modules: readonly { readonly specifier: string }[];
}

/** What a file loads, itself or through others. */
export async function moduleGraph(file: string): Promise<ModuleGraph> {
  return JSON.parse(await run("info", "--json", file));
}

/** A program and all that it imports as one text of JavaScript. */
export async function bundle(file: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "denoise-compile-" });
  try {
    const out = join(folder, `${basename(file)}.js`);
    await run("bundle", "--quiet", "--minify", "--platform", "deno", "--output", out, file);
    return await Deno.readTextFile(out);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a command of Deno in this folder. @throws {DenoFailed} with what it prints where it fails */
export async function run(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  if (success) return new TextDecoder().decode(stdout);
  // deno-lint-ignore no-control-regex -- Deno colours what it says
  const said = new TextDecoder().decode(stderr).replaceAll(/\x1b\[[\d;]*m/g, "").replace(/Stack backtrace:[^]*$/, "");
  const lines = said.split("\n").map((line) => line.replace(/^error: |^\d+: /, "").trim().replace(/^\d+: /, ""));
  const reasons = lines.filter((line) => line !== "" && line !== "Caused by:");
  throw new DenoFailed(`Cannot run "deno ${args[0]}": ${reasons.join("; ") || "it says nothing"}`);
}
