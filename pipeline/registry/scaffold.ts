/** Writes a plugin to begin with: the plugin, its contract test, and a recipe that uses it. */
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { writeWhole } from "../../lib/files/mod.ts";
import { type Kind, kinds } from "../kinds/mod.ts";
import * as messages from "../problems/messages/plugins.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { PluginSource } from "../recipe/types.ts";
import { asTyped, shellWord } from "../terminal/shell.ts";
import { pluginName } from "./shape.ts";

/** A file that was written. */
export interface NewFile {
  /** Where it is, from the working directory. */
  readonly path: string;
  /** What it is, and what to do with it. */
  readonly about: string;
}

const root = new URL("../../", import.meta.url);
const schemaFile = "recipe.schema.json";
const slot = "my-plugin"; // what the templates call themselves

/** A kind with a template: all but `backend`, of which there is no small example. */
export type ScaffoldKind = Exclude<Kind, "backend">;

/** Kinds that have a template. */
export const scaffoldKinds: readonly ScaffoldKind[] = (Object.keys(kinds) as Kind[]).filter((kind) =>
  kind !== "backend"
);

/**
 * Writes `NAME.ts`, `NAME_test.ts` and `NAME.yaml`. In a folder outside of this program also `deno.json`, unless one
 * is there, so that they find it; a binary writes `recipe.schema.json` instead, as its own goes with its version.
 *
 * @param dir folder to write into; made when it is missing
 * @returns what was written, the plugin first
 * @throws {DenoiseError} for a kind without template, a name that cannot be or is taken, or a file that is there already
 */
export async function scaffold(
  { kind, name, dir = ".", plugins }: { kind: string; name: string; dir?: string; plugins: PluginSource },
): Promise<NewFile[]> {
  if (!isScaffoldKind(kind)) throw new DenoiseError(messages.cannotScaffold(kind, scaffoldKinds));
  if (!pluginName.test(name)) throw new DenoiseError(messages.badPluginName(name));
  if (plugins.names(kind).includes(name)) throw new DenoiseError(messages.nameTaken(kind, name, "a built-in plugin"));
  const folder = resolve(dir);
  const inBinary = await exists(fileURLToPath(new URL("binary.json", root)));
  const texts: Record<string, string> = {
    [`${name}.ts`]: await templateText(kind, name),
    [`${name}_test.ts`]: testText(kind, name),
    [`${name}.yaml`]: recipeText(kind, name, inBinary ? `./${schemaFile}` : addressFrom(folder, schemaFile)),
  };
  const paths = Object.keys(texts).map((file) => join(dir, file));
  const there = await Promise.all(paths.map(exists));
  if (there.includes(true)) throw new DenoiseError(messages.filesExist(paths.filter((_, i) => there[i])));

  // What is installed knows where Denoise is: no configuration has to say it, and it tests what lies in any folder.
  const isInstalled = inBinary || /[/\\]node_modules[/\\]/.test(fileURLToPath(root));
  const configured = isInstalled || isWithin(folder, fileURLToPath(root)) || await exists(join(folder, "deno.json"));
  for (const [file, text] of Object.entries(texts)) await writeWhole(join(folder, file), text);
  const [plugin, test, recipe] = paths as [string, string, string];
  // The tasks are in the new configuration: what is typed there names the files from there.
  const inside = !configured && folder !== resolve(".") ? `cd ${shellWord(dir)} && ` : "";
  const word = (path: string) => shellWord(configured ? path : basename(path));
  const tests = isInstalled ? "deno task test" : "deno test --quiet -P";
  const files = [
    { path: plugin, about: `the plugin: ${examples[kind]}` },
    { path: test, about: `the contract that every ${kind} keeps: ${inside}${tests} ${word(test)}` },
    { path: recipe, about: `the quickstart with it: ${inside}deno task run ${word(recipe)}` },
  ];
  if (inBinary && !await exists(join(folder, schemaFile))) {
    const schema = JSON.parse(await Deno.readTextFile(new URL(schemaFile, root)), typed);
    await writeWhole(join(folder, schemaFile), `${JSON.stringify(schema, null, 2)}\n`);
    files.push({ path: join(dir, schemaFile), about: "what an editor checks recipes with" });
  }
  if (configured) return files;
  await writeWhole(join(folder, "deno.json"), await configText(folder));
  const where = decodeURI(addressFrom(folder, "")).replace(/\/$/, "");
  const about = `where Denoise is (${where}), for Deno and your editor; with all tasks of Denoise`;
  return [...files, { path: join(dir, "deno.json"), about }];
}

/** Commands in a description as they are typed here. */
const typed = (_: string, value: unknown) => typeof value === "string" ? asTyped(value) : value;

/** What was written, one line a file; two where paths are long. */
export function scaffoldText(files: readonly NewFile[]): string {
  const width = Math.max(...files.map(({ path }) => path.length)) + 2;
  const fits = files.every(({ about }) => width + about.length <= 100);
  return files.map(({ path, about }) => (fits ? path.padEnd(width) + about : `${path}\n  ${about}`)).join("\n");
}

/** Whether there is a template of a kind. */
export const isScaffoldKind = (kind: string): kind is ScaffoldKind => (scaffoldKinds as string[]).includes(kind);

/** The code of a plugin to begin with. */
export async function templateText(kind: ScaffoldKind, name: string): Promise<string> {
  const template = await Deno.readTextFile(new URL(`templates/${kind}.ts`, import.meta.url));
  return template.replaceAll(slot, name);
}

const examples: Record<ScaffoldKind, string> = {
  dataset: "discs drawn by formula, to replace",
  augmentation: "a change of brightness, to change",
  normalizer: "a straight line, to change",
  network: "three convolutions, to change",
  schedule: "a straight line of log-SNR, to change",
  parametrization: "a velocity prediction, to change",
  loss: "a pseudo-Huber error, to change",
  optimizer: "gradient descent with momentum, to change",
  ema: "an exponential average, to change",
  sampler: "a DDIM step to change",
  metric: "an error on validation pictures, to change",
};

function testText(kind: Kind, name: string): string {
  return `/** The contract that every ${kind} keeps. */
import { contract } from "denoise/testing";
import plugin from "./${name}.ts";

contract(plugin);
`;
}

function recipeText(kind: Kind, name: string, schema: string): string {
  const { key, arity } = kinds[kind];
  const stage = { one: name, list: `[${name}]`, named: `{ preview: { use: ${name}, steps: 20 } }` }[arity];
  return `# yaml-language-server: $schema=${schema}
# The quickstart with ${kind} ${name} of ${name}.ts
extends: denoise/recipes/quickstart.yaml
name: ${name}
plugins: [./${name}.ts]
${key}: ${stage}
`;
}

/** Tasks that a user's own folder gets: all but those for the work on this program itself. */
const userTasks = [
  "run",
  "sample",
  "serve",
  "picture",
  "report",
  "runs",
  "evaluate",
  "sweep",
  "recipes",
  "validate",
  "graph",
  "plugins",
  "new",
  "import",
  "export",
  "ema",
  "runtime",
  "compile:gpu",
  "schema",
  "serve",
];

/**
 * The address of a file of this program in a configuration of another folder: relative, so that both may be committed and
 * moved together; absolute where nothing leads from one to the other, as between two disks of Windows.
 */
function addressFrom(folder: string, file: string): string {
  const address = new URL(file, root);
  const way = relative(folder, fileURLToPath(address));
  if (isAbsolute(way)) return address.href;
  const relativeAddress = way.split(/[/\\]/).map(encodeURIComponent).join("/");
  return relativeAddress.startsWith(".") ? relativeAddress : `./${relativeAddress}`;
}

/** The same as a word of a task. */
function wordFrom(folder: string, file: string): string {
  const address = addressFrom(folder, file);
  return /^file:/.test(address) ? address : shellWord(decodeURIComponent(address));
}

/** This program's own configuration, as seen from another folder. */
async function configText(folder: string): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const there = (text: string) => (text.startsWith("./") ? addressFrom(folder, text) : text);
  const imports = Object.fromEntries(
    Object.entries(config.imports as Record<string, string>).map(([name, target]) => [name, there(target)]),
  );
  const tasks = Object.fromEntries(
    userTasks.flatMap((name) => {
      const task = config.tasks?.[name];
      if (task === undefined) return [];
      const command = task.command.replace(/(?<=\s)cli\/launch\/mod\.ts\b/, wordFrom(folder, "cli/launch/mod.ts"));
      return [[name, { ...task, command }]];
    }),
  );
  const { compilerOptions, permissions, test, allowScripts } = config;
  return `${JSON.stringify({ tasks, imports, permissions, test, allowScripts, compilerOptions }, null, 2)}\n`;
}

const isWithin = (folder: string, parent: string) => !relative(parent, folder).startsWith("..");

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
