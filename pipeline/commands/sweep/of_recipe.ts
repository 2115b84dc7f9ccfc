/** A grid of settings of a recipe: each model is trained once, and measured with every sampler that is asked for. */
import { join } from "node:path";
import { sha256 } from "../../../lib/files/hash.ts";
import { metricsMissing } from "../../problems/messages/run.ts";
import { sweepUnused } from "../../problems/messages/sweep.ts";
import type { Message } from "../../problems/messages/text.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { toYaml } from "../../recipe/write.ts";
import { readRecipe } from "../../recipe/read.ts";
import type { Recipe } from "../../recipe/types.ts";
import { wire } from "../../graph/wire.ts";
import { evaluate } from "../evaluate.ts";
import { picturesOf } from "../options.ts";
import { loadModel } from "../../run/load.ts";
import { trainRecipe } from "../train.ts";
import type { Console } from "../../terminal/console.ts";
import { warning } from "../../problems/warning.ts";
import { row } from "../../terminal/rows.ts";
import { counted, duration, withSpread } from "../../terminal/units.ts";
import { commandLine, shellWord } from "../../terminal/shell.ts";
import { bestCell } from "./best.ts";
import { childConsole } from "../child_console.ts";
import {
  changesAt,
  declaredIn,
  fixedOf,
  type Grid,
  nameOf,
  overridesOf,
  type Point,
  readGrid,
  samplerIn,
} from "./grid.ts";
import { metricOf, present } from "./present.ts";
import { openKept, type SweepCell } from "./table.ts";
import type { SweepOptions, SweepResult } from "./types.ts";

/**
 * Trains and measures every combination. What is measured already with the same recipe is not done again, and a model
 * that was interrupted resumes where it stopped. Settings of samplers and metrics do not retrain a model. Samplers take
 * the steps that the recipe says.
 *
 * @param file a recipe, a run folder or a checkpoint
 * @throws {DenoiseError} before anything is trained, where the grid or one of its recipes is wrong or measures nothing
 */
export async function sweepRecipe(file: string, options: SweepOptions, console: Console): Promise<SweepResult> {
  const { plugins, overrides = [], fresh = false, runs = "runs", cache } = options;
  const trust = { trained: true, ...options.trust };
  const signal = options.signal ?? new AbortController().signal;
  const base = await readRecipe(file, { plugins, overrides: fixedOf(overrides), trust });
  const grid = readGrid(overrides, declaredIn(base));
  const folder = join(runs, `${base.name}-sweep`);
  const plan = await planOf(base, grid, folder);
  for (const text of unused(grid, base)) console.warn(warning(text));
  using kept = await openKept(folder, grid.axes, { fresh, console });
  const { known } = kept;
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
  const announced = () => console.line("stopping after this step …");
  signal.addEventListener("abort", announced);
  using _announced = { [Symbol.dispose]: () => signal.removeEventListener("abort", announced) };
  const open = plan.filter(({ measured }) => measured.some(({ recipe }) => !known.has(recipe)));
  const stopped = (): SweepResult => {
    console.line(`resume with: ${again}`);
    return { outcome: "interrupted", folder, cells: cells(), files: [] };
  };
  /** When the last model was done. */
  let ended = started;
  /** The time that is left after so many models, by the mean of those. */
  const left = (models: number) => {
    if (models === 0 || models >= open.length) return undefined;
    const whole = (ended - started) / models * (open.length - models);
    return duration(Math.max(0, whole - (performance.now() - ended)) / 1000);
  };
  // The runs have been trained with these files, whether or not that could be noted.
  const trustOfRuns = { ...trust, plugins: (base.resolved.plugins ?? []) as readonly string[] };
  for (const [i, { point, recipe, measured }] of open.entries()) {
    const model = `model ${i + 1}/${open.length}`;
    const began = performance.now();
    const quiet = childConsole(console, model, () => left(i));
    const shared = { plugins, trust, signal, ...(cache === undefined ? {} : { cache }) };
    const held = options.hold === undefined ? {} : { hold: options.hold };
    const trained = await trainRecipe(
      recipe,
      { ...shared, ...held, folder: join(folder, recipe.name), again },
      quiet,
    );
    if (trained.outcome === "interrupted") return stopped();
    for (const { point: used, recipe } of measured) {
      if (known.has(recipe)) continue;
      const json = join(trained.folder, `evaluation-${nameOf(used, "as-trained")}.json`);
      const how = { ...shared, trust: trustOfRuns, overrides: overridesOf(used, grid.fixed), steps: null, json };
      const evaluated = await evaluate(trained.folder, how, quiet);
      if (evaluated.outcome === "interrupted") return stopped();
      const { step, metrics } = evaluated;
      const data = `${trained.data?.train} ${evaluated.data}`;
      await kept.keep({ recipe, point: { ...point, ...used }, run: trained.folder, step, metrics, data });
      const numbers = metrics.map(({ label, value, spread }) => `${label} ${withSpread(value, spread)}`).join(", ");
      const told = [...overridesOf(point), ...overridesOf(used)].join(" ") || "the recipe as it is";
      const done = measured.at(-1)!.point === used;
      if (done) ended = performance.now();
      const times = [
        `${duration((performance.now() - began) / 1000)}`,
        ...[left(i + 1) ?? []].flat().map((time) => `${time} left`),
      ];
      row(console, model, `${told}   ${numbers}${done ? `   ${times.join(", ")}` : ""}`);
    }
  }
  console.line();
  const { axes } = grid;
  const measuredWith = (point: Point) =>
    Object.fromEntries(axes.filter(({ afterTraining }) => afterTraining).map(({ key }) => [key, point[key]!]));
  const { sampler } = base.train.samples;
  const all = cells();
  const result = {
    ...{ folder, kept: kept.file, axes, cells: all },
    title: `Sweep of ${base.name}`,
    best: bestCell(all, base.train.keep.best),
    pluginOf: (label: string) => metricOf(base, all, label),
    async draw({ run, point }: SweepCell, seeds: readonly number[]) {
      const how = { plugins, trust: trustOfRuns, signal, overrides: overridesOf(measuredWith(point), grid.fixed) };
      const quiet = childConsole(console, "samples");
      await using model = await loadModel(run, how, quiet);
      const { graph } = model.session;
      const stage = sampler === undefined ? graph.all("sampler")[0] : graph.sampler(sampler);
      return stage === undefined ? undefined : await Array.fromAsync(picturesOf(model, stage, seeds));
    },
  };
  try {
    return { outcome: "finished", folder, cells: all, files: await present(result, console) };
  } catch (error) {
    if (!signal.aborted) throw error;
    return stopped();
  }
}

/** Axes of samplers that no metric uses. */
function unused({ axes }: Grid, { stages }: Recipe): Message[] {
  const used = new Set(stages.flatMap(({ kind, options }) => kind === "metric" ? [options.sampler] : []));
  return axes.flatMap(({ key }) => {
    const sampler = samplerIn(key);
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
    const trained = await base.with([...changesAt(point, grid.fixed), {
      path: ["name"],
      value: nameOf(point, "as-it-is"),
    }]);
    const planned = [];
    for (const used of measured) {
      const recipe = await trained.with(changesAt(used, grid.fixed));
      await wire(recipe);
      if (!recipe.stages.some(({ kind }) => kind === "metric")) throw new DenoiseError(metricsMissing());
      planned.push({ point: used, recipe: sha256(`${folder}\n${toYaml(recipe.resolved)}`) });
    }
    plan.push({ point, recipe: trained, measured: planned });
  }
  return plan;
}
