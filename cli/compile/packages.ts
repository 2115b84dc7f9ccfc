/** The npm packages that a binary holds: what the program loads and no more, for the processor that it is made for. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { unpackTar } from "modern-tar";
import { gunzipSync } from "node:zlib";
import type { ArchivedFile } from "./archive.ts";
import type { Target } from "./target.ts";

/** A package as deno.lock has it. */
interface Locked {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** deno.lock, as far as it is read. */
export interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, Locked>>;
  readonly workspace: { readonly dependencies: readonly string[] };
}

/** A package: where Deno keeps it, and what its content hashes to. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** What no program reads. */
const forPeople = /\.(map|md|markdown|ts|mts|cts|flow|html|css|scss|yml)$/i;
const manifest = /^package\.json$/;
/** Of packages that are large and mostly not loaded: what is. */
const loaded: readonly (readonly [name: RegExp, files: RegExp])[] = [
  [/^@tensorflow\//, /^(package\.json|LICENSE|dist\/[\w.-]+\.node\.js|dist\/[\w-]+\.wasm)$/],
  [/^h5wasm$/, /^(package\.json|LICENSE\.txt|dist\/node\/.*)$/],
  [/^(core-js|regenerator-runtime|yargs|argparse|chalk)$/, manifest], // of a program that comes with tfjs
];

/** deno.lock without what only tests and the checker of types need. */
export function narrowLock(lock: Lock, specifiers: readonly string[], target: Target): Lock {
  const wanted = new Set<string>();
  const visit = (key: string) => {
    const { dependencies = [], optionalDependencies = [], os, cpu } = lock.npm[key]!;
    if (wanted.has(key) || !fits(key, os, target.os) || !fits(key, cpu, target.cpu)) return;
    wanted.add(key);
    for (const name of [...dependencies, ...optionalDependencies]) keysOf(lock, name).forEach(visit);
  };
  const kept = Object.entries(lock.specifiers).filter(([specifier]) => specifiers.includes(specifier));
  for (const [specifier, version] of kept) visit(`${nameOf(specifier.slice(4))}@${version}`);
  const there = (name: string) => keysOf(lock, name).some((key) => wanted.has(key));
  const narrowed = ([key, entry]: [string, Locked]): [string, Locked] => [key, {
    ...entry,
    ...(entry.dependencies === undefined ? {} : { dependencies: entry.dependencies.filter(there) }),
    ...(entry.optionalDependencies === undefined
      ? {}
      : { optionalDependencies: entry.optionalDependencies.filter(there) }),
  }];
  return {
    ...lock,
    specifiers: Object.fromEntries(kept),
    npm: Object.fromEntries(Object.entries(lock.npm).filter(([key]) => wanted.has(key)).map(narrowed)),
    workspace: { dependencies: lock.workspace.dependencies.filter((specifier) => specifiers.includes(specifier)) },
  };
}

/** The packages of a lock file. */
export function packagesOf({ npm }: Lock): Package[] {
  const found = Object.entries(npm).map(([key, { integrity }]) => {
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key)!;
    return { name: name!, version: version!, integrity };
  });
  return [...new Map(found.map((one) => [`${one.name}@${one.version}`, one])).values()];
}

/**
 * Name of the registry that Deno has a package from, as a folder of its own is called. A binary finds its packages by it.
 *
 * @throws {Error} where Deno has no such package
 */
export async function registryOf({ name, version }: Package, denoFolder: string): Promise<string> {
  for (const registry of await readdir(join(denoFolder, "npm")).catch(() => [])) {
    if (existsSync(join(denoFolder, "npm", registry, name, version))) return registry;
  }
  throw new Error(`Cannot find the package ${name} ${version} in "${denoFolder}"`);
}

/** Files of a package as they lie in Deno's folder: from there, or by npm, where this machine needs no such package. */
export async function filesOf(one: Package, registry: string, denoFolder: string): Promise<ArchivedFile[]> {
  const place = `npm/${registry}/${one.name}/${one.version}`;
  const kept = loaded.find(([name]) => name.test(one.name))?.[1];
  const files = await fromDisk(join(denoFolder, place)) ?? await byNpm(one);
  return files
    .filter(({ path }) => kept === undefined ? !forPeople.test(path) || /^LICEN[CS]E/i.test(path) : kept.test(path))
    .map((file) => ({ ...file, path: `packages/${place}/${file.path}` }));
}

async function fromDisk(folder: string): Promise<ArchivedFile[] | undefined> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (names === undefined) return undefined;
  return await Promise.all(
    names.filter((entry) => entry.isFile()).map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { path: path.slice(folder.length + 1).replaceAll("\\", "/"), bytes: await Deno.readFile(path) };
    }),
  );
}

async function byNpm({ name, version, integrity }: Package): Promise<ArchivedFile[]> {
  const folder = await Deno.makeTempDir({ prefix: "denoise-npm-" });
  try {
    const args = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder, `${name}@${version}`];
    const { success, stderr } = await new Deno.Command("npm", { args, stdin: "null" }).output().catch((error) => {
      throw new Error(`Cannot fetch the package ${name} ${version}: npm does not start: ${error.message}`);
    });
    const said = () => new TextDecoder().decode(stderr).trim().split("\n").at(-1);
    if (!success) throw new Error(`Cannot fetch the package ${name} ${version}: npm says: ${said()}`);
    const [archive] = await readdir(folder);
    const bytes = await Deno.readFile(join(folder, archive!));
    const hash = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    if (hash !== integrity) {
      throw new Error(`Cannot use the package ${name} ${version}: its content is not what deno.lock says`);
    }
    const entries = await unpackTar(gunzipSync(bytes), { strip: 1 });
    return entries.flatMap(({ header, data }) =>
      header.type === "file" && data !== undefined ? [{ path: header.name, bytes: data }] : []
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Packages of another system are left out; those that name none fit all, but for builds of other C libraries. */
function fits(key: string, allowed: readonly string[] | undefined, own: string): boolean {
  return (allowed?.includes(own) ?? true) && !/linuxmusl|wasm32|^@types\//.test(key);
}

/** Keys of what a package depends on: a name, with a version where there are several. */
function keysOf({ npm }: Lock, name: string): string[] {
  const exact = nameOf(name) === name ? `${name}@` : name;
  return Object.keys(npm).filter((key) => key === name || key.startsWith(exact.endsWith("@") ? exact : `${exact}_`));
}

/** Of `@scope/name@1.0.0`, the name. */
function nameOf(text: string): string {
  return /^@?[^@]+/.exec(text)![0];
}
