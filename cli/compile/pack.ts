/**
 * `deno task pack`: the package for npm. It is what `deno pack` makes of the library, JavaScript with its types, and the
 * command line as well, which `npx denoise` runs on Deno's own npm package.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { packTar, unpackTar } from "modern-tar";
import { writeWhole } from "../../lib/files/whole.ts";
import type { ArchivedFile } from "./archive.ts";
import { ownFiles } from "./program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** What is run besides the library: `deno pack` makes JavaScript of what is exported and of what that imports. */
const programs = ["./cli.ts", "./cli/launch/launch.ts", "./cli/launch/install.ts", "./lib/files/hdf5_reader.ts"];
/** What people read; the program has the rest. */
const pages = ["README.md", "CHANGELOG.md"];
/** Plugins that `new` copies. */
const templates = /^pipeline\/registry\/templates\//;
/** TypeScript that `plugins show` prints: beside the types made of it, compilers would take it for the program's own. */
const printed = {
  files: /^(pipeline\/kinds|lib\/tensor)\/\w+\.ts$/,
  by: "pipeline/registry/show_kind.js",
  from: "`../kinds/${",
  to: "source",
};
const npmName = "denoise";

interface Config {
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly permissions: Readonly<Record<string, unknown>>;
  readonly test: unknown;
  readonly unstable: unknown;
  readonly compilerOptions: unknown;
}

/**
 * Makes the package.
 *
 * @param types false leaves the types out, which take most of the time
 * @returns its files, below `package/` in the archive
 */
export async function packageFiles({ types = true } = {}): Promise<ArchivedFile[]> {
  const config: Config = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const own = await ownFiles();
  const made = await packed(config, own, types);
  const { dependencies, ...manifest } = JSON.parse(textOf(made.find(({ path }) => path === "package.json")));
  const kept = made.filter(({ path }) =>
    path !== "package.json" && (!/(?<!\.d)\.ts$/.test(path) || templates.test(path))
  );
  const texts = own.filter(({ path }) => printed.files.test(path)).map((file) => ({
    ...file,
    path: `${printed.to}/${file.path}`,
  }));
  const exact = Object.fromEntries(Object.keys(dependencies).map((name) => [name, versionOf(config, name)]));
  return [
    ...kept.filter(({ path }) => path !== "deno.lock").map(withSource),
    ...texts,
    ...await Promise.all(pages.map(async (path) => ({ path, bytes: await Deno.readFile(join(root, path)) }))),
    { path: "bin/denoise.js", bytes: await Deno.readFile(join(root, "cli/compile/inside/npx.js")), executable: true },
    textFile("deno.json", denoConfig(config)),
    textFile("package.json", {
      ...manifest,
      name: npmName,
      description: "Train and sample image diffusion models from a YAML recipe",
      keywords: ["diffusion", "image-generation", "deno", "tensorflow", "xla"],
      bin: { denoise: "bin/denoise.js" },
      exports: Object.fromEntries(Object.keys(config.exports).map((key) => [key, manifest.exports[key]])),
      dependencies: { ...exact, deno: Deno.version.deno },
      engines: { node: ">=18" },
    }),
  ];
}

/** The program that prints sources, told where they are. */
function withSource(file: ArchivedFile): ArchivedFile {
  if (file.path !== printed.by) return file;
  const text = textOf(file);
  if (!text.includes(printed.from)) throw new Error(`"${printed.from}" is missing from "${printed.by}"`);
  const bytes = new TextEncoder().encode(
    text.replace(printed.from, () => "`../../" + printed.to + "/pipeline/kinds/${"),
  );
  return { path: file.path, bytes };
}

/** What Deno runs the package with: paths of its own files, packages where npm has put them. */
function denoConfig({ version, exports, imports, permissions, test, unstable, compilerOptions }: Config): object {
  const js = (paths: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(paths).filter(([, path]) => path.startsWith("./")).map((
        [key, path],
      ) => [key, path.replace(/\.ts$/, ".js")]),
    );
  const { launch, runtime, train } = permissions; // those of the launcher, and what it computes others from
  const places = { name: "@denoise/denoise", version, exports: js(exports), imports: js(imports) };
  return {
    ...places,
    nodeModulesDir: "manual",
    lock: false,
    unstable,
    compilerOptions,
    permissions: { launch, runtime, train },
    test,
  };
}

/** What `deno pack` makes of the library and the programs. */
async function packed(config: Config, own: readonly ArchivedFile[], types: boolean): Promise<ArchivedFile[]> {
  const folder = await Deno.makeTempDir({ prefix: "denoise-pack-" });
  try {
    for (const { path, bytes } of own) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeFile(join(folder, path), bytes);
    }
    await Deno.copyFile(join(root, "deno.lock"), join(folder, "deno.lock"));
    const { publish: _, lint: _lint, fmt: _fmt, ...rest } = config as Config & Record<string, unknown>;
    const exports = {
      ...config.exports,
      ...Object.fromEntries(programs.map((path) => [path.replace(/\.ts$/, ""), path])),
    };
    await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify({ ...rest, exports }));
    const args = [
      "pack",
      "--quiet",
      "--allow-dirty",
      "--no-source-maps",
      ...(types ? [] : ["--allow-slow-types"]),
      "--output",
      join(folder, "made.tgz"),
    ];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
    if (!success) throw new Error(`Cannot run "deno pack": ${new TextDecoder().decode(stderr).trim()}`);
    const entries = await unpackTar(gunzipSync(await Deno.readFile(join(folder, "made.tgz"))), { strip: 1 });
    return entries.flatMap(({ header, data }) =>
      header.type === "file" && data !== undefined ? [{ path: header.name, bytes: data }] : []
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The version of a package that deno.json names, be it only for a file in it.
 *
 * @throws {Error} where it names none
 */
export function versionOf({ imports }: Pick<Config, "imports">, name: string): string {
  for (const target of Object.values(imports)) {
    const [, named, version] = /^npm:(@?[^@]+)@([^/]+)/.exec(target) ?? [];
    if (named === name && version !== undefined) return version;
  }
  throw new Error(`Cannot pack "${name}": deno.json does not say which version`);
}

function textFile(path: string, data: object): ArchivedFile {
  return { path, bytes: new TextEncoder().encode(`${JSON.stringify(data, null, 2)}\n`) };
}

function textOf(file: ArchivedFile | undefined): string {
  return new TextDecoder().decode(file?.bytes);
}

/** The archive as npm takes it: the same files give the same bytes. */
export async function tarball(files: readonly ArchivedFile[]): Promise<Uint8Array> {
  const mtime = new Date(Date.UTC(2000, 0, 1));
  const entries = files.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, bytes, executable }) => ({
    header: {
      name: `package/${path}`,
      size: bytes.length,
      type: "file" as const,
      mtime,
      mode: executable ? 0o755 : 0o644,
    },
    body: bytes,
  }));
  return gzipSync(await packTar(entries), { level: 9 });
}

const help = `Makes the package for npm, which programs import and whose npx denoise is the command line.

  deno task pack [--output FILE]

  -o, --output FILE  the package (default: ${npmName}-VERSION.tgz)`;

if (import.meta.main) {
  const { output, help: asked } = parse();
  if (asked) {
    console.log(help);
    Deno.exit(0);
  }
  const files = await packageFiles();
  const { version } = JSON.parse(textOf(files.find(({ path }) => path === "package.json")));
  const out = resolve(output ?? `${npmName}-${version}.tgz`);
  const bytes = await tarball(files);
  await writeWhole(out, bytes);
  console.log(`wrote ${out}: ${files.length} files, ${(bytes.length / 1e6).toFixed(1)} MB`);
}

function parse() {
  const options = { output: { type: "string", short: "o" }, help: { type: "boolean", short: "h" } } as const;
  try {
    return parseArgs({ args: Deno.args, options }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n  --help shows the options`);
    Deno.exit(2);
  }
}
