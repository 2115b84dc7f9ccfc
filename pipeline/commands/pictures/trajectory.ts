/** Picture `trajectory`: how noise becomes a picture, step by step, and what the network takes it for. */
import { drawFigure, type Figure, type Frame, type Picture } from "../../../lib/image/mod.ts";
import type { Stage } from "../../graph/types.ts";
import type { Model } from "../../run/load.ts";
import { toPictures } from "../../run/pictures.ts";
import { checkWhole, printModel } from "../options.ts";
import { seedsOf } from "../seeds.ts";
import type { Console } from "../../terminal/console.ts";
import { evaluationsOf, evaluationsPerStep } from "../../programs/evaluations.ts";
import { effortOf, evaluationRequests } from "./evaluations.ts";
import { generatePictures, inLines, type PictureOptions, type PictureResult, spread } from "./options.ts";
import { fileFor, moves, saveAnimation, savePicture } from "./save.ts";
import { loadWithSamplers, samplerLabel } from "./samplers.ts";

/** What to draw. */
export interface TrajectoryOptions extends PictureOptions {
  /** Samplers to compare, as `SamplerRequest`s name them. Default: the recipe's first. */
  readonly samplers?: readonly string[];
  /** Diffusion steps, in place of the samplers'. */
  readonly steps?: number;
  /** Network evaluations of a picture, in place of the samplers' steps: the most steps that take no more. */
  readonly evaluations?: number;
  /** Steps that a picture shows, or seeds that an animation shows where no list says them. Default 10, and 6. */
  readonly columns?: number;
  /** Milliseconds a step of an animation. Default 150. */
  readonly delay?: number;
}

/** All that a sampler shows on its way. */
export interface Trajectory {
  /** Noisy pictures before each step: `noisy[step][seed]`. */
  readonly noisy: readonly (readonly Picture[])[];
  /** Clean pictures that each step predicts. */
  readonly signal: readonly (readonly Picture[])[];
  /** What it generates: the last prediction. */
  readonly result: readonly Picture[];
}

/** Draws the noisy image and the predicted signal of each step, for each sampler from the same noise. */
export async function trajectoryPicture(
  target: string,
  options: TrajectoryOptions,
  console: Console,
): Promise<PictureResult> {
  const { samplers: texts = [undefined], steps, evaluations, delay = 150 } = options;
  checkWhole("delay", delay, 20, 60_000);
  if (options.columns !== undefined) checkWhole("columns", options.columns, 1, 1000);
  const named = fileFor(options.out, "a picture or an animation", "trajectory.png");
  const columns = { option: "columns", given: undefined, otherwise: moves(named) ? options.columns ?? 6 : 1 };
  const seeds = seedsOf(options.seed, columns, options.overrides);
  await using loaded = await loadWithSamplers(
    target,
    (recipe) =>
      evaluations === undefined
        ? texts.map((text) => ({ text, options: { steps } }))
        : evaluationRequests(recipe, texts, [evaluations]),
    options,
    console,
  );
  const { model, samplers } = loaded;
  const file = fileFor(options.out, "a picture or an animation", "trajectory.png", model.folder);
  printModel(console, model.path, samplers.map((sampler) => samplerLabel(sampler, [])).join("; "));

  const all: Trajectory[] = [];
  for (const sampler of samplers) all.push(await trajectory(model, sampler, seeds, options.batch));
  const labels = trajectoryLabels(samplers);
  if (moves(file)) {
    const rowLabels = labels.flatMap((label) => rowsOf(label));
    const frames: Frame[] = [];
    const frameSteps = moments(samplers);
    for (const [i, { title, steps }] of frameSteps.entries()) {
      const rows = all.flatMap(({ noisy, signal }, j) => [noisy[steps[j]!]!, signal[steps[j]!]!]);
      const picture = await drawFigure({ title, rowLabels, rows });
      frames.push({ picture, delay: i === frameSteps.length - 1 ? Math.max(2000, delay) : delay });
    }
    await saveAnimation(file, frames, console);
  } else {
    const shown = all.map(({ noisy }) => spread(noisy.length, options.columns ?? 10));
    const several = seeds.length > 1;
    const figure = await drawFigure({
      title: "From noise to a picture",
      subtitle: several ? `${model.session.graph.recipe.name}, a seed after the other` : `seed ${seeds[0]}`,
      ...numbered(samplers, shown, seeds.length),
      rowLabels: seeds.flatMap((seed) => labels.flatMap((label) => rowsOf(several ? `seed ${seed}\n${label}` : label))),
      rows: seeds.flatMap((_, place) =>
        all.flatMap(({ noisy, signal }, i) => [
          shown[i]!.map((step) => noisy[step]![place]!),
          shown[i]!.map((step) => signal[step]![place]!),
        ])
      ),
    });
    await savePicture(file, figure, console);
  }
  return { file };
}

const rowsOf = (label: string) => [`noisy image\n${inLines(label)}`, `predicted signal\n${inLines(label)}`];

/** Numbers of what is shown: above the columns where all samplers have as many steps, else under each picture. */
export function numbered(
  samplers: readonly Stage<"sampler">[],
  shown: readonly (readonly number[])[],
  seeds: number,
): Pick<Figure, "columnsTitle" | "columnLabels" | "captions"> {
  const { steps } = samplers[0]!.stage;
  if (samplers.every(({ stage }) => stage.steps === steps)) {
    return { columnsTitle: `step (of ${steps})`, columnLabels: shown[0]!.map((step) => String(step + 1)) };
  }
  // The noisy image is there before a step, its prediction after it.
  const captions = samplers.flatMap((sampler, i) =>
    [0, 1].map((after) => shown[i]!.map((step) => String((step + after) * evaluationsPerStep(sampler))))
  );
  return {
    columnsTitle: "network evaluations, under each picture",
    captions: Array.from({ length: seeds }, () => captions).flat(),
  };
}

/**
 * The frames of an animation, with the step that each sampler shows: a frame a step where all have as many, else by
 * evaluations of the network, so that one that needs fewer is done sooner.
 */
export function moments(samplers: readonly Stage<"sampler">[]): { title: string; steps: number[] }[] {
  const { steps } = samplers[0]!.stage;
  const each = samplers.map(evaluationsPerStep);
  if (samplers.every(({ stage }, i) => stage.steps === steps && each[i] === each[0])) {
    return Array.from({ length: steps }, (_, step) => ({
      title: `Step ${step + 1} of ${steps}`,
      steps: samplers.map(() => step),
    }));
  }
  const most = Math.max(...samplers.map(evaluationsOf));
  const frames: { title: string; steps: number[] }[] = [];
  for (let done = Math.max(...each); done <= most; done += Math.min(...each)) {
    const steps = samplers.map(({ stage }, i) => Math.min(stage.steps - 1, Math.floor(done / each[i]!) - 1));
    frames.push({ title: `${done} of ${most} network evaluations`, steps });
  }
  return frames;
}

/** What tells samplers apart: options, whether they are deterministic, and what they take where that differs. */
export function trajectoryLabels(samplers: readonly Stage<"sampler">[]): string[] {
  const efforts = samplers.map(effortOf);
  const same = new Set(efforts).size === 1;
  return samplers.map((sampler, i) => {
    const more = [...(sampler.stage.stochastic ? [] : ["deterministic"]), ...(same ? [] : [efforts[i]!])];
    return [samplerLabel(sampler), ...more].join(", ");
  });
}

/** Generates pictures of seeds, and keeps what each step showed. */
export async function trajectory(
  model: Model,
  sampler: Stage<"sampler">,
  seeds: readonly number[],
  batch?: number,
): Promise<Trajectory> {
  const noisy: Picture[][] = [];
  const signal: Picture[][] = [];
  const result = await generatePictures(model, sampler, seeds, {
    batch,
    async watch(seen) {
      (noisy[seen.step] ??= []).push(...await toPictures(seen.noisy));
      (signal[seen.step] ??= []).push(...await toPictures(seen.signal));
    },
  });
  return { noisy, signal, result };
}
