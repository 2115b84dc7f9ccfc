/** Picture `kid`: how good the pictures of several samplers are, by their evaluations of the network. */
import { dirname, join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../../../lib/files/mod.ts";
import type { Stage } from "../../graph/types.ts";
import { measuredAgain, measuredInstead, measurementsDamaged } from "../../problems/messages/pictures.ts";
import { metricUnavailable } from "../../problems/messages/run.ts";
import { validationMissing } from "../../problems/messages/run.ts";
import { lineChart, type Spec } from "../../view/plots/mod.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { stagesOf } from "../../recipe/of_kind.ts";
import type { Recipe } from "../../recipe/types.ts";
import type { LoadOptions } from "../../run/load.ts";
import { stepName } from "../../run/checkpoint.ts";
import { measurementSchema, readMeasurements } from "../../run/measurements_file.ts";
import { printOtherData } from "../../run/behind.ts";
import { printData } from "../../run/training_lines.ts";
import { buildMeasure, type Measurement } from "../../run/measure.ts";
import { prepareMetric } from "../../run/prepare_metrics.ts";
import { printModel } from "../options.ts";
import { openData } from "../../run/session.ts";
import type { Console } from "../../terminal/console.ts";
import { warning } from "../../problems/warning.ts";
import { row } from "../../terminal/rows.ts";
import { counted, withSpread } from "../../terminal/units.ts";
import { evaluationsOf } from "../../programs/evaluations.ts";
import { effortOf, evaluationRequests } from "./evaluations.ts";
import type { PictureResult } from "./options.ts";
import { fileFor, saveChart } from "./save.ts";
import { loadWithSamplers, pictureSampler, samplerLabel } from "./samplers.ts";

/** What to measure and draw. */
export interface KidPictureOptions extends LoadOptions {
  /** Name of the metric's plugin: one that generates pictures. */
  readonly metric: string;
  /** Measured instead where that one lacks what it measures with, such as weights that cannot be downloaded. */
  readonly otherwise?: string | undefined;
  /** Options of the metric, in place of the recipe's or the plugin's. Undefined ones stay as they are. */
  readonly metricOptions?: Readonly<Record<string, unknown>>;
  /** Samplers, a line each, as `SamplerRequest`s name them. Default: all of the recipe. */
  readonly samplers?: readonly string[];
  /** Network evaluations of a picture. Default 2, 4, 8, 16, 32, 64. */
  readonly evaluations?: readonly number[];
  /** Numbers of diffusion steps, in place of evaluations. */
  readonly steps?: readonly number[];
  /** Where the axis of the values ends: what is worse is cut off. */
  readonly most?: number;
  /** File to write. Default: in `pictures` of the run folder. */
  readonly out?: string;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
}

/** A sampler with a number of steps, measured. */
export interface KidCell {
  /** Sampler, its options and those of the metric: what the value depends on besides the checkpoint. */
  readonly key: string;
  /** What the sampler is called, with its options. */
  readonly sampler: string;
  /** Diffusion steps. */
  readonly steps: number;
  /** Network evaluations of an image. */
  readonly evaluations: number;
  /** What the metric measured. */
  readonly measurement: Measurement;
  /** Digits of the validation pictures and of what the metric measures with; undefined for those of earlier versions. */
  readonly by?: string | undefined;
}

/**
 * Measures each sampler with each number of evaluations, and draws the values. What was measured is kept beside the picture:
 * an interrupted command resumes where it stopped, and one with more samplers measures only those.
 */
export async function kidPicture(
  target: string,
  options: KidPictureOptions,
  console: Console,
): Promise<PictureResult & { readonly cells: readonly KidCell[] }> {
  const { otherwise, ...rest } = options;
  if (otherwise === undefined) return await measureAndDraw(target, options, console);
  return await measureAndDraw(target, rest, console).catch((error) => {
    const problem = error instanceof DenoiseError ? error.problems[0] : undefined;
    if (problem?.code !== unavailable) throw error;
    console.warn(warning(measuredInstead(problem.message, otherwise)));
    const metricOptions = { images: options.metricOptions?.images };
    return measureAndDraw(target, { ...rest, metric: otherwise, metricOptions }, console);
  });
}

const unavailable = metricUnavailable("", "", []).code;

async function measureAndDraw(
  target: string,
  options: KidPictureOptions,
  console: Console,
): Promise<PictureResult & { readonly cells: readonly KidCell[] }> {
  const { metric, metricOptions = {}, steps, evaluations = [2, 4, 8, 16, 32, 64], cache } = options;
  fileFor(options.out, "a chart", `${metric}.png`);
  const requests = (recipe: Recipe) => {
    const texts = options.samplers ?? stagesOf(recipe, "sampler").map(({ path }) => String(path[1]));
    if (steps === undefined) return evaluationRequests(recipe, texts, evaluations);
    return texts.flatMap((text) => steps.map((steps) => ({ text, options: { steps } })));
  };
  const change = (recipe: Recipe) => [{ path: ["metrics"], value: [metricStage(recipe, metric, metricOptions)] }];
  await using loaded = await loadWithSamplers(target, requests, options, console, change);
  const { model, samplers } = loaded;
  const { session, position, folder } = model;
  const { graph, signal } = session;
  const file = fileFor(options.out, "a chart", `${metric}.png`, folder);
  const average = model.used === undefined ? "" : `-ema-${model.used.name}`;
  const kept = join(
    folder === undefined ? dirname(file) : join(folder, "pictures"),
    `${metric}-${stepName(position.step)}${average}.json`,
  );
  printModel(console, model.path);

  const cells = new Map((await readMeasurements(kept, cellsOf, measurementsDamaged)).map((cell) => [cell.key, cell]));
  const stage = graph.one("metric");
  const wanted = samplers.map((sampler) => ({ sampler, key: keyOf(sampler, stage) }));
  const missing = wanted.filter(({ key }) => !cells.has(key));
  // Kept numbers that were measured by the same pictures and weights compare; others are measured again.
  const mixed = new Set(wanted.flatMap(({ key }) => cells.get(key)?.by ?? [])).size > 1;
  row(
    console,
    "measuring",
    `${metric}: ${counted(wanted.length, "measurement")}, ${wanted.length - missing.length} of them done before`,
  );
  if (missing.length > 0 || mixed) {
    await using pictures = await openData(graph, console, { signal, cache });
    if (pictures.validation.count === 0) throw new DenoiseError(validationMissing());
    printData(console, pictures);
    const lack = await prepareMetric(graph, stage, console, { signal, cache });
    if (lack !== undefined) {
      const given = "weights" in stage.plugin.options.shape ? ["or give them with --weights FILE"] : [];
      throw new DenoiseError(metricUnavailable(metric, lack.message, [...lack.help, ...given]));
    }
    const measure = buildMeasure(session);
    printOtherData(console, position, pictures);
    const by = [pictures.digest.validation, stage.stage.measuresWith ?? ""].join(" ");
    const stale = wanted.filter(({ key }) => (cells.get(key)?.by ?? by) !== by);
    if (stale.length > 0) console.warn(warning(measuredAgain(stale.length)));
    for (const { sampler, key } of [...missing, ...stale]) {
      const own = { ...stage, options: { ...stage.options, sampler: String(sampler.path[1]) } };
      const [measurement] = await measure([own], { average: model.average, validation: pictures.validation });
      const { steps } = sampler.stage;
      const label = samplerLabel(sampler);
      const cell = {
        key,
        sampler: label,
        steps,
        evaluations: evaluationsOf(sampler),
        measurement: measurement!,
        by,
      };
      cells.set(key, cell);
      await writeWhole(kept, `${JSON.stringify([...cells.values()], null, 2)}\n`);
      const { value, spread } = cell.measurement;
      row(console, "", `${label}, ${effortOf(sampler)}: ${withSpread(value, spread)}`);
    }
  }
  const shown = wanted.map(({ key }) => cells.get(key)!);
  const { images } = stage.options;
  const about = [
    `run ${graph.recipe.name}, ${counted(position.step, "training step")}`,
    ...(typeof images === "number" ? [counted(images, "picture")] : []),
  ].join(", ");
  await saveChart(file, kidChart(shown, about, options.most), console);
  return { file, cells: shown };
}

/** The recipe's metric of that name, or the plugin's defaults, with options laid over. */
function metricStage(
  { resolved }: Recipe,
  name: string,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const all = [resolved.metrics ?? []].flat() as (string | Record<string, unknown>)[];
  const own = all.map((each) => typeof each === "string" ? { use: each } : each).find(({ use }) => use === name);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { use: name, ...own, ...Object.fromEntries(given), sampler: pictureSampler(0) };
}

/** What a value depends on; how often the metric is measured while training is not among it. */
function keyOf(sampler: Stage<"sampler">, metric: Stage<"metric">): string {
  const { sampler: _, every: __, ...measured } = metric.options;
  return JSON.stringify([sampler.plugin.name, sorted(sampler.options), metric.plugin.name, sorted(measured)]);
}

function sorted(options: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(options).filter(([, value]) => value !== undefined).sort(([a], [b]) => a < b ? -1 : 1);
}

const keptCells = z.array(z.looseObject({
  key: z.string(),
  sampler: z.string(),
  steps: z.int().positive(),
  evaluations: z.number().positive(),
  measurement: measurementSchema,
}));

function cellsOf(content: unknown): KidCell[] | undefined {
  return keptCells.safeParse(content).data;
}

/** Lines of samplers over evaluations of the network. */
export function kidChart(cells: readonly KidCell[], about: string, most?: number): Spec {
  const names = [...new Set(cells.map(({ sampler }) => sampler))];
  const { name = "", better = "lower" } = cells[0]?.measurement ?? {};
  const bands = names.length <= 4 && cells.some(({ measurement }) => measurement.spread !== undefined);
  const values = cells.map(({ measurement }) => measurement.value).filter(Number.isFinite);
  return lineChart({
    title: "Samplers by evaluations of the network",
    subtitle: bands ? `${about}; bands: standard deviation over batches` : about,
    x: { title: "network evaluations", scale: "log" },
    y: {
      title: `${name}, ${better} is better`,
      ...(most === undefined ? {} : { range: [Math.min(0, ...values), most] as const }),
    },
    legend: "sampler",
    marks: true,
    series: names.map((name) => ({
      name,
      points: cells.filter(({ sampler }) => sampler === name).map(({ evaluations, measurement }) => ({
        x: evaluations,
        y: measurement.value,
        ...(bands && measurement.spread !== undefined ? { spread: measurement.spread } : {}),
      })),
    })),
  });
}
