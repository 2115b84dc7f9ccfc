/** Where pictures go: the kind of file is what the name ends in. */
import { extname, join } from "node:path";
import { writeWhole } from "../../../lib/files/mod.ts";
import {
  type AnimationFormat,
  encode,
  encodeAnimation,
  type Frame,
  type Picture,
  type StillFormat,
} from "../../../lib/image/mod.ts";
import { pictureFormat } from "../../problems/messages/pictures.ts";
import { chartToSvg, toPicture } from "../../view/plots/draw.ts";
import type { Spec } from "../../view/plots/spec.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { checkStandardOutput, isStandardOutput, outputName, writeOutput } from "../../run/standard_output.ts";
import type { Console } from "../../terminal/console.ts";
import { row } from "../../terminal/rows.ts";

const still = [".png", ".webp"] as const;
const moving = [".gif", ".webp"] as const;
const charts = [".png", ".svg", ".webp"] as const;

/** What a command draws: charts, still pictures, and pictures that may be animated. */
export type What = "a chart" | "a picture" | "an animation" | "a picture or an animation";

const endings: Readonly<Record<What, readonly string[]>> = {
  "a chart": charts,
  "a picture": still,
  "an animation": moving,
  "a picture or an animation": [".png", ...moving],
};

/**
 * The file that is written: what was asked for, or a name in the run folder. Checked before the work, which may be long.
 *
 * @throws {DenoiseError} where the name ends in another kind of file
 */
export function fileFor(out: string | undefined, what: What, name: string, folder?: string): string {
  checkStandardOutput(out);
  if (out !== undefined && isStandardOutput(out)) return out;
  const file = out ?? join(folder === undefined ? "." : join(folder, "pictures"), name);
  if (endings[what].includes(endingOf(file))) return file;
  throw new DenoiseError(pictureFormat(file, what, endings[what]));
}

/** Whether a file holds an animation, where a command draws both. */
export function moves(file: string): boolean {
  return (moving as readonly string[]).includes(endingOf(file));
}

/** Writes a picture, and says where. */
export async function savePicture(file: string, picture: Picture, console: Console): Promise<void> {
  // Standard output has no name that says a format.
  const format = isStandardOutput(file) ? "png" : endingOf(file).slice(1) as StillFormat;
  await writeOutput(file, await encode(picture, format));
  row(console.results, "picture", `${outputName(file)}, ${picture.width}×${picture.height}`);
}

/** Writes an animation, and says where. */
export async function saveAnimation(file: string, frames: readonly Frame[], console: Console): Promise<void> {
  const { picture: { width, height } } = frames[0]!;
  await writeWhole(file, await encodeAnimation(frames, endingOf(file).slice(1) as AnimationFormat));
  const seconds = frames.reduce((sum, { delay }) => sum + delay, 0) / 1000;
  row(
    console.results,
    "animation",
    `${file}, ${frames.length} frames of ${width}×${height} in ${seconds.toFixed(1)} s`,
  );
}

/** Writes a chart, and says where. */
export async function saveChart(file: string, spec: Spec, console: Console): Promise<void> {
  if (endingOf(file) !== ".svg") return await savePicture(file, await toPicture(spec), console);
  await writeWhole(file, await chartToSvg(spec));
  row(console.results, "chart", file);
}

const endingOf = (file: string) => extname(file).toLowerCase();
