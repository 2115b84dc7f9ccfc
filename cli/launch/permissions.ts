/** What a command may do: computed from its command line and from the text of its recipe, before any code is loaded. */
import { dirname, join, resolve } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { cacheFolder, stateFolder } from "../../lib/files/user_folders.ts";
import { isFolder, isTaken } from "../../lib/files/exists.ts";
import { builtInRecipe } from "../../pipeline/recipe/built_in.ts";
import { runAround } from "../../pipeline/recipe/starts.ts";
import { isOverride } from "../../pipeline/terminal/shell.ts";
import { packageFolders as tfjsNodeFolders } from "../../lib/tensorflow/runtime/find.ts";
import { pluginVariable } from "../../lib/xla/runtime/choose.ts";
import { packagesFolder } from "../../lib/xla/runtime/nvidia.ts";
import { Places } from "./places.ts";
import { installedIn, isBinary, packageFolders, root } from "./surroundings.ts";
import { guidePaths, type Named, namedBy, pluginPaths, samplerPaths } from "./recipe_paths.ts";
import { anyValue, type GrantName, variadic, type Words } from "./words.ts";

/** What a command of each name does; those that are not listed only print. */
const doing: Readonly<Record<string, { readonly [what in "recipe" | "writes" | "backend" | "downloads"]?: true }>> = {
  run: { recipe: true, writes: true, backend: true, downloads: true },
  sweep: { recipe: true, writes: true, backend: true, downloads: true },
  evaluate: { recipe: true, writes: true, backend: true, downloads: true },
  import: { recipe: true, writes: true, backend: true, downloads: true },
  sample: { recipe: true, writes: true, backend: true },
  serve: { recipe: true, backend: true },
  "compile:gpu": { recipe: true, backend: true },
  picture: { recipe: true, writes: true, backend: true, downloads: true },
  report: { recipe: true, writes: true },
  export: { recipe: true, writes: true },
  ema: { recipe: true, writes: true },
  graph: { recipe: true, writes: true },
  validate: { recipe: true },
  new: { writes: true },
  schema: { writes: true },
};
/** Pictures that run no model. */
const stillPictures = ["schedule", "animation"];

/** A command, and where it was typed. */
export interface Command extends Words {
  /** Such as `run`; undefined where none was given. */
  readonly name: string | undefined;
  /** Folder that it was typed in. */
  readonly cwd: string;
  /** A folder, not yet there, for what the cache cannot hold. */
  readonly scratch?: string | undefined;
}

/** What a process may do; a kind that is missing, or has nothing in it, is not permitted. */
type Permissions = { -readonly [kind in GrantName]?: Places | string[] | typeof anyValue } & {
  /** What is not written to, wherever it lies. */
  readonly spared?: Places;
};

/** Flags of Deno for the process of a command. */
export async function permissionsFor(command: Command): Promise<string[]> {
  const { spared, ...permissions }: Permissions = command.name === "runtime"
    ? await forRuntimes(command)
    : await forCommand(command);
  for (const [kind, values] of command.grants) {
    const known = permissions[kind];
    if (values.includes(anyValue)) permissions[kind] = anyValue;
    else if (known instanceof Places) await known.add(...values);
    else if (known !== anyValue) permissions[kind] = [...(known ?? []), ...values];
  }
  const forbidden = permissions.write === anyValue ? "" : spared?.toForbid() ?? "";
  const spare = forbidden === "" ? [] : [`--deny-write=${forbidden}`];
  return [
    "--allow-env",
    ...spare,
    ...Object.entries(permissions).flatMap(([kind, what]) => {
      const list = what === anyValue ? "" : what.toString();
      return what === anyValue ? [`--allow-${kind}`] : list === "" ? [] : [`--allow-${kind}=${list}`];
    }),
  ];
}

/** sharp looks into it for the C library of the system. */
const ldd = "/usr/bin/ldd";

/** A system with nothing on it, as in an image of the binary, has no ldd: sharp asks Node's report, which has more in it. */
async function forLibc(): Promise<string[]> {
  return Deno.build.os !== "linux" || await isTaken(ldd) ? [] : ["hostname", "networkInterfaces"];
}

/** What all commands may do. */
async function common(cwd: string): Promise<Permissions & { read: Places; write: Places }> {
  const read = new Places(cwd);
  await read.add(root, ...packageFolders(cwd), cacheFolder(), stateFolder(), ldd);
  const named = Deno.env.get(pluginVariable);
  await read.add(named, named && packagesFolder(resolve(cwd, named)));
  return { read, write: new Places(cwd), sys: [...config.permissions.train.sys, ...await forLibc()] };
}

/** `runtime`: the only command that may run pip and compilers, and it loads no plugin of anybody. */
async function forRuntimes({ cwd }: Command): Promise<Permissions> {
  const permissions = await common(cwd);
  await permissions.write.add(cacheFolder());
  const { net, run } = config.permissions.runtime;
  await permissions.read.add(...Object.values(tfjsNodeFolders(cwd)));
  // Deno, by its path, fetches packages where there is no npm.
  return { ...permissions, net: [...net], run: [...run, Deno.execPath()], ffi: anyValue };
}

async function forCommand(command: Command): Promise<Permissions> {
  const { name = "", cwd, options } = command;
  const permissions = await common(cwd);
  const named = await collect(command, permissions.read, permissions.write);
  const { backend, downloads, writes } = { ...doing[name] };
  const still = name === "picture" && stillPictures.includes(command.plain[1] ?? "");
  if (backend) await permissions.write.add(cacheFolder(), command.scratch);
  await permissions.read.add(command.scratch);
  if (trains.includes(name)) await permissions.write.add(stateFolder());
  const computes = backend === true && !still;
  // XLA's calls go through pointers, and those Deno permits wholly or not at all.
  if (computes && !["tensorflow", "wasm", "webgpu", "cpu"].includes(named.backend ?? "auto")) {
    permissions.ffi = anyValue;
  } else if (writes || name === "serve") {
    permissions.ffi = new Places(cwd); // for sharp's own code
    await permissions.ffi.add(...packageFolders(cwd));
  }
  if (computes && named.backend === "tensorflow") {
    // Its addon, ours or that of a package that the user has installed.
    const places = Object.values(tfjsNodeFolders(cwd));
    const ffi = permissions.ffi instanceof Places ? permissions.ffi : new Places(cwd);
    await ffi.add(join(cacheFolder(), "runtimes"), ...places);
    permissions.ffi = ffi;
    await permissions.read.add(...places);
  }
  const plans = options.has("dry-run") || options.has("gpu");
  if (downloads && !still && (!plans || options.has("probe"))) {
    permissions.net = [...new Set([...config.permissions.train.net, ...named.hosts])];
  }
  if (name === "serve") permissions.net = listeningAt(options);
  const spared = await sparedBy(command, permissions.write);
  // Compiled programs are native code: what may run none may not leave any for others.
  if (permissions.ffi !== anyValue) await spared.add(join(cacheFolder(), "xla"));
  return { ...permissions, spared };
}

/** The only address that a server may use: the one that it listens on. None where it makes no sense: then it says so. */
function listeningAt(options: Command["options"]): string[] {
  const host = options.get("host")?.at(-1) ?? "127.0.0.1";
  const port = options.get("port")?.at(-1) ?? "8000";
  if (!/^[\w.:[\]-]+$/.test(host) || !/^\d+$/.test(port) || Number(port) > 65535) return [];
  return [`${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`];
}

/** Commands that note which code was trained with. */
const trains = ["run", "sweep", "import"];

/** Parts of this program: what changes them is run the next time, with other permissions. */
const ownParts = (
  "cli examples lib pipeline plugins tests cli.ts mod.ts plugin.ts testing.ts deno.json deno.lock"
).split(" ");

/** What is run or loaded later, and lies where outputs may go: this program, runtimes of XLA, hooks of git. */
async function sparedBy({ name = "", cwd }: Command, write: Places): Promise<Places> {
  const spared = new Places(cwd);
  await spared.add(join(cacheFolder(), "runtimes"));
  if (isBinary) await spared.add(dirname(root)); // in the cache, with those of other versions
  await spared.add(installedIn);
  if (name === "new") return spared; // writes plugins, perhaps among those of this program
  await spared.add(...ownParts.map((part) => join(root, part)));
  for (const folder of write.paths) {
    const git = join(folder, ".git");
    if (await isTaken(git)) await spared.add(git);
  }
  return spared;
}

/** Adds what a command reads and writes. */
async function collect(command: Command, read: Places, write: Places): Promise<Named> {
  const { name = "", plain, options, cwd } = command;
  const words = plain.slice(name === "picture" ? 2 : 1);
  const values = (option: string) => options.get(option) ?? [];
  // `import` names its recipe by an option; the file that it reads is where others have their recipe.
  const [file] = words;
  const isRecipe = doing[name]?.recipe === true && name !== "import" && file !== undefined &&
    !(name === "picture" && isOverride(file));
  const typed = name === "import" ? values("recipe").at(-1) : isRecipe ? file : undefined;
  const target = typed === undefined ? undefined : await builtInRecipe(typed, cwd) ?? typed;
  if (typed !== target) await read.add(typed); // the command looks once more whether it is there
  // Options that take several words take overrides as well.
  const several = variadic.flatMap(values);
  const overrides = [...words, ...several].filter(isOverride);
  const named = await namedBy(target, overrides, cwd);
  await guidePaths(values("guide"), cwd, named);
  await samplerPaths(values("samplers").filter((word) => !isOverride(word)), cwd, named);
  await pluginPaths(values("plugins").filter((word) => !isOverride(word)), cwd, named);
  for (const option of ["image", "from", "mask", "statistics", "weights"]) await read.add(...values(option));
  for (const model of values("beside")) {
    await read.add(model, await runOf(resolve(cwd, model)), ...(await namedBy(model, [], cwd)).paths);
  }
  if (name === "import") await read.add(file, ...values("ema")); // of other commands it names an average
  if (name === "runs") {
    const folder = resolve(cwd, file ?? "runs");
    await (await isFolder(folder) ? read.add(folder) : read.addNearest(folder));
  }
  const run = target === undefined ? undefined : await runOf(resolve(cwd, target));
  await read.add(...named.paths, run);
  for (const path of named.missing) await read.addNearest(path);
  if (target !== undefined && run === undefined) {
    // Whether a run has left its files beside the recipe.
    const beside = dirname(resolve(cwd, target));
    await read.add(join(beside, "checkpoints"), join(beside, "log.jsonl"));
  }
  if (doing[name]?.writes !== true) return named;
  const outputs = await outputsOf(command, run);
  await write.add(...outputs);
  await read.add(...outputs);
  return named;
}

/** Folders that a command writes into. A file is written beside its place first, so it takes the folder. */
async function outputsOf({ name, plain, options, cwd }: Command, run: string | undefined): Promise<string[]> {
  const last = (option: string) => options.get(option)?.at(-1);
  const around = (file: string | undefined) => file === undefined || file === "-" ? [] : [dirname(resolve(cwd, file))];
  const runs = resolve(cwd, last("runs") ?? "runs");
  const out = last("out");
  switch (name) {
    case "run":
      if (run === undefined) return [runs];
      return options.has("fresh") ? [run, await freeName(run)] : [run];
    case "sweep": {
      // Of a trained model, nothing is trained; its recipe names none.
      const folder = run === undefined || /\.ya?ml$/.test(plain[1] ?? "") ? undefined : join(run, "sweep");
      if (folder === undefined) return [runs];
      return [runs, folder, ...(options.has("fresh") ? [await freeName(folder)] : [])];
    }
    case "sample":
      if (out === undefined && last("grid") === undefined) return [join(run ?? cwd, "generated")];
      return [...(out === undefined || out === "-" ? [] : [resolve(cwd, out)]), ...around(last("grid"))];
    case "evaluate":
      return out === undefined ? run === undefined ? [] : [run] : around(out);
    case "ema":
      return out === undefined ? run === undefined ? [] : [join(run, "averages")] : around(out);
    case "picture":
      return [run === undefined ? cwd : join(run, "pictures"), ...around(out)];
    case "report":
      return [resolve(cwd, plain[1] ?? ".")];
    case "import":
      return out === undefined ? [runs] : out.endsWith(".safetensors") ? around(out) : [resolve(cwd, out)];
    case "new":
      return [resolve(cwd, last("dir") ?? ".")];
    case "graph":
      return around(out);
    default: // export, schema
      return around(out ?? "file");
  }
}

/** The run folder that a target is, or is in. */
async function runOf(target: string): Promise<string | undefined> {
  const folder = await isFolder(target) ? target : dirname(target);
  const run = runAround(folder);
  const has = (name: string) => isTaken(join(run, name));
  return folder === target || await has("checkpoints") || await has("log.jsonl") ? run : undefined;
}

/** Where `--fresh` moves a run to. */
async function freeName(run: string): Promise<string> {
  for (let i = 1;; i++) {
    const name = `${run}.old-${i}`;
    if (!await isTaken(name)) return name;
  }
}
