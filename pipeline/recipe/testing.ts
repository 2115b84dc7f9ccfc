/** What the tests of recipes share: folders with recipes in them, and what is printed for those that are refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DenoiseError } from "../problems/problem.ts";
import { formatProblems } from "../problems/format.ts";
import { fakes } from "./fake_plugins.ts";
import { readRecipe } from "./read.ts";
import type { Recipe } from "./types.ts";

/** The smallest recipe. */
export const smallest = "dataset: emoji\nnetwork: residual-unet\ntrain: { epochs: 3 }\n";

/** A safetensors file without tensors, with this metadata. */
export function checkpoint(metadata: Readonly<Record<string, string>>): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata }));
  const bytes = new Uint8Array(8 + header.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  return bytes;
}

/** Contents of files by name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Runs a test in a folder of its own with these files in it, as the current one. */
export async function inFolder<T>(files: Files, test: () => Promise<T>): Promise<T> {
  const before = Deno.cwd();
  const folder = await Deno.makeTempDir({ prefix: "denoise-recipe-" });
  try {
    Deno.chdir(folder);
    for (const [name, content] of Object.entries(files)) {
      await Deno.mkdir(join(name, ".."), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(name, content);
      else await Deno.writeFile(name, content);
    }
    return await test();
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
}

/** Reads `r.yaml` among these files, or only a text that stands for it. */
export function read(files: Files | string, ...overrides: string[]): Promise<Recipe> {
  const named = typeof files === "string" ? { "r.yaml": files } : files;
  return inFolder(named, () => readRecipe("r.yaml", { plugins: fakes, overrides }));
}

/** What is printed for a file that is refused. */
export function printed(files: Files, file: string, overrides: readonly string[] = []): Promise<string> {
  return inFolder(files, async () => {
    try {
      await readRecipe(file, { plugins: fakes, overrides });
    } catch (error) {
      if (error instanceof DenoiseError) return formatProblems(error.problems, { colour: false });
      throw error;
    }
    return "no problems";
  });
}

/** A recipe that is refused, and what is then printed. */
export interface Case {
  readonly what: string;
  readonly files: Files;
  /** The file that is read: `r.yaml` if no other. */
  readonly file?: string;
  readonly overrides?: readonly string[];
  readonly says: string;
}

/** One test a case. */
export function testProblems(cases: readonly Case[]): void {
  for (const { what, files, file = "r.yaml", overrides, says } of cases) {
    Deno.test(`readRecipe() explains ${what}`, async () => {
      assert.equal(`\n${await printed(files, file, overrides)}\n`, says);
    });
  }
}
