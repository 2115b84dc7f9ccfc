/** Recipes with mistakes in them: each is either a recipe, or refused with sentences at places in it. */
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import {
  builtins,
  DenoiseError,
  describeGraph,
  drawingOf,
  explain,
  factsOf,
  formatProblems,
  type Graph,
  type Problem,
  readRecipe,
  type Recipe,
  toMermaid,
  toYaml,
  trainingCost,
  wire,
} from "../../mod.ts";
import { overridesFile, sourceOf } from "../../pipeline/problems/source.ts";
import { drawsOf } from "./draws.ts";
import { mutateRecipe } from "./recipe_mutations.ts";
import type { Fault, Torture } from "./types.ts";
import { unseenIn, wordsAtFault } from "./sentence.ts";

const slowest = 10_000; // milliseconds that no recipe may take, however busy the machine is
const mostFaults = 50;
/** Wiring follows every shape through the network, and takes most of the time: not every recipe has to go through it. */
const eachWired = 5;
const eachCounted = 60;

const torture: Torture = {
  name: "recipes",
  summary: "recipes with mistakes in them are read, or refused in words at places in them",
  trials: { short: 200, default: 20_000, hour: 600_000 },
  async run({ seed, first = 0, trials, folder, signal, progress }) {
    const named = await builtinRecipes();
    const recipes = [...named.values()];
    const file = join(folder, "r.yaml");
    // What recipes extend.
    for (const [name, text] of named) await Deno.writeTextFile(join(folder, name), text);
    await Deno.writeTextFile(join(folder, "base.yaml"), recipes[0]!);
    const faults: Fault[] = [];
    let [done, accepted, refused, problems, longest, heap] = [0, 0, 0, 0, 0, 0];
    for (let trial = first; trial < first + trials && !signal.aborted; trial++) {
      const mutant = mutateRecipe(recipes, drawsOf(seed, trial));
      Deno.writeFileSync(file, mutant.bytes);
      const started = performance.now();
      const { found, wrong } = await attempt(file, mutant.overrides, trial);
      const took = performance.now() - started;
      longest = Math.max(longest, took);
      if (took > slowest) wrong.push(`took ${Math.round(took)} ms`);
      if (found === 0) accepted++;
      else refused++;
      problems += found;
      if (wrong.length > 0) {
        const input = JSON.stringify({
          overrides: mutant.overrides,
          text: new TextDecoder().decode(mutant.bytes).slice(0, 2000),
        });
        faults.push({ trial, what: `${[...new Set(wrong)].join("; ")} (${mutant.done.join(", ")})`, input });
        if (faults.length >= mostFaults) break;
      }
      if (++done % 200 === 0) {
        heap = Math.max(heap, Deno.memoryUsage().heapUsed);
        progress(done, trials);
      }
    }
    const figures = {
      accepted,
      refused,
      problems,
      "longest, ms": Math.round(longest),
      "largest heap, MB": Math.round(heap / 1e6),
    };
    return { trials: done, faults, figures };
  },
};

export default torture;

/** The recipes that come with Denoise, by the names of their files. */
async function builtinRecipes(): Promise<Map<string, string>> {
  const folder = new URL("../../recipes/", import.meta.url);
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const recipes = names.filter((name) => name.endsWith(".yaml")).sort().map(async (name) =>
    [name, await Deno.readTextFile(new URL(name, folder))] as const
  );
  return new Map(await Promise.all(recipes));
}

/** Reads a recipe in every way there is. `found`: problems that it was refused with; `wrong`: laws that it breaks. */
async function attempt(
  file: string,
  overrides: readonly string[],
  trial: number,
): Promise<{ found: number; wrong: string[] }> {
  try {
    const recipe = await readRecipe(file, { plugins: builtins, overrides });
    const wrong = await whatIsWrongWith(recipe, file);
    if (trial % eachWired !== 0) return { found: 0, wrong };
    const graph = await wire(recipe);
    return { found: 0, wrong: [...wrong, ...await drawn(graph, trial % eachCounted === 0)] };
  } catch (error) {
    if (!(error instanceof DenoiseError)) {
      return { found: 1, wrong: [`threw ${error instanceof Error ? error.stack : String(error)}`] };
    }
    const printed = formatProblems(error.problems, { colour: false });
    const hidden = unseenIn(printed);
    const wrong = error.problems.flatMap((problem) => whatIsWrongIn(problem));
    if (error.problems.length === 0) wrong.push("refused without a problem");
    if (hidden !== undefined) wrong.push(`printed ${hidden}`);
    return { found: Math.max(1, error.problems.length), wrong };
  }
}

/** An accepted recipe reads back equal, from text that stays as it is. */
async function whatIsWrongWith(recipe: Recipe, file: string): Promise<string[]> {
  const wrong: string[] = [];
  const text = toYaml(recipe.resolved);
  const again = `${file}.again.yaml`;
  await Deno.writeTextFile(again, text);
  try {
    const second = await readRecipe(again, { plugins: builtins });
    if (!isDeepStrictEqual(second.resolved, recipe.resolved)) wrong.push("reads back as another recipe");
    else if (toYaml(second.resolved) !== text) wrong.push("is written otherwise the second time");
  } catch (error) {
    wrong.push(`does not read back: ${error instanceof Error ? error.message : error}`);
  }
  for (const shown of [text, explain(recipe)]) {
    const hidden = unseenIn(shown);
    if (hidden !== undefined) wrong.push(`shows ${hidden}`);
  }
  return wrong;
}

async function drawn(graph: Graph, thorough: boolean): Promise<string[]> {
  const cost = thorough ? await trainingCost(graph) : undefined;
  const texts = [describeGraph(graph, cost), toMermaid(drawingOf(graph, factsOf(graph, cost)))];
  return texts.flatMap((text) => {
    const hidden = unseenIn(text);
    return hidden === undefined ? [] : [`draws ${hidden}`];
  });
}

function whatIsWrongIn({ code, message, help, place }: Problem): string[] {
  const wrong = [message, ...help].flatMap((text) =>
    wordsAtFault(text).map((fault) => `${code}: ${fault} in "${text}"`)
  );
  if (!/^[^\p{Ll}]/u.test(message)) wrong.push(`${code}: begins in lower case: "${message}"`);
  // Either the message says what is allowed, or the help says what to do.
  if (help.length === 0 && !/ takes .+, not |: \w+/.test(message)) wrong.push(`${code}: no help for "${message}"`);
  if (place === undefined) {
    if (!/recipe|encod|text|run out|dataset|batch/i.test(message)) wrong.push(`${code}: no place for "${message}"`);
    return wrong;
  }
  const lines = (sourceOf(place) ?? "").split(/\r\n|\r|\n/);
  const line = lines[place.line - 1];
  const characters = line === undefined ? -1 : [...line].length;
  const inside = place.column >= 1 && place.length >= 1 && place.column <= characters + 1 &&
    (place.column + place.length <= Math.max(1, characters) + 2);
  if (!inside && place.file !== overridesFile) {
    wrong.push(`${code}: ${place.line}:${place.column}+${place.length} lies outside its line of ${characters}`);
  }
  return wrong;
}
