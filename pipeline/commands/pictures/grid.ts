/** Picture `grid`: generated pictures in rows and columns. */
import { drawFigure } from "../../../lib/image/mod.ts";
import { seedsDoNotFit } from "../../problems/messages/pictures.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { checkWhole, printModel } from "../options.ts";
import { labelled, seedsOf } from "../seeds.ts";
import type { Console } from "../../terminal/console.ts";
import { counted } from "../../terminal/units.ts";
import { effortOf } from "./evaluations.ts";
import { generatePictures, type PictureOptions, type PictureResult } from "./options.ts";
import { fileFor, savePicture } from "./save.ts";
import { loadWithSamplers, samplerLabel } from "./samplers.ts";

/** What to draw. */
export interface GridPictureOptions extends PictureOptions {
  /** As a `SamplerRequest` names it. */
  readonly sampler?: string;
  /** Diffusion steps, in place of the sampler's. */
  readonly steps?: number;
  /** Default: what a list of seeds takes, else 4. */
  readonly rows?: number;
  /** Pictures in a row. Default: 8, and fewer for a shorter list of seeds. */
  readonly columns?: number;
  /** Each pixel is repeated this often, 1 to 64. Default: what makes pictures at least 72 pixels wide. */
  readonly scale?: number;
  /** Enlarges by bicubic interpolation instead. Default false. */
  readonly smooth?: boolean;
}

/** Draws generated pictures row by row, with the seed under each: the pictures that `sample` generates of these seeds. */
export async function gridPicture(
  target: string,
  options: GridPictureOptions,
  console: Console,
): Promise<PictureResult> {
  const { sampler: text, steps, scale, smooth = false } = options;
  const { seeds, columns } = laidOut(options);
  if (scale !== undefined) checkWhole("scale", scale, 1, 64);
  fileFor(options.out, "a picture", "grid.png");
  await using loaded = await loadWithSamplers(target, [{ text, options: { steps } }], options, console);
  const { model, samplers: [sampler] } = loaded;
  const { session: { graph: { recipe } }, position } = model;
  const file = fileFor(options.out, "a picture", "grid.png", model.folder);
  printModel(console, model.path, samplerLabel(sampler!, []));
  const pictures = await generatePictures(model, sampler!, seeds, options);
  const figure = await drawFigure({
    title: `Samples of ${recipe.name}`,
    subtitle: `${counted(position.step, "training step")}; ${samplerLabel(sampler!)}, ${effortOf(sampler!)}`,
    ...labelled(pictures, seeds, columns),
    ...(scale === undefined ? {} : { scale }),
    smooth,
  });
  await savePicture(file, figure, console);
  return { file };
}

/** The seeds, and how many of them are in a row. */
function laidOut({ seed, rows, columns, overrides }: GridPictureOptions): { seeds: number[]; columns: number } {
  if (rows !== undefined) checkWhole("rows", rows, 1, 1000);
  if (columns !== undefined) checkWhole("columns", columns, 1, 1000);
  if (seed === undefined || typeof seed === "number") {
    const across = columns ?? 8;
    const count = { option: "rows", given: undefined, otherwise: (rows ?? 4) * across };
    return { seeds: seedsOf(seed, count, overrides), columns: across };
  }
  const seeds = seedsOf(seed, { option: "rows", given: undefined, otherwise: 1 }, overrides);
  const across = columns ?? (rows === undefined ? Math.min(8, seeds.length) : Math.ceil(seeds.length / rows));
  if (rows !== undefined && seeds.length > rows * across) {
    throw new DenoiseError(seedsDoNotFit(seeds.length, rows, across));
  }
  return { seeds, columns: across };
}
