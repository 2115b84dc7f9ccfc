/** Picture `steps`: what the same noise becomes in few steps and in many, and in another run. */
import { drawFigure, type Picture } from "../../../lib/image/mod.ts";
import { besideDiffers } from "../../problems/messages/pictures.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { printModel } from "../options.ts";
import { seedsOf } from "../seeds.ts";
import type { Console } from "../../terminal/console.ts";
import { counted } from "../../terminal/units.ts";
import { effortOf } from "./evaluations.ts";
import { generatePictures, inLines, type PictureOptions, type PictureResult } from "./options.ts";
import { fileFor, savePicture } from "./save.ts";
import { loadWithSamplers, samplerLabel, type SamplerRequest } from "./samplers.ts";

/** What to draw. */
export interface StepsPictureOptions extends PictureOptions {
  /** As a `SamplerRequest` names it. */
  readonly sampler?: string;
  /** Numbers of diffusion steps, a row each. Default 1, 2, 3, 5, 10, 20. */
  readonly steps?: readonly number[];
  /** Noises, a column each. Default: one for each seed of a list, else 8. */
  readonly columns?: number;
  /** Another run, or a checkpoint: what it makes of the same noises, by its first sampler, is the last row. */
  readonly beside?: string;
}

/** Rows of pictures of one model, and what it is. */
interface Drawn {
  readonly name: string;
  readonly folder: string | undefined;
  readonly label: string;
  readonly effort: string;
  readonly rows: readonly Picture[][];
}

const sizeOf = ({ rows }: Drawn) => `${rows[0]![0]!.width}×${rows[0]![0]!.height}`;

/** Draws a row for each number of steps; all pictures of a column begin with one noise. */
export async function stepsPicture(
  target: string,
  options: StepsPictureOptions,
  console: Console,
): Promise<PictureResult> {
  const { sampler: text, steps = [1, 2, 3, 5, 10, 20], beside } = options;
  const seeds = seedsOf(
    options.seed,
    { option: "columns", given: options.columns, otherwise: 8 },
    options.overrides,
  );
  fileFor(options.out, "a picture", "steps.png");
  const draw = async (target: string, requests: readonly SamplerRequest[], said?: string): Promise<Drawn> => {
    await using loaded = await loadWithSamplers(target, requests, options, console);
    const { model, samplers } = loaded;
    const [sampler] = samplers;
    printModel(console, model.path, `${samplerLabel(sampler!)}, ${said ?? effortOf(sampler!)}`);
    const rows: Picture[][] = [];
    for (const sampler of samplers) rows.push(await generatePictures(model, sampler, seeds, options));
    const { name } = model.session.graph.recipe;
    return { name, folder: model.folder, label: samplerLabel(sampler!), effort: effortOf(sampler!), rows };
  };
  const requests = steps.map((steps) => ({ text, options: { steps } }));
  // One after the other: each takes the device for itself.
  const other = beside === undefined ? undefined : await draw(beside, [{}]);
  const own = await draw(target, requests, `in ${steps.join(", ")} steps`);
  if (other !== undefined && sizeOf(other) !== sizeOf(own)) {
    throw new DenoiseError(besideDiffers(beside!, sizeOf(other), sizeOf(own)));
  }
  const file = fileFor(options.out, "a picture", "steps.png", own.folder);
  const figure = {
    title: `The same noise in different numbers of steps (${own.label})`,
    columnLabels: seeds.map((seed) => `seed ${seed}`),
    rowLabels: [
      ...steps.map((n) => counted(n, "step")),
      ...other === undefined ? [] : [inLines(`${other.name}\n${other.label}, ${other.effort}`)],
    ],
    rows: [...own.rows, ...other?.rows ?? []],
  };
  await savePicture(file, await drawFigure(figure), console);
  return { file };
}
