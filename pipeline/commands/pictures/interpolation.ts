/** Picture `interpolation`: what lies between two noises, along the arc that joins them. */
import { drawFigure, layOut, type Picture } from "../../../lib/image/mod.ts";
import { checkSeed, checkWhole, printModel } from "../options.ts";
import type { Console } from "../../terminal/console.ts";
import { generatePictures, type PictureOptions, type PictureResult } from "./options.ts";
import { fileFor, moves, saveAnimation, savePicture } from "./save.ts";
import { loadWithSamplers, samplerLabel } from "./samplers.ts";

/** What to draw. */
export interface InterpolationOptions extends Omit<PictureOptions, "seed"> {
  /** Seed of the first noise; further ones have the next. Integer from 0 on. Default 0. */
  readonly seed?: number;
  /** As a `SamplerRequest` names it. */
  readonly sampler?: string;
  /** Diffusion steps, in place of the sampler's. */
  readonly steps?: number;
  /** Pairs of noises, or rows of an animation. Default 4. */
  readonly rows?: number;
  /** Fractions of the arc from 0 to 1, or columns of an animation. Default 9. */
  readonly columns?: number;
  /** Noises that each picture of an animation passes, coming back to the first. Default 3. */
  readonly stops?: number;
  /** Frames from a noise to the next. Default 16. */
  readonly frames?: number;
  /** Milliseconds a frame. Default 80. */
  readonly delay?: number;
}

/**
 * Draws pairs of noises with what lies between them; as an animation, pictures that walk from noise to noise and back to
 * where they began.
 */
export async function interpolationPicture(
  target: string,
  options: InterpolationOptions,
  console: Console,
): Promise<PictureResult> {
  const { sampler: text, steps, rows = 4, columns = 9, seed = 0, stops = 3, frames = 16, delay = 80 } = options;
  checkWhole("rows", rows, 1, 1000);
  checkWhole("columns", columns, 2, 1000);
  checkWhole("stops", stops, 2, 1000);
  checkWhole("frames", frames, 1, 1000);
  checkWhole("delay", delay, 20, 60_000);
  checkSeed(seed, rows * columns * stops, options.overrides);
  fileFor(options.out, "a picture or an animation", "interpolation.png");
  await using loaded = await loadWithSamplers(target, [{ text, options: { steps } }], options, console);
  const { model, samplers: [sampler] } = loaded;
  const file = fileFor(options.out, "a picture or an animation", "interpolation.png", model.folder);
  printModel(console, model.path, samplerLabel(sampler!, []));

  const draw = async (places: readonly Between[]) =>
    await generatePictures(model, sampler!, places.map(({ from }) => from), {
      ...options,
      towards: { items: places.map(({ to }) => to), fractions: places.map(({ fraction }) => fraction) },
    });
  if (moves(file)) {
    const places = walk({ seed, pictures: rows * columns, stops, frames });
    const drawn = await draw(places.flat());
    const all = places.map((frame, i) => ({
      picture: layOut(drawn.slice(i * frame.length, (i + 1) * frame.length), { rows, columns }),
      delay,
    }));
    await saveAnimation(file, all, console);
  } else {
    const places = arcs({ seed, rows, columns });
    const drawn = await draw(places.flat());
    const figure = {
      title: `Between two noises (${samplerLabel(sampler!, [])})`,
      columnsTitle: "fraction of the arc from one noise to the other",
      columnLabels: places[0]!.map(({ fraction }) => String(Number(fraction.toFixed(3)))),
      rows: places.map((row, i): Picture[] => drawn.slice(i * row.length, (i + 1) * row.length)),
    };
    await savePicture(file, await drawFigure(figure), console);
  }
  return { file };
}

/** Where a picture begins: a fraction of the way from the noise of one seed to that of another. */
export interface Between {
  readonly from: number;
  readonly to: number;
  readonly fraction: number;
}

/** Rows of places from one seed to the next, ends included; no two rows share a seed. */
function arcs({ seed, rows, columns }: { seed: number; rows: number; columns: number }): Between[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => ({
      from: seed + 2 * i,
      to: seed + 2 * i + 1,
      fraction: j / (columns - 1),
    })));
}

/** Frames of places on a round trip of each picture through `stops` seeds of its own. */
export function walk(
  { seed, pictures, stops, frames }: { seed: number; pictures: number; stops: number; frames: number },
): Between[][] {
  return Array.from({ length: stops * frames }, (_, frame) => {
    const stop = Math.floor(frame / frames);
    return Array.from({ length: pictures }, (_, i) => ({
      from: seed + i * stops + stop,
      to: seed + i * stops + (stop + 1) % stops,
      fraction: (frame % frames) / frames,
    }));
  });
}
