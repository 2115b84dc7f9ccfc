/** Collects what a binary holds: the program's own files, and the packages that they load. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readdir } from "node:fs/promises";
import type { ArchivedFile } from "./archive.ts";
import { bundle, moduleGraph } from "./deno.ts";
import { filesOf, type Lock, narrowLock, packagesOf, registryOf } from "./packages.ts";
import type { Target } from "./target.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Folders and files of the program. What only tests, builders and people read stays behind. */
const parts = "cli lib pipeline plugins recipes cli.ts mod.ts plugin.ts testing.ts recipe.schema.json LICENSE".split(
  " ",
);
const leftOut = /_test\.ts$|^cli\/compile\/|\.md$/;
/** What is loaded: by the command line, by plugin files and their tests, and by workers. */
const entries = ["cli.ts", "plugin.ts", "testing.ts", "cli/launch/install.ts", "lib/files/hdf5_reader.ts"];

/** The program's own files. */
export async function ownFiles(): Promise<ArchivedFile[]> {
  return (await Promise.all(parts.map(filesIn))).flat().filter(({ path }) => !leftOut.test(path));
}

/** All files of a binary's program. */
export async function collectProgram(target: Target, denoFolder: string): Promise<ArchivedFile[]> {
  const config = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const lock: Lock = JSON.parse(await Deno.readTextFile(join(root, "deno.lock")));
  const packages = await packagesIn(entries, Object.keys(lock.specifiers));
  const own = (address: string) =>
    !address.startsWith("npm:") || packages.includes(/^npm:@?[^@]+@[^/]+/.exec(address)![0]);
  const imports = Object.fromEntries(
    Object.entries(config.imports as Record<string, string>).filter(([, address]) => own(address)),
  );
  const narrow = narrowLock(lock, packages, target);
  // All that says how the program runs; the rest is for its authors.
  const { tasks: _, fmt: __, lint: ___, publish: ____, ...kept } = config;
  const written = { ...kept, imports };
  const all = packagesOf(narrow), zod = all.find(({ name }) => name === "zod")!; // which every system has
  const registry = await registryOf(zod, denoFolder);
  const inPackages = await Promise.all(all.map((one) => filesOf(one, registry, denoFolder)));
  return [
    ...await ownFiles(),
    ...inPackages.flat(),
    textFile("deno.json", JSON.stringify(written)),
    textFile("deno.lock", JSON.stringify(narrow)),
    textFile("cli/launch/launcher.js", await bundle(join(root, "cli", "launch", "launch.ts"))),
  ];
}

/** What the packages are called that some files load, themselves or through others, as deno.json names them. */
async function packagesIn(files: readonly string[], known: readonly string[]): Promise<string[]> {
  const used = new Set<string>();
  for (const file of files) {
    for (const { specifier } of (await moduleGraph(join(root, file))).modules) {
      const [, name] = /^npm:\/?(@?[^@]+@[^/]+)/.exec(specifier) ?? [];
      if (name !== undefined && !name.startsWith("@types/")) used.add(`npm:${name}`);
    }
  }
  return known.filter((specifier) => used.has(specifier));
}

async function filesIn(part: string): Promise<ArchivedFile[]> {
  const read = async (path: string) => ({ path, bytes: await Deno.readFile(join(root, path)) });
  if ((await Deno.stat(join(root, part))).isFile) return [await read(part)];
  const found = await readdir(join(root, part), { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return await Promise.all(paths.map((path) => read(path.slice(root.length).replaceAll("\\", "/"))));
}

function textFile(path: string, text: string): ArchivedFile {
  return { path, bytes: new TextEncoder().encode(text) };
}
