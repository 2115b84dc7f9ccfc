/** Picture `grid`: generated pictures in rows and columns. */
import { layOut } from "../../../lib/image/mod.ts";
import { checkSeed, checkWhole, printModel } from "../options.ts";
import type { Console } from "../../terminal/console.ts";
import { generatePictures, type PictureOptions, type PictureResult, seedsFrom } from "./options.ts";
import { fileFor, savePicture } from "./save.ts";
import { loadWithSamplers, samplerLabel } from "./samplers.ts";

/** What to draw. */
export interface GridPictureOptions extends PictureOptions {
  /** As a `SamplerRequest` names it. */
  readonly sampler?: string;
  /** Diffusion steps, in place of the sampler's. */
  readonly steps?: number;
  /** Default 4. */
  readonly rows?: number;
  /** Pictures in a row. Default 8. */
  readonly columns?: number;
  /** Each pixel is repeated this often. Default: what makes pictures at least 64 pixels wide. */
  readonly scale?: number;
}

/** Draws generated pictures of seeds one after the other, row by row. */
export async function gridPicture(
  target: string,
  options: GridPictureOptions,
  console: Console,
): Promise<PictureResult> {
  const { sampler: text, steps, rows = 4, columns = 8, seed = 0, scale } = options;
  checkWhole("rows", rows, 1, 1000);
  checkWhole("columns", columns, 1, 1000);
  checkSeed(seed, rows * columns, options.overrides);
  fileFor(options.out, "a picture", "grid.png");
  await using loaded = await loadWithSamplers(target, [{ text, options: { steps } }], options, console);
  const { model, samplers: [sampler] } = loaded;
  const file = fileFor(options.out, "a picture", "grid.png", model.folder);
  printModel(console, model.path, samplerLabel(sampler!, []));
  const pictures = await generatePictures(model, sampler!, seedsFrom(seed, rows * columns), options);
  await savePicture(file, layOut(pictures, { rows, columns, ...(scale === undefined ? {} : { scale }) }), console);
  return { file };
}
