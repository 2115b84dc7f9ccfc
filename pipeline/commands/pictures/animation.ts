/** Picture `animation`: how the samples of a run become better while it trains; all from the same noise. */
import { basename, join } from "node:path";
import { exists } from "../../../lib/files/mod.ts";
import { cutFigure, cutGrid, decodeFile, drawFigure, type Frame, type Picture } from "../../../lib/image/mod.ts";
import { wire } from "../../graph/wire.ts";
import { runFolderMissing, samplesMissing } from "../../problems/messages/pictures.ts";
import { nearRuns } from "../../recipe/near_runs.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { readRecipe } from "../../recipe/read.ts";
import type { PluginSource, Recipe } from "../../recipe/types.ts";
import { checkWhole } from "../options.ts";
import type { Console } from "../../terminal/console.ts";
import type { Trust } from "../../trust/trust.ts";
import { type PictureResult, spread } from "./options.ts";
import { fileFor, moves, saveAnimation, savePicture } from "./save.ts";

/** What to draw. */
export interface AnimationOptions {
  /** Where plugins are found: `builtins`, or `await builtins.withFiles([...])`. */
  readonly plugins: PluginSource;
  /** Which code of the recipe is run besides what the user has trained with on this machine. */
  readonly trust?: Trust;
  /** File to write. Default: `animation.gif` in `pictures` of the run folder. */
  readonly out?: string;
  /** Grids that a picture shows, a row each. Default 8. */
  readonly rows?: number;
  /** Pictures of each grid that a picture shows. Default 8. */
  readonly columns?: number;
  /** Grids that an animation shows, evenly apart. Default 60. */
  readonly frames?: number;
  /** Milliseconds a frame; the last one stays for two seconds. Default 200. */
  readonly delay?: number;
}

/** A grid of samples that training has written. */
export interface SampleGrid {
  readonly path: string;
  /** `epoch 12`, `step 5,000`. */
  readonly label: string;
}

/** Draws the grids in the samples folder of a run: one after the other, or as a picture with a row of each. */
export async function animationPicture(
  folder: string,
  options: AnimationOptions,
  console: Console,
): Promise<PictureResult> {
  const { rows = 8, columns = 8, frames: most = 60, delay = 200 } = options;
  checkWhole("rows", rows, 1, 1000);
  checkWhole("columns", columns, 1, 1000);
  checkWhole("frames", most, 2, 10_000);
  checkWhole("delay", delay, 20, 60_000);
  const file = fileFor(options.out, "a picture or an animation", "animation.gif", folder);
  const grids = await sampleGrids(folder);
  if (grids.length < 2) throw new DenoiseError(samplesMissing(folder, grids.length));
  if (moves(file)) {
    const frames: Frame[] = [];
    const shown = spread(grids.length, most).map((i) => grids[i]!);
    for (const [i, { path, label }] of shown.entries()) {
      const picture = await drawFigure({ title: label, rows: [[await read(path)]], scale: 1 });
      frames.push({ picture, delay: i === shown.length - 1 ? Math.max(2000, delay) : delay });
    }
    await saveAnimation(file, frames, console);
  } else {
    const recipe = await readRecipe(folder, {
      plugins: options.plugins,
      trust: { trained: true, ...options.trust },
    });
    const { samples } = recipe.train;
    const shown = spread(grids.length, rows).map((i) => grids[i]!);
    const pictures: Picture[][] = [];
    const cut = samples.classes === undefined ? (grid: Picture) => cutGrid(grid, samples) : await rowsOfClasses(recipe);
    for (const { path } of shown) pictures.push(cut(await read(path)).slice(0, columns));
    const figure = { rows: pictures, rowLabels: shown.map(({ label }) => label), scale: 1 };
    await savePicture(
      file,
      await drawFigure({ title: "Samples of the same noise while training", ...figure }),
      console,
    );
  }
  return { file };
}

/**
 * The grids that training wrote, in their order.
 *
 * @throws {DenoiseError} when it is not a run folder
 */
export async function sampleGrids(folder: string): Promise<SampleGrid[]> {
  const found: (SampleGrid & { unit: string; count: number })[] = [];
  try {
    for await (const { name } of Deno.readDir(join(folder, "samples"))) {
      const [, unit, digits] = /^(epoch|step)-(\d+)\.png$/.exec(name) ?? [];
      if (unit === undefined) continue;
      const count = Number(digits);
      found.push({
        path: join(folder, "samples", name),
        label: `${unit} ${count.toLocaleString("en-US")}`,
        unit,
        count,
      });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    if (!await exists(join(folder, "log.jsonl"))) {
      throw new DenoiseError(runFolderMissing(folder, "samples", await nearRuns(folder)), { cause: error });
    }
  }
  // A run counts in epochs or in steps; where both are there, those that are more.
  const epochs = found.filter(({ unit }) => unit === "epoch");
  const one = 2 * epochs.length >= found.length ? epochs : found.filter(({ unit }) => unit === "step");
  return one.sort((a, b) => a.count - b.count).map(({ path, label }) => ({ path, label }));
}

/** Cuts grids that have a row of each class: the first noise of every class, then the second. */
async function rowsOfClasses(recipe: Recipe): Promise<(grid: Picture) => Picture[]> {
  const { image: { height, width }, one } = await wire(recipe, { training: false });
  const { columns } = recipe.train.samples;
  const rows = one("network").stage.offers?.classes ?? 1;
  return (grid) => {
    const cut = cutFigure(grid, { rows, columns, width, height });
    return Array.from({ length: columns }, (_, column) => cut.map((row) => row[column]!)).flat();
  };
}

async function read(path: string): Promise<Picture> {
  try {
    return await decodeFile(path);
  } catch (cause) {
    throw new Error(`Cannot read "${basename(path)}": ${(cause as Error).message}`, { cause });
  }
}
