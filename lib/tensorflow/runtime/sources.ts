/** Fetches the files of npm packages: by npm where it is, else by Deno. Nothing of theirs is run. */
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { reasonOf, RuntimeError } from "../../xla/runtime/error.ts";
import { run } from "../../xla/runtime/program.ts";
import { nodeApi, sourcesSha256, tfjsNode } from "./table.ts";

const packages = [tfjsNode, nodeApi];

/**
 * Puts the files of both packages into a folder, each below the package's name.
 *
 * @param aside an empty folder for what is needed on the way
 * @returns SHA-256 of all files, by their paths relative to `into`
 * @throws RuntimeError where neither way works, or other files come than were pinned
 */
export async function fetchSources(
  into: string,
  aside: string,
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  const reasons: string[] = [];
  for (const [name, fetch] of Object.entries({ npm: byNpm, Deno: byDeno })) {
    let found: Record<string, string>;
    try {
      const folders = await fetch(join(aside, name), signal);
      found = await take(folders, into);
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(`${name}: ${reasonOf(error)}`);
      continue;
    }
    const digest = digestOf(found);
    if (digest === sourcesSha256) return found;
    throw new RuntimeError(`Cannot use the files of ${named()}: they are not those that were expected`, [
      `the SHA-256 of their list is ${digest}`,
      `expected is                  ${sourcesSha256}`,
      "they were changed on the way, or replaced where they came from: nothing of them is kept",
    ]);
  }
  throw new RuntimeError(`Cannot fetch ${named()}: ${reasons.join("; ")}`, [
    `try it yourself: npm pack ${tfjsNode.name}@${tfjsNode.version}`,
    "npm comes with Node",
    "without a network, copy the folder of runtimes from a machine that has one",
  ]);
}

/** A way that failed. Its text continues the name of the program. */
class Failed extends Error {}

/** SHA-256 of the list of files and their hashes, in order of their names. */
export function digestOf(files: Readonly<Record<string, string>>): string {
  const lines = Object.entries(files).map(([path, hash]) => `${hash}  ${path}\n`).sort();
  return createHash("sha256").update(lines.join("")).digest("hex");
}

const named = () => packages.map(({ name, version }) => `${name} ${version}`).join(" and ");

/** `npm pack` fetches a package alone, and runs none of its scripts. */
async function byNpm(aside: string, signal: AbortSignal | undefined): Promise<string[]> {
  await mkdir(aside, { recursive: true });
  const command = ["npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", aside];
  const specifiers = packages.map(({ name, version }) => `${name}@${version}`);
  await must([...command, ...specifiers], { signal, folder: aside });
  const archives = (await readdir(aside)).filter((name) => name.endsWith(".tgz"));
  const { untar } = await import("../../xla/runtime/unpack.ts"); // its libraries take their time to load
  return await Promise.all(packages.map(async ({ name, version }) => {
    const archive = archives.find((file) => file === `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
    if (archive === undefined) throw new Failed(`it gave no archive of ${name}`);
    const folder = join(aside, "unpacked", name);
    await untar(join(aside, archive), { into: folder, files: /^package\//, signal });
    return join(folder, "package");
  }));
}

/** Deno fetches packages with all that they depend on: into a folder that is removed again. */
async function byDeno(aside: string, signal: AbortSignal | undefined): Promise<string[]> {
  // A binary that this program came in takes other words.
  if (!/^deno(\.exe)?$/.test(basename(Deno.execPath()))) throw new Failed("it is inside of a binary");
  await mkdir(aside, { recursive: true });
  const command = [Deno.execPath(), "cache", "--quiet", "--no-config", "--no-lock", "--node-modules-dir=none"];
  const specifiers = packages.map(({ name, version }) => `npm:${name}@${version}`);
  await must([...command, ...specifiers], { signal, folder: aside, env: { DENO_DIR: aside } });
  const registries = await readdir(join(aside, "npm"));
  return packages.map(({ name, version }) => join(aside, "npm", registries[0]!, name, version));
}

async function must(...[command, options]: Parameters<typeof run>): Promise<void> {
  const { code, errors } = await run(command, options).catch((error) => {
    throw error.code === "ENOENT" ? new Failed("it is not installed") : error;
  });
  if (code !== 0) throw new Failed(errors.trim().split("\n").at(-1) || `it ended with ${code}`);
}

/** Copies what is needed. */
async function take(folders: readonly string[], into: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const [i, { name, files }] of packages.entries()) {
    const all = await readdir(folders[i]!, { recursive: true });
    for (const file of all.filter((path) => files.test(path))) {
      const path = `${name}/${file}`;
      await mkdir(dirname(join(into, path)), { recursive: true });
      await copyFile(join(folders[i]!, file), join(into, path));
      hashes[path] = createHash("sha256").update(await readFile(join(into, path))).digest("hex");
    }
  }
  return hashes;
}
