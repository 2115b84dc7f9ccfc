/** Picture `steps`: what the same noise becomes in few steps and in many. */
import { drawFigure, type Picture } from "../../../lib/image/mod.ts";
import { printModel } from "../options.ts";
import { seedsOf } from "../seeds.ts";
import type { Console } from "../../terminal/console.ts";
import { counted } from "../../terminal/units.ts";
import { generatePictures, type PictureOptions, type PictureResult } from "./options.ts";
import { fileFor, savePicture } from "./save.ts";
import { loadWithSamplers, samplerLabel } from "./samplers.ts";

/** What to draw. */
export interface StepsPictureOptions extends PictureOptions {
  /** As a `SamplerRequest` names it. */
  readonly sampler?: string;
  /** Numbers of diffusion steps, a row each. Default 1, 2, 3, 5, 10, 20. */
  readonly steps?: readonly number[];
  /** Noises, a column each. Default: one for each seed of a list, else 8. */
  readonly columns?: number;
}

/** Draws a row for each number of steps; all pictures of a column begin with one noise. */
export async function stepsPicture(
  target: string,
  options: StepsPictureOptions,
  console: Console,
): Promise<PictureResult> {
  const { sampler: text, steps = [1, 2, 3, 5, 10, 20] } = options;
  const seeds = seedsOf(
    options.seed,
    { option: "columns", given: options.columns, otherwise: 8 },
    options.overrides,
  );
  fileFor(options.out, "a picture", "steps.png");
  const requests = steps.map((steps) => ({ text, options: { steps } }));
  await using loaded = await loadWithSamplers(target, requests, options, console);
  const { model, samplers } = loaded;
  const file = fileFor(options.out, "a picture", "steps.png", model.folder);
  const label = samplerLabel(samplers[0]!);
  printModel(console, model.path, `${label}, in ${steps.join(", ")} steps`);
  const rows: Picture[][] = [];
  for (const sampler of samplers) rows.push(await generatePictures(model, sampler, seeds, options));
  const figure = {
    title: `The same noise in different numbers of steps (${label})`,
    columnLabels: seeds.map((seed) => `seed ${seed}`),
    rowLabels: steps.map((n) => counted(n, "step")),
    rows,
  };
  await savePicture(file, await drawFigure(figure), console);
  return { file };
}
