/** Runs a grid of settings: each model is trained once, and measured with every sampler that is asked for. */
import { join } from "node:path";
import { exists } from "../../../lib/files/exists.ts";
import { sha256 } from "../../../lib/files/hash.ts";
import { metricsMissing } from "../../problems/messages/run.ts";
import { sweepDataMixed, sweepUntrusted, sweepUnused } from "../../problems/messages/sweep.ts";
import type { Message } from "../../problems/messages/text.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { toYaml } from "../../recipe/write.ts";
import { readRecipe } from "../../recipe/read.ts";
import type { Recipe } from "../../recipe/types.ts";
import { evaluate } from "../evaluate.ts";
import { takeFolder } from "../../run/run_folder.ts";
import { type TrainOptions, trainRecipe } from "../train.ts";
import { type Console, withoutResults } from "../../terminal/console.ts";
import { warning } from "../../problems/warning.ts";
import { row } from "../../terminal/rows.ts";
import { counted, duration } from "../../terminal/units.ts";
import { commandLine, shellWord } from "../../terminal/shell.ts";
import { sweepChart } from "./chart.ts";
import { changesAt, fixedOf, type Grid, nameOf, overridesOf, type Point, readGrid } from "./grid.ts";
import { keepCells, printTable, readCells, type SweepCell, writeTable } from "./table.ts";

/** How to sweep. */
export interface SweepOptions extends Pick<TrainOptions, "plugins" | "trust" | "runs" | "cache" | "hold"> {
  /** Settings: those with several values, such as `schedule=cosine,linear`, span the grid, with `sweep` of the recipe. */
  readonly overrides?: readonly string[];
  /** What a user types before the recipe to sweep it. Default `deno task sweep`. */
  readonly command?: string;
  /** Starts over; what is in the folder of the sweep is moved aside. */
  readonly fresh?: boolean;
  /** Stops after the step that is under way; the same sweep resumes there. */
  readonly signal?: AbortSignal;
}

/** What a sweep came to. */
export interface SweepResult {
  /** Whether it finished, or a signal stopped it. */
  readonly outcome: "finished" | "interrupted";
  /** `runs/<name>-sweep`: a run folder for each model, `sweep.json`, and the table and chart of it. */
  readonly folder: string;
  /** What was measured, in the order of the grid. */
  readonly cells: readonly SweepCell[];
  /** Table and chart, once all is measured. */
  readonly files: readonly string[];
}

/**
 * Trains and measures every combination. What is measured already with the same recipe is not done again, and a model
 * that was interrupted resumes where it stopped. Settings of samplers and metrics do not retrain a model. Samplers take
 * the steps that the recipe says.
 *
 * @param file a recipe, a run folder or a checkpoint
 * @throws {DenoiseError} before anything is trained, where the grid or one of its recipes is wrong or measures nothing
 */
export async function sweep(file: string, options: SweepOptions, console: Console): Promise<SweepResult> {
  const { plugins, overrides = [], fresh = false, runs = "runs", cache } = options;
  const trust = { trained: true, ...options.trust };
  const signal = options.signal ?? new AbortController().signal;
  const base = await readRecipe(file, { plugins, overrides: fixedOf(overrides), trust });
  // Settings become what the command line says: none may come from a file that the user did not type.
  const stranger = Object.keys(base.sweep).map((key) => ["sweep", key]).find(base.isFromElsewhere);
  if (stranger !== undefined) throw new DenoiseError(base.problem(stranger, sweepUntrusted(stranger[1]!)));
  const grid = readGrid(overrides, base.sweep);
  const folder = join(runs, `${base.name}-sweep`);
  const plan = await planOf(base, grid, folder);
  for (const text of unused(grid, base)) console.warn(warning(text));
  const moved = (to: string) => console.line(`The old sweep is kept in ${to}`);
  using _lock = await takeFolder(folder, fresh && await exists(folder) ? moved : undefined);
  const kept = join(folder, "sweep.json");
  const known = new Map((await readCells(kept)).map((cell) => [cell.recipe, cell]));
  const total = plan.reduce((sum, { measured }) => sum + measured.length, 0);
  const cells = () =>
    plan.flatMap(({ point, measured }) =>
      measured.flatMap(({ point: used, recipe }) => {
        const cell = known.get(recipe); // perhaps of a grid that said the same with other keys
        return cell === undefined ? [] : { ...cell, point: { ...point, ...used } };
      })
    );

  row(console, "sweep", grid.axes.map(({ key, values }) => `${key}: ${values.join(", ")}`).join("  "));
  row(console, "", `${counted(plan.length, "model")}, ${counted(total, "measurement")}, ${cells().length} done before`);
  row(console, "runs", folder);
  const command = (options.command ?? "deno task sweep") + (runs === "runs" ? "" : ` --runs ${shellWord(runs)}`);
  const again = commandLine(command, file, overrides);
  const started = performance.now();
  const open = plan.filter(({ measured }) => measured.some(({ recipe }) => !known.has(recipe)));
  const stopped = (): SweepResult => ({ outcome: "interrupted", folder, cells: cells(), files: [] });
  for (const [i, { point, recipe, measured }] of open.entries()) {
    const left = i === 0 ? "" : `, ${duration((performance.now() - started) / 1000 / i * (open.length - i))} left`;
    console.line();
    const told = overridesOf(point).join(" ") || "the recipe as it is";
    console.line(console.colors.bold(`model ${i + 1} of ${open.length}: ${told}${left}`));
    const inner = withoutResults(console);
    const shared = { plugins, trust, signal, ...(cache === undefined ? {} : { cache }) };
    const held = options.hold === undefined ? {} : { hold: options.hold };
    const trained = await trainRecipe(
      recipe,
      { ...shared, ...held, folder: join(folder, recipe.name), again },
      inner,
    );
    if (trained.outcome === "interrupted") return stopped();
    for (const { point: used, recipe } of measured) {
      if (known.has(recipe)) continue;
      console.line();
      if (Object.keys(used).length > 0) console.line(console.colors.bold(overridesOf(used).join(" ")));
      const json = join(trained.folder, `evaluation-${nameOf(used, "as-trained")}.json`);
      // The run has just been trained with these files, whether or not that could be noted.
      const files = (base.resolved.plugins ?? []) as readonly string[];
      const how = { ...shared, trust: { ...trust, plugins: files }, overrides: overridesOf(used), steps: null, json };
      const evaluated = await evaluate(trained.folder, how, inner);
      if (evaluated.outcome === "interrupted") {
        console.line(`resume with: ${again}`);
        return stopped();
      }
      const { step, metrics } = evaluated;
      const data = `${trained.data?.train} ${evaluated.data}`;
      known.set(recipe, { recipe, point: { ...point, ...used }, run: trained.folder, step, metrics, data });
      await keepCells(kept, grid.axes, [...known.values()]);
    }
  }
  console.line();
  const digests = new Set(cells().flatMap(({ data }) => data ?? []));
  if (digests.size > 1) console.warn(warning(sweepDataMixed(folder)));
  printTable(console.results, grid.axes, cells());
  const chart = sweepChart(`Sweep of ${base.name}`, grid.axes, cells(), metricOf(base, cells()));
  const files = await writeTable(folder, grid.axes, cells(), chart);
  console.line();
  for (const [i, path] of [kept, ...files].entries()) row(console.results, i === 0 ? "table" : "", path);
  return { outcome: "finished", folder, cells: cells(), files: [kept, ...files] };
}

/** Name of the metric whose number comes first. */
function metricOf({ stages }: Recipe, cells: readonly SweepCell[]): string {
  const { id } = cells[0]!.metrics[0]!;
  return stages.find((stage) => stage.id === id)?.plugin.name ?? id;
}

/** Axes of samplers that no metric uses. */
function unused({ axes }: Grid, { stages }: Recipe): Message[] {
  const used = new Set(stages.flatMap(({ kind, options }) => kind === "metric" ? [options.sampler] : []));
  return axes.flatMap(({ key }) => {
    const [, sampler] = /^samplers\.([^.]+)/.exec(key) ?? [];
    return sampler === undefined || used.has(sampler) ? [] : [sweepUnused(key, sampler)];
  });
}

interface Planned {
  readonly point: Point;
  readonly recipe: Recipe;
  readonly measured: readonly { readonly point: Point; readonly recipe: string }[];
}

/** Checks every recipe of the grid, so that a wrong one is told before the first is trained. */
async function planOf(base: Recipe, grid: Grid, folder: string): Promise<Planned[]> {
  const plan: Planned[] = [];
  for (const { point, measured } of grid.models) {
    const trained = await base.with([...changesAt(point), { path: ["name"], value: nameOf(point, "as-it-is") }]);
    const planned = [];
    for (const used of measured) {
      const recipe = await trained.with(changesAt(used));
      if (!recipe.stages.some(({ kind }) => kind === "metric")) throw new DenoiseError(metricsMissing());
      planned.push({ point: used, recipe: sha256(`${folder}\n${toYaml(recipe.resolved)}`) });
    }
    plan.push({ point, recipe: trained, measured: planned });
  }
  return plan;
}
