/** Picture `trajectory`: how noise becomes a picture, step by step, and what the network takes it for. */
import { drawFigure, type Frame, type Picture } from "../../../lib/image/mod.ts";
import type { Stage } from "../../graph/types.ts";
import type { Model } from "../../run/load.ts";
import { toPictures } from "../../run/pictures.ts";
import { checkSeed, checkWhole, printModel } from "../options.ts";
import type { Console } from "../../terminal/console.ts";
import { counted } from "../../terminal/units.ts";
import { generatePictures, type PictureOptions, type PictureResult, seedsFrom, spread } from "./options.ts";
import { fileFor, moves, saveAnimation, savePicture } from "./save.ts";
import { loadWithSamplers, samplerLabel } from "./samplers.ts";

/** What to draw. */
export interface TrajectoryOptions extends PictureOptions {
  /** Samplers to compare, as `SamplerRequest`s name them. Default: the recipe's first. */
  readonly samplers?: readonly string[];
  /** Diffusion steps, in place of the samplers'. */
  readonly steps?: number;
  /** Steps that a picture shows, or seeds that an animation shows. Default 10, and 6. */
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
  const { samplers: texts = [undefined], steps, seed = 0, delay = 150 } = options;
  checkWhole("delay", delay, 20, 60_000);
  if (options.columns !== undefined) checkWhole("columns", options.columns, 1, 1000);
  checkSeed(seed, options.columns ?? 6, options.overrides);
  fileFor(options.out, "a picture or an animation", "trajectory.png");
  const requests = texts.map((text) => ({ text, options: { steps } }));
  await using loaded = await loadWithSamplers(target, requests, options, console);
  const { model, samplers } = loaded;
  const file = fileFor(options.out, "a picture or an animation", "trajectory.png", model.folder);
  printModel(console, model.path, samplers.map((sampler) => samplerLabel(sampler, [])).join("; "));

  const moving = moves(file);
  const seeds = seedsFrom(seed, moving ? options.columns ?? 6 : 1);
  const all: Trajectory[] = [];
  for (const sampler of samplers) all.push(await trajectory(model, sampler, seeds, options.batch));
  const rowLabels = trajectoryLabels(samplers).flatMap((
    label,
  ) => [`noisy image\n${label}`, `predicted signal\n${label}`]);
  const longest = Math.max(...all.map(({ noisy }) => noisy.length));
  if (moving) {
    const frames: Frame[] = [];
    for (let step = 0; step < longest; step++) {
      const at = ({ noisy }: Trajectory) => Math.min(step, noisy.length - 1);
      const picture = await drawFigure({
        title: `Step ${step + 1} of ${longest}`,
        rowLabels,
        rows: all.flatMap((one) => [one.noisy[at(one)]!, one.signal[at(one)]!]),
      });
      frames.push({ picture, delay: step === longest - 1 ? Math.max(2000, delay) : delay });
    }
    await saveAnimation(file, frames, console);
  } else {
    const shown = all.map(({ noisy }) => spread(noisy.length, options.columns ?? 10));
    const same = all.every(({ noisy }) => noisy.length === longest);
    const picture = await drawFigure({
      title: "From noise to a picture",
      columnsTitle: same ? `step (of ${longest})` : "steps, from the first to the last",
      ...(same ? { columnLabels: shown[0]!.map((step) => String(step + 1)) } : {}),
      rowLabels,
      rows: all.flatMap(({ noisy, signal }, i) => [
        shown[i]!.map((step) => noisy[step]![0]!),
        shown[i]!.map((step) => signal[step]![0]!),
      ]),
    });
    await savePicture(file, picture, console);
  }
  return { file };
}

/** What tells samplers apart: options, whether they are deterministic, and their steps where those differ. */
export function trajectoryLabels(samplers: readonly Stage<"sampler">[]): string[] {
  const same = new Set(samplers.map(({ stage }) => stage.steps)).size === 1;
  return samplers.map((sampler) => {
    const { stochastic, steps } = sampler.stage;
    const more = [...(stochastic ? [] : ["deterministic"]), ...(same ? [] : [counted(steps, "step")])];
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
