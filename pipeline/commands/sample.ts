/** Generates pictures with a trained model. */
import { extname, join } from "node:path";
import { writeWhole } from "../../lib/files/mod.ts";
import { encodePng, enlarged, type Picture } from "../../lib/image/mod.ts";
import { visibleJson } from "../../lib/text/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import { labelsWithoutGrid, pictureFormat } from "../problems/messages/pictures.ts";
import * as messages from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import { counted } from "../terminal/units.ts";
import { outputShared } from "../problems/messages/output.ts";
import { chosenOf } from "./classes.ts";
import { checkWhole, picturesOf, printModel } from "./options.ts";
import { type Begin, beginFrom, checkFrom, disposeBegin, type FromPicture } from "./from_picture.ts";
import { gridOf } from "./sample_grid.ts";
import { type Seeds, seedsOf, seedsText } from "./seeds.ts";
import { checkStandardOutput, isStandardOutput, outputName, writeOutput } from "../run/standard_output.ts";
import { loadModel, type LoadOptions, type Model } from "../run/load.ts";
import type { UsedAverage } from "../run/take_average.ts";
import { showWork } from "../run/session.ts";
import { silentConsole } from "../terminal/silent.ts";
import { type ProgressEvent, type Tell, telling, type WarningEvent } from "../terminal/telling.ts";
import { evaluationsPerStep } from "../programs/evaluations.ts";
import { GeneratedPicture } from "./model/picture.ts";
import { effortOf } from "./pictures/evaluations.ts";
import { samplerChanges } from "./sampler_changes.ts";
import { Work } from "./work.ts";

/** What to generate. */
export interface SampleOptions extends LoadOptions, FromPicture {
  /** Pictures, of each class where all are asked for. Default: one for each seed of a list, else 16, or 8 of each class. */
  readonly count?: number;
  /** Diffusion steps, in place of the recipe's. */
  readonly steps?: number;
  /**
   * Name of a class, where the model knows classes; `all` for one of each seed in every class, a row of the grid each, and
   * `none` for pictures whose class is not told. Default: the classes in turn, by seed.
   */
  readonly class?: string;
  /** Scale of the guidance, in place of the recipe's: 1 is none. */
  readonly guidance?: number;
  /**
   * The weaker model that guides, in place of the recipe's: `earlier`, a moment of the same run such as `2 epochs`, or the
   * path of another run; `class` for guidance by classes. The scale is 1.5 unless `guidance` says another, or a recipe that guides so, too.
   */
  readonly guide?: string;
  /**
   * Seed of the first picture, each further one having the next; or one seed a picture. The same seed gives the same
   * picture. Default 0.
   */
  readonly seed?: Seeds;
  /**
   * Folder for a PNG file a picture, and `samples.json`; `-` writes the only picture to standard output. Default:
   * `generated` in the run folder, unless a grid is asked for.
   */
  readonly out?: string;
  /** File for all pictures in one, of a name that ends in `.png`; `-` for standard output. */
  readonly grid?: string;
  /** Whether the grid has the seed under each picture. Default false. */
  readonly labels?: boolean;
  /**
   * Each pixel is repeated this often, in files and in the grid, 1 to 64. Default: 1 in files, and what makes pictures at
   * least 64 pixels wide in the grid.
   */
  readonly scale?: number;
  /** Enlarges by bicubic interpolation instead. Default false. */
  readonly smooth?: boolean;
  /** Name of one of the recipe's samplers. Default: the first. */
  readonly sampler?: string;
  /** Pictures generated at the same time. Default: the batch size of training. */
  readonly batch?: number;
}

/** A picture is drawn, and in its file where it has one. */
export interface PictureEvent {
  /** Which event it is. */
  readonly type: "picture";
  /** Pictures before it. */
  readonly index: number;
  /** Pictures in all. */
  readonly total: number;
  /** With its seed. */
  readonly picture: GeneratedPicture;
  /** Its PNG file. */
  readonly file?: string;
}

/** What sampling tells; `type` says which it is. */
export type SampleEvent = PictureEvent | ProgressEvent | WarningEvent;

/** What was generated. */
export interface SampleResult {
  /** Whether it finished, or a signal stopped it. */
  readonly outcome: "finished" | "interrupted";
  /** The checkpoint that was used. */
  readonly checkpoint: string;
  /** Seed of each picture, its class where one was asked for, and its file where it has one of its own. */
  readonly images: readonly { readonly seed: number; readonly class?: string; readonly file?: string }[];
  /** Folder of the pictures' files, where they have some. */
  readonly folder?: string;
  /** File with all pictures, where one was asked for. */
  readonly grid?: string;
  /** Evaluations of the network for a picture, where the sampler chooses them: the most of all batches. */
  readonly evaluations?: number;
  /** Which average of the weights was used, where one was asked for. */
  readonly ema?: UsedAverage;
  /**
   * Of an inversion: largest difference between what a step gives and what it should, in normalised units, and the
   * evaluations of the network that it took.
   */
  readonly inversion?: { readonly error: number; readonly evaluations: number };
}

/**
 * Generates pictures with the average weights of a run's newest checkpoint, or of a checkpoint, and writes them.
 *
 * @param target a run folder or a checkpoint
 * @param console is told what a person wants to know. Default: nobody is
 * @returns the work: its events, and what was generated. A signal, or leaving the loop, keeps what is there
 * @throws {DenoiseError} awaited or gone through, for options out of range, a grid that is not a PNG file, no checkpoint, a
 *   damaged one, an unknown sampler
 */
export function sample(
  target: string,
  options: SampleOptions,
  console: Console = silentConsole,
): Work<SampleEvent, SampleResult> {
  return new Work(
    ({ tell, signal }) => begin(target, { ...options, signal }, telling(console, tell), tell),
    options.signal,
  );
}

async function begin(
  target: string,
  options: SampleOptions,
  console: Console,
  tell: Tell<SampleEvent>,
): Promise<SampleResult> {
  const { grid: gridFile, scale, smooth = false } = options;
  for (const file of [gridFile, options.out]) checkStandardOutput(file);
  if (gridFile !== undefined && !isStandardOutput(gridFile) && extname(gridFile).toLowerCase() !== ".png") {
    throw new DenoiseError(pictureFormat(gridFile, "a grid", [".png"]));
  }
  const otherwise = options.class === "all" ? 8 : 16;
  const given = seedsOf(options.seed, { option: "count", given: options.count, otherwise }, options.overrides);
  if (isStandardOutput(options.out)) checkOneOutput(given.length, gridFile);
  if (options.labels && gridFile === undefined) throw new DenoiseError(labelsWithoutGrid());
  if (scale !== undefined) checkWhole("scale", scale, 1, 64);
  if (options.steps !== undefined) checkWhole("steps", options.steps, 1, 1_000_000);
  if (options.batch !== undefined) checkWhole("batch", options.batch, 1, 1_000_000);
  checkFrom(options);

  await using model = await loadModel(target, options, console, (recipe) => samplerChanges(recipe, options));
  const { session: { graph, signal }, position, path } = model;
  const used = model.used === undefined ? {} : { ema: model.used };
  const asked = samplerOf(graph, options.sampler);
  const { seeds, labels, names, columns } = chosenOf(model, options.class, given);
  if (isStandardOutput(options.out)) checkOneOutput(seeds.length, gridFile);
  const from = await beginOf(model, asked, options, seeds.length, console);
  const sampler = from?.sampler ?? asked;
  const { stage } = sampler;
  const effort = stage.finished === undefined ? effortOf(sampler) : `at most ${counted(stage.steps, "step")}`;
  printModel(console, path, `${sampler.path[1]} (${sampler.plugin.name}, ${effort})`);
  let evaluations: number | undefined;
  const taken = (steps: number) => void (evaluations = Math.max(evaluations ?? 0, steps * evaluationsPerStep(sampler)));

  const piped = isStandardOutput(options.out);
  const out = piped
    ? undefined
    : options.out ?? (options.grid === undefined ? join(model.folder ?? ".", "generated") : undefined);
  const pictures: Picture[] = [];
  const images: { seed: number; class?: string; file?: string }[] = [];
  let outcome: SampleResult["outcome"] = "finished";
  try {
    const how = { batch: options.batch, labels, begin: from?.options, taken };
    for await (const picture of picturesOf(model, sampler, seeds, how)) {
      const index = images.length;
      const file = `${String(index).padStart(5, "0")}-seed-${seeds[index]}.png`;
      if (out !== undefined || piped) {
        const png = await encodePng(enlarged(picture, scale ?? 1, smooth));
        if (out !== undefined) await writeWhole(join(out, file), png);
        if (piped) await writeOutput("-", png);
      }
      if (options.grid !== undefined) pictures.push(picture);
      const seed = seeds[index]!, name = names?.[index];
      images.push({ seed, ...(name === undefined ? {} : { class: name }), ...(out === undefined ? {} : { file }) });
      const where = out === undefined ? {} : { file: join(out, file) };
      const drawn = new GeneratedPicture(seed, picture);
      await tell({ type: "picture", index, total: seeds.length, picture: drawn, ...where });
      if (images.length < seeds.length) signal.throwIfAborted();
    }
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    outcome = "interrupted";
  } finally {
    disposeBegin(from);
  }
  if (evaluations !== undefined) row(console, "evaluations", `${evaluations} of the network for a picture`);

  if (out !== undefined && images.length > 0) {
    const about = {
      ...{ checkpoint: path, step: position.step, ...used },
      ...{ sampler: sampler.path[1], options: sampler.options, images },
    };
    await writeWhole(join(out, "samples.json"), `${visibleJson(about, 2)}\n`);
    row(
      console.results,
      "pictures",
      `${counted(images.length, "picture")} in ${out}, with ${
        images.length === 1 ? "its seed" : "their seeds"
      } in samples.json`,
    );
    const others = await othersIn(out, images.flatMap(({ file }) => file ?? []));
    if (others > 0) {
      console.line(`${counted(others, "picture")} of earlier calls are still there, and not in samples.json`);
    }
  }
  if (options.grid !== undefined && pictures.length > 0) {
    const drawn = seeds.slice(0, pictures.length);
    await writeOutput(options.grid, await encodePng(await gridOf(pictures, drawn, { ...options, names, columns })));
    const order = columns === undefined
      ? `${seedsText(drawn)} row by row`
      : `a row of ${seedsText(given)} for each class`;
    row(console.results, "grid", `${outputName(options.grid)}, ${order}`);
  }
  if (outcome === "interrupted") console.line(`stopped after ${counted(images.length, "picture")} of ${seeds.length}`);
  return {
    outcome,
    checkpoint: path,
    images,
    ...(out === undefined ? {} : { folder: out }),
    ...(options.grid === undefined ? {} : { grid: options.grid }),
    ...(evaluations === undefined ? {} : { evaluations }),
    ...used,
    ...(from?.inversion === undefined ? {} : { inversion: from.inversion }),
  };
}

/** What pictures begin with, where it is a picture. */
async function beginOf(
  { session, average, position: { classes } }: Model,
  sampler: Stage<"sampler">,
  { from, ...options }: SampleOptions,
  count: number,
  console: Console,
): Promise<Begin | undefined> {
  if (from === undefined) return undefined;
  const { graph, backend, guides, statistics, signal } = session;
  try {
    const begin = await beginFrom(graph, sampler, { ...options, from }, count, {
      ...{ backend, guides, state: average, statistics, signal },
      ...(classes === undefined ? {} : { labels: [0] }),
      progress: showWork(console, "inverting", "steps"),
    });
    if (begin.inversion !== undefined) {
      const { error, evaluations } = begin.inversion;
      row(console, "inversion", `exact to ${error.toExponential(1)}, in ${counted(evaluations, "evaluation")}`);
    }
    return begin;
  } finally {
    console.endProgress();
  }
}

/** Pictures of earlier calls in a folder. */
async function othersIn(folder: string, files: readonly string[]): Promise<number> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => /^\d{5}-seed-\d+\.png$/.test(name) && !files.includes(name)).length;
}

/** Standard output takes one picture. */
function checkOneOutput(count: number, gridFile: string | undefined): void {
  if (count > 1) {
    throw new DenoiseError(outputShared(`${count} pictures`, ["--count 1 draws one", "--grid - draws all in one"]));
  }
  if (isStandardOutput(gridFile)) {
    throw new DenoiseError(outputShared("a picture and a grid", ["leave one of them out"]));
  }
}

function samplerOf(graph: Graph, name: string | undefined): Stage<"sampler"> {
  if (name !== undefined) return graph.sampler(name);
  const first = graph.all("sampler")[0];
  if (first === undefined) throw new DenoiseError(messages.samplersMissing());
  return first;
}
