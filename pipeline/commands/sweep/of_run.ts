/** A grid of settings of a trained model: how it samples and is measured. Nothing is trained. */
import { join } from "node:path";
import type { Graph, Stage } from "../../graph/types.ts";
import { isCalled } from "../../kinds/metric.ts";
import { metricsUnavailable, validationMissing } from "../../problems/messages/run.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { printOtherData } from "../../run/behind.ts";
import { loadModel, type Model } from "../../run/load.ts";
import { buildMeasure, type Measurement } from "../../run/measure.ts";
import { readyMetric } from "../../run/prepare_metrics.ts";
import { generator, openData, type Session } from "../../run/session.ts";
import { shareBackend } from "../../run/share_backend.ts";
import { averageText } from "../../run/take_average.ts";
import { printData } from "../../run/training_lines.ts";
import type { Console } from "../../terminal/console.ts";
import { row } from "../../terminal/rows.ts";
import { commandLine, shellWord } from "../../terminal/shell.ts";
import { counted, duration, withSpread } from "../../terminal/units.ts";
import { childConsole } from "../child_console.ts";
import { picturesOf, printModel } from "../options.ts";
import { bestCell } from "./best.ts";
import { fixedOf, overridesOf, type Point } from "./grid.ts";
import { averageOf, planOfRun, type RunPlan, type Setting } from "./plan_of_run.ts";
import { metricOf, present } from "./present.ts";
import { openKept, type SweepCell } from "./table.ts";
import type { SweepOptions, SweepResult } from "./types.ts";

/**
 * Measures every combination with the weights of one model, all from the same noises. Each is kept as soon as it is
 * measured: the next call measures what is missing. A model that has trained on since is measured anew.
 *
 * @param target a run folder, a checkpoint or exported weights
 */
export async function sweepRun(target: string, options: SweepOptions, console: Console): Promise<SweepResult> {
  const { plugins, overrides = [], ema = [], fresh = false, runs = "runs", cache } = options;
  const signal = options.signal ?? new AbortController().signal;
  let plan: RunPlan | undefined;
  const how = { plugins, signal, overrides: fixedOf(overrides), ...(options.trust ? { trust: options.trust } : {}) };
  const withAverage = (average: string | undefined) => ({ ...how, ...(average === undefined ? {} : { ema: average }) });
  await using loaded = new AsyncDisposableStack();
  const model = loaded.use(
    await loadModel(target, withAverage(ema[0]), console, async (recipe, file) => {
      plan = await planOfRun(recipe, { target, overrides, ema, ...file });
      return [];
    }),
  );
  const { axes, settings, same } = plan!;
  // All at once: one that cannot be computed is told before anything is measured.
  const models = new Map([[ema[0], model]]);
  for (const { point } of settings) {
    const average = averageOf(point);
    if (models.has(average)) continue;
    const other = loaded.use(await loadModel(target, withAverage(average), childConsole(console, "averages")));
    row(console, "average", averageText(other.used!));
    models.set(average, other);
  }
  const modelOf = (point: Point) => models.get(averageOf(point))!;
  const { session: { graph: { recipe: base } }, position, path } = model;
  const folder = model.folder === undefined ? join(runs, `${base.name}-sweep`) : join(model.folder, "sweep");
  using kept = await openKept(folder, axes, { fresh, console });
  const { known } = kept;
  /** What is there of a setting's numbers, metric by metric. */
  const numbersOf = ({ recipe, metrics }: Setting) =>
    metrics.map(({ metric }) => known.get(recipe)?.metrics.filter(({ id }) => id === metric.id) ?? []);
  const cells = () =>
    settings.flatMap((setting) => {
      const [cell, metrics] = [known.get(setting.recipe), numbersOf(setting).flat()];
      return cell === undefined || metrics.length === 0 ? [] : [{ ...cell, point: setting.point, metrics }];
    });
  const open = settings.filter((setting) => numbersOf(setting).some(({ length }) => length === 0));

  printModel(console, path);
  row(console, "sweep", axes.map(({ key, values }) => `${key}: ${values.join(", ")}`).join("  "));
  row(
    console,
    "",
    `${counted(settings.length, "setting")}, ${settings.length - open.length} done before; nothing is trained`,
  );
  for (const name of same) row(console, "", `${name} is the same for every setting: it is not measured`);
  row(console, "folder", folder);
  const command = (options.command ?? "deno task sweep") + (runs === "runs" ? "" : ` --runs ${shellWord(runs)}`) +
    (ema.length === 0 ? "" : ` --ema ${shellWord(ema.join(","))}`);
  const stopped = (): SweepResult => {
    console.line(`resume with: ${commandLine(command, target, overrides)}`);
    return { outcome: "interrupted", folder, cells: cells(), files: [] };
  };

  try {
    if (open.length > 0) {
      for await (const cell of measured(modelOf, open, settings, known, { console, cache, signal })) {
        await kept.keep(cell);
      }
    }
    console.line();
    const all = cells();
    const ofPictures = settings[0]!.graph.all("metric").filter(({ options }) => typeof options.sampler === "string");
    const result = {
      ...{ folder, kept: kept.file, axes, cells: all, title: `Settings of ${base.name}, step ${position.step}` },
      best: bestCell(all, wantedOf(base.train.keep.best, all, ofPictures)),
      classes: model.session.graph.one("network").stage.offers?.classes === undefined ? undefined : position.classes,
      pluginOf: (label: string) => metricOf(base, all, label),
      async draw({ recipe, point }: SweepCell, seeds: readonly number[]) {
        const model = modelOf(point);
        const { graph, sampler } = settings.find((each) => each.recipe === recipe)!;
        if (sampler === undefined) return undefined;
        await using own = await sessionOf(model, graph, childConsole(console, "pictures"));
        return await Array.fromAsync(picturesOf({ ...model, session: own }, sampler, seeds));
      },
    };
    return { outcome: "finished", folder, cells: all, files: await present(result, console) };
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    return stopped();
  } finally {
    console.endProgress();
  }
}

/** Measures settings one after the other, each number once, and says how long the rest takes. */
async function* measured(
  modelOf: (point: Point) => Model,
  open: readonly Setting[],
  all: readonly Setting[],
  known: ReadonlyMap<string, SweepCell>,
  { console, cache, signal }: { console: Console; cache: string | undefined; signal: AbortSignal },
): AsyncGenerator<SweepCell, void, void> {
  const model = modelOf(open[0]!.point);
  const { position, path, folder } = model;
  await using pictures = await openData(model.session.graph, console, { signal, cache });
  const { validation, classes } = pictures;
  if (validation.count === 0) throw new DenoiseError(validationMissing());
  printData(console, pictures);
  printOtherData(console, position, pictures);
  const ready = new Map<string, Stage<"metric"> | undefined>();
  const done = new Map<string, readonly Measurement[]>();
  for (const { recipe, metrics } of all) {
    const cell = known.get(recipe);
    if (cell?.data !== pictures.digest.validation) continue;
    for (const { metric, by } of metrics) {
      const numbers = cell.metrics.filter(({ id }) => id === metric.id);
      if (numbers.length > 0) done.set(by, numbers);
    }
  }
  const started = performance.now();
  let left: string | undefined; // of all settings, by those before
  const effort = (settings: readonly Setting[]) =>
    settings.reduce((sum, { evaluations = 0 }) => sum + 5 + evaluations, 0);
  for (const [i, { point, graph, recipe, metrics, evaluations }] of open.entries()) {
    const name = `${i + 1} of ${open.length}`;
    const quiet = childConsole(console, name, () => left);
    const { average } = modelOf(point);
    await using session = await sessionOf(model, graph, quiet);
    const measure = buildMeasure(session);
    const found: Measurement[] = [];
    for (const { metric, by } of metrics) {
      if (!done.has(by)) {
        // Equal metrics share what they have loaded and compiled.
        const own = JSON.stringify([metric.plugin.name, metric.options]);
        if (!ready.has(own)) ready.set(own, await readyMetric(graph, metric, console, { signal, cache }));
        const stage = ready.get(own)?.stage;
        if (stage === undefined) continue;
        done.set(by, await measure([{ ...metric, stage }], { average, validation, classes }));
      }
      found.push(...done.get(by)!);
    }
    signal.throwIfAborted();
    if (found.length === 0) throw new DenoiseError(metricsUnavailable());
    const numbers = found.map(({ label, value, spread }) => `${label} ${withSpread(value, spread)}`).join(", ");
    const each = (performance.now() - started) / effort(open.slice(0, i + 1));
    left = i + 1 < open.length ? duration(each * effort(open.slice(i + 1)) / 1000) : undefined;
    const time = left === undefined ? "" : `   ${left} left`;
    row(console, name, `${overridesOf(point).join(" ")}   ${numbers}${time}`);
    const others = (known.get(recipe)?.metrics ?? []).filter(({ id }) =>
      !metrics.some(({ metric }) => metric.id === id)
    );
    yield {
      ...{ recipe, point, run: folder ?? path, step: position.step, data: pictures.digest.validation },
      metrics: [...found, ...others],
      ...(evaluations === undefined ? {} : { evaluations }),
    };
  }
}

/** The number that the best is found by: `keep.best`, but of metrics that look at pictures where there are any. */
function wantedOf(
  best: string | undefined,
  cells: readonly SweepCell[],
  ofPictures: readonly Stage<"metric">[],
): string | undefined {
  const numbers = cells[0]?.metrics ?? [];
  const seeing = numbers.filter(({ id }) => ofPictures.some((metric) => metric.id === id));
  const fit = seeing.length > 0 ? seeing : numbers;
  return fit.find(({ name }) => best !== undefined && isCalled(name, best))?.name ?? fit[0]?.name;
}

/** The model with other samplers and metrics, on the same backend. */
async function sessionOf(model: Model, own: Graph, console: Console): Promise<Session & AsyncDisposable> {
  const { graph, release } = await shareBackend(own, console, model.session.signal);
  const { backend } = model.session;
  return {
    ...model.session,
    ...{ graph, console, generate: generator(backend, graph, model.session.guides) },
    [Symbol.asyncDispose]: release,
  };
}
