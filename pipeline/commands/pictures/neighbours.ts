/** Picture `neighbours`: generated pictures beside the training pictures that are nearest to them. */
import { dirname, join } from "node:path";
import { writeWhole } from "../../../lib/files/mod.ts";
import { crop, drawFigure, encodePng, type Picture } from "../../../lib/image/mod.ts";
import { type PictureSet } from "../../data/mod.ts";
import type { Graph } from "../../graph/types.ts";
import { mirrors } from "../../programs/mirrors.ts";
import { yieldToEvents } from "../../programs/yield_to_events.ts";
import { printOtherData } from "../../run/behind.ts";
import { openData, type Session, showWork } from "../../run/session.ts";
import { printData } from "../../run/training_lines.ts";
import type { Console } from "../../terminal/console.ts";
import { row } from "../../terminal/rows.ts";
import { counted } from "../../terminal/units.ts";
import { checkWhole, printModel } from "../options.ts";
import { seedsOf } from "../seeds.ts";
import { effortOf } from "./evaluations.ts";
import { type Distances, level, meaning, measured } from "./memory.ts";
import { type Found, mirrored, Nearest, type Sight, sightOf } from "./nearest.ts";
import { generatePictures, type PictureOptions, type PictureResult, spread } from "./options.ts";
import { loadWithSamplers, samplerLabel } from "./samplers.ts";
import { fileFor, savePicture } from "./save.ts";

/** What to draw. */
export interface NeighboursOptions extends PictureOptions {
  /** As a `SamplerRequest` names it. */
  readonly sampler?: string;
  /** Diffusion steps, in place of the sampler's. */
  readonly steps?: number;
  /** Pictures to generate and to look for. Default: one for each seed of a list, else 64. */
  readonly images?: number;
  /** Generated pictures to show: those that are nearest to a training picture. Default 8. */
  readonly rows?: number;
  /** Training pictures to show beside each. Default 5. */
  readonly columns?: number;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
}

const mostHeld = 256; // held-out pictures that are looked for
const shownHeld = 3; // rows of held-out pictures

/** A picture, and what is nearest to it. */
interface Row {
  readonly caption: string;
  readonly picture: Picture;
  readonly found: readonly Found[];
}

/**
 * Draws the generated pictures that are nearest to training pictures, beside these; and the same of held-out pictures,
 * which training has not seen, to compare with. Training pictures count mirrored as well where training mirrors them.
 */
export async function neighboursPicture(
  target: string,
  options: NeighboursOptions,
  console: Console,
): Promise<PictureResult & { readonly distances: Distances; readonly text: string }> {
  const { sampler: text, steps, rows = 8, columns = 5, cache } = options;
  checkWhole("rows", rows, 1, 1000);
  checkWhole("columns", columns, 1, 100);
  const seeds = seedsOf(options.seed, { option: "images", given: options.images, otherwise: 64 }, options.overrides);
  fileFor(options.out, "a picture", "neighbours.png");
  await using loaded = await loadWithSamplers(target, [{ text, options: { steps } }], options, console);
  const { model, samplers: [sampler] } = loaded;
  const { session, position } = model;
  const { graph, signal } = session;
  const file = fileFor(options.out, "a picture", "neighbours.png", model.folder);
  printModel(console, model.path, `${samplerLabel(sampler!)}, ${effortOf(sampler!)}`);
  await using pictures = await openData(graph, console, { signal, cache });
  printData(console, pictures);
  printOtherData(console, position, pictures);
  const generated = await generatePictures(model, sampler!, seeds, options);
  const heldOut = pictures.measuresTraining ? 0 : pictures.validation.count;
  const held = spread(heldOut, mostHeld).map((index) => seenOf(pictures.validation, index, graph));
  const all = await nearestOf(session, [...generated, ...held], pictures.train, columns);
  const made = generated.map((picture, i): Row => ({ caption: `seed ${seeds[i]}`, picture, found: all[i]! }));
  const reference = held.map((picture, i): Row => ({ caption: "held out", picture, found: all[seeds.length + i]! }));
  const first = ({ found }: Row) => found[0]!.distance;
  const distances = { generated: made.map(first), held: reference.map(first) };
  const [numbers, verdict] = [measured(distances), meaning(distances)];
  const said = `${numbers} ${verdict}`;

  const nearest = (of: readonly Row[], most: number) => of.toSorted((a, b) => first(a) - first(b)).slice(0, most);
  const shown = [...nearest(made, rows), ...nearest(reference, shownHeld)];
  const figure = await drawFigure({
    title: `The nearest training pictures of ${graph.recipe.name}`,
    subtitle: `${counted(position.step, "training step")}; ${samplerLabel(sampler!)}, ${effortOf(sampler!)}; ` +
      `the ${Math.min(rows, made.length)} nearest of ${made.length} generated pictures`,
    columnGroups: [{ label: "", columns: 1 }, { label: "nearest training pictures, and their distances", columns }],
    rowLabels: shown.map((_, i) => i < shown.length - Math.min(shownHeld, held.length) ? "generated" : "held out"),
    rows: shown.map(({ picture, found }) => [
      picture,
      ...found.map(({ index, mirrored }) => turnedOr(seenOf(pictures.train, index, graph), mirrored)),
    ]),
    captions: shown.map(({ caption, found }) => [
      caption === "held out" ? "" : caption,
      ...found.map(({ distance, mirrored }) => `${level(distance)}${mirrored ? " mirrored" : ""}`),
    ]),
    note: said,
  });
  await savePicture(file, figure, console);
  if (model.folder !== undefined) await keep(model.folder, file, figure, { step: position.step, text: said });
  row(console, "measured", numbers);
  row(console, "meaning", verdict);
  return { file, distances, text: said };
}

/** What the report shows of it lies in the run folder, wherever the picture went. */
async function keep(
  folder: string,
  file: string,
  figure: Picture,
  about: { step: number; text: string },
): Promise<void> {
  const own = join(folder, "pictures", "neighbours.png");
  if (file !== own) await writeWhole(own, await encodePng(figure));
  await writeWhole(join(dirname(own), "neighbours.json"), `${JSON.stringify(about, null, 2)}\n`);
}

/** The nearest training pictures of each picture; each training picture is read once. */
async function nearestOf(
  { graph, backend, console, signal }: Session,
  pictures: readonly Picture[],
  train: PictureSet,
  most: number,
): Promise<Found[][]> {
  const both = await mirrors(graph, backend);
  const show = showWork(console, "comparing", "training pictures");
  const searches = pictures.map((picture) => new Nearest(sightOf(picture), most));
  try {
    for (let index = 0; index < train.count; index++) {
      const sight = sightOf(seenOf(train, index, graph));
      const sights: Sight[] = both ? [sight, mirrored(sight)] : [sight];
      for (const search of searches) search.add(index, sights);
      if (index % 32 === 0) {
        await yieldToEvents();
        signal.throwIfAborted();
      }
      show(index + 1, train.count);
    }
  } finally {
    console.endProgress();
  }
  return searches.map(({ found }) => found);
}

/** A picture of the dataset, cut to what the network sees of it in the middle; grey ones become red, green and blue. */
function seenOf(set: PictureSet, index: number, { image }: Graph): Picture {
  const { height, width, channels } = set.shape;
  const bytes = new Uint8Array(height * width * channels);
  set.read(index, bytes, 0);
  const data = channels === 3
    ? bytes
    : Uint8Array.from({ length: height * width * 3 }, (_, i) =>
      bytes[Math.floor(i / 3) * channels + Math.min(i % 3, channels - 1)]!);
  return crop({ width, height, data }, {
    left: Math.max(0, Math.floor((width - image.width) / 2)),
    top: Math.max(0, Math.floor((height - image.height) / 2)),
    width: Math.min(width, image.width),
    height: Math.min(height, image.height),
  });
}

function turnedOr(picture: Picture, mirrored: boolean): Picture {
  if (!mirrored) return picture;
  const { width } = picture;
  const data = picture.data.map((_, i) => picture.data[i + (width - 1 - 2 * (Math.floor(i / 3) % width)) * 3]!);
  return { ...picture, data };
}
