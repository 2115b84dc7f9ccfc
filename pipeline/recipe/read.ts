/** Reads a recipe: file, bases, defaults, overrides, plugins, checks; everything that is wrong comes at once. */
import { join, resolve } from "node:path";
import { loadNames } from "../../lib/text/mod.ts";
import * as messages from "../problems/messages/file.ts";
import { extendsInCheckpoint } from "../problems/messages/trust.ts";
import { recipeNewer } from "../problems/messages/versions.ts";
import { DenoiseError, type Place, type Problem } from "../problems/problem.ts";
import { tellOdd } from "../problems/odd.ts";
import { overridesFile, placeIn } from "../problems/source.ts";
import { version } from "../version.ts";
import type { Trust } from "../trust/trust.ts";
import { checkRecipe } from "./check.ts";
import { nameInCode, textOf } from "./in_code.ts";
import { inQuotes } from "./in_quotes.ts";
import { loadText, type RecipeText } from "./load.ts";
import { checkOutside } from "./outside.ts";
import { mergeRecipes, withDefaults } from "./merge.ts";
import { dataOf, isMap, type MapNode, withFields } from "./node.ts";
import { Origins } from "./origins.ts";
import { applyChanges, applyOverrides } from "./overrides.ts";
import { parse, type ReportProblem } from "./parse.ts";
import { findPluginFiles, type PluginFiles } from "./plugin_files.ts";
import { baseOf } from "./starts.ts";
import type { Path, PluginSource, Recipe } from "./types.ts";

/** What a recipe is read with. */
export interface ReadOptions {
  /** Where plugins are found: `builtins`, or `await builtins.withFiles([...])`. */
  readonly plugins: PluginSource;
  /** What the command line says, such as `["network.block_depth=3", "metrics.0.every=1 epoch"]`. */
  readonly overrides?: readonly string[];
  /** Which code is run where the recipe is not one that the user typed. Default: none. */
  readonly trust?: Trust;
  /** Folder that paths in a recipe in code are relative to. Default: the current one. */
  readonly folder?: string;
}

/** Codes of problems that only follow from a base or a plugin file that could not be read. */
const consequences = {
  base: ["missing-stage", "missing-use", "missing-train-length", "unknown-sampler", "override-unknown"],
  plugins: ["unknown-plugin"],
};

/** Values that cannot be read: that they are missing is not reported as well. */
const valueCodes = ["alias-cycle", "alias-unknown", "not-finite", "number-lost"];

/**
 * Reads a recipe file, the recipe of a run folder, the recipe in a checkpoint (`.safetensors`), or one in code: an object
 * that holds what a file would.
 *
 * A checkpoint and a run folder are data: the code that their recipes name is run only as far as `trust` says.
 *
 * @throws {DenoiseError} with everything that is wrong, sorted by file and line; the lines of a recipe in code are those
 *   of its YAML
 */
export async function readRecipe(recipe: string | object, options: ReadOptions): Promise<Recipe> {
  const { plugins, overrides = [], trust = {}, folder = "." } = options;
  const reader = new Reader();
  await loadNames(...overrides);
  const chain = typeof recipe === "string"
    ? await reader.chain(recipe, [], undefined)
    : await reader.inCode(textOf(recipe), folder);
  if (chain === undefined) throw reader.error();
  const filled = withDefaults(chain.root, plugins.defaults);
  // Again, for what an override takes back.
  const root = withDefaults(applyOverrides(filled, overrides, reader.report), plugins.defaults);
  const { origins, report } = reader;
  const elsewhere = (name: string) => origins.elsewhere(name);
  const found = await findPluginFiles(root, { plugins, trust, elsewhere, checkpoints: origins.checkpoints, report });
  if (found.lacking) reader.ignore("plugins");
  const source = await reader.withFiles(plugins, found.files);
  return await checkedRecipe(root, reader, {
    ...{ file: chain.file, found, plugins: source, trust },
    another: (path) => readRecipe(path, { plugins, trust }),
  });
}

/** What a recipe was read with, besides its text. */
interface Surroundings {
  readonly file: string;
  readonly found: PluginFiles;
  /** With the recipe's own plugin files. */
  readonly plugins: PluginSource;
  readonly trust: Trust;
  readonly another: Recipe["another"];
}

/** Checks a recipe whose files are read. */
async function checkedRecipe(root: MapNode, reader: Reader, surroundings: Surroundings): Promise<Recipe> {
  const { file, found, plugins, trust } = surroundings;
  const checked = await checkRecipe(root, file, found.files, {
    plugins,
    report: reader.report,
    add: (problems) => reader.problems.push(...problems),
    isOfRun: (file) => ["run", "checkpoint"].includes(reader.origins.elsewhere(file) ?? ""),
    // Shown with the name of the file and no line of it: what is missing has no line.
    nowhere: placeIn("", { file, line: 1, column: 1, length: 1 }),
  });
  if (checked === undefined) throw reader.error();
  const from = (path: Path) => {
    const origin = checked.origin(path);
    return origin.from === "file" ? reader.origins.elsewhere(origin.file) : undefined;
  };
  const outside = await checkOutside(checked, from, trust, (problem) => reader.problems.push(problem));
  if (reader.hasProblems) throw reader.error();
  const trusted = [...found.trusted, ...outside.trusted];
  if (trusted.length > 0) trust.tell?.(trusted);
  return {
    ...checked,
    problem: (path, problem) => reader.origins.told(checked.problem(path, problem), path),
    code: [...found.code, ...outside.code],
    another: surroundings.another,
    isFromElsewhere: (path) => !trust.all && from(path) !== undefined,
    isOfRun: (path) => ["run", "checkpoint"].includes(from(path) ?? ""),
    async with(changes) {
      const again = reader.again();
      await loadNames(JSON.stringify(changes));
      const changed = withDefaults(applyChanges(root, changes, again.report), plugins.defaults);
      const { tell: _, ...quietly } = trust; // what is trusted has been told
      return await checkedRecipe(changed, again, { ...surroundings, trust: quietly });
    },
  };
}

class Reader {
  readonly problems: Problem[] = [];
  readonly origins: Origins;
  readonly #files: string[] = [];
  readonly #ignored = new Set<string>();
  /** Said beside what is wrong where a newer version wrote the recipe. */
  #newer: Problem | undefined;

  constructor(origins = new Origins()) {
    this.origins = origins;
  }

  /** A reader of the same files, without problems. */
  again(): Reader {
    const again = new Reader(this.origins);
    again.#files.push(...this.#files);
    again.#newer = this.#newer;
    return again;
  }

  readonly report: ReportProblem = (text, place) => {
    this.problems.push(place === undefined ? text : { ...text, place });
  };

  get hasProblems(): boolean {
    return this.problems.length > 0;
  }

  /** Everything that is wrong: the recipe's own file first, then its bases, then other files and the command line. */
  error(): DenoiseError {
    const rank = ({ place }: Problem) => {
      if (place === undefined) return -1;
      const index = this.#files.indexOf(place.file);
      return index >= 0 ? index : place.file === overridesFile ? 1e9 : 1e6;
    };
    const at = ({ place }: Problem) => `${place?.file}:${place?.line}:${place?.column}`;
    const spoilt = new Set(this.problems.filter(({ code }) => valueCodes.includes(code)).map(at));
    const seen = new Set<string>();
    const kept = this.problems.map(tellOdd).filter((problem) => {
      const key = `${at(problem)} ${problem.message}`;
      const follows = this.#ignored.has(problem.code) ||
        (spoilt.has(at(problem)) && !valueCodes.includes(problem.code));
      if (seen.has(key) || follows) return false;
      seen.add(key);
      return true;
    });
    kept.sort((a, b) =>
      rank(a) - rank(b) || (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0)
    );
    const told = kept.length > 0 ? kept : this.problems.map(tellOdd);
    const all = this.#newer === undefined ? told : [...told, this.#newer];
    return new DenoiseError(all.map((problem) => this.origins.told(problem)));
  }

  /** A recipe in code laid over what it extends. */
  async inCode(text: string, folder: string): Promise<{ file: string; root: MapNode } | undefined> {
    const file = join(folder, nameInCode);
    return await this.#chainOf({ file, text, held: "file" }, resolve(file), []);
  }

  /** A recipe laid over what it extends. `at`: where the file is named. */
  async chain(
    file: string,
    above: readonly { file: string; real: string }[],
    at: Place | undefined,
  ): Promise<{ file: string; root: MapNode } | undefined> {
    const loaded = await loadText(file);
    if (!("text" in loaded)) {
      this.report(loaded, at);
      return undefined;
    }
    const real = await Deno.realPath(loaded.file);
    if (above.some((one) => one.real === real)) {
      this.report(messages.extendsCycle([...above.map((one) => one.file), loaded.file]), at);
      return undefined;
    }
    return await this.#chainOf(loaded, real, above);
  }

  /** A recipe whose text is known, laid over what it extends. */
  async #chainOf(
    loaded: RecipeText,
    real: string,
    above: readonly { file: string; real: string }[],
  ): Promise<{ file: string; root: MapNode } | undefined> {
    this.#files.push(loaded.file);
    if (loaded.newer !== undefined) this.#newer = recipeNewer(loaded.file, loaded.newer, version);
    await this.origins.add(loaded, real);
    await loadNames(loaded.text);
    const root = parse(loaded.text, { file: loaded.file }, this.report);
    if (root === undefined) return undefined;
    if (!isMap(root)) {
      const empty = root.value === null;
      this.report(
        empty ? messages.emptyRecipe(loaded.file) : messages.recipeForm(dataOf(root), root.written),
        root.place,
      );
      return undefined;
    }
    if (loaded.held === "checkpoint" && root.value.has("extends")) {
      const { node, key } = root.value.get("extends")!;
      this.report(extendsInCheckpoint(loaded.file, String(dataOf(node))), node.place ?? key);
      this.ignore("base");
      return undefined;
    }
    const base = await this.#base(root, loaded.file, [...above, { file: loaded.file, real }]);
    const own = withFields(root, new Map([...root.value].filter(([key]) => key !== "extends")));
    return { file: loaded.file, root: base === undefined ? own : mergeRecipes(base, own) };
  }

  async #base(root: MapNode, file: string, above: readonly { file: string; real: string }[]) {
    const node = root.value.get("extends")?.node;
    if (node === undefined) return undefined;
    if (typeof node.value !== "string" || node.value === "") {
      this.report(messages.extendsForm(dataOf(node), node.written, inQuotes(node)), node.place);
      this.ignore("base");
      return undefined;
    }
    const base = await this.chain(baseOf(file, node.value), above, node.place);
    if (base === undefined) this.ignore("base");
    return base?.root;
  }

  async withFiles(plugins: PluginSource, files: readonly string[]): Promise<PluginSource> {
    if (files.length === 0) return plugins;
    try {
      return await plugins.withFiles(files);
    } catch (error) {
      if (!(error instanceof DenoiseError)) throw error;
      this.problems.push(...error.problems);
      this.ignore("plugins");
      return plugins;
    }
  }

  /** Leaves out the problems that follow from what could not be read. */
  ignore(after: keyof typeof consequences): void {
    for (const code of consequences[after]) this.#ignored.add(code);
  }
}
