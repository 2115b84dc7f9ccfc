/** What all pictures of a model take. */
import type { Picture } from "../../../lib/image/mod.ts";
import type { LoadOptions } from "../../run/load.ts";
import { picturesOf } from "../options.ts";
import type { Seeds } from "../seeds.ts";

/** Options of a picture of a model. */
export interface PictureOptions extends LoadOptions {
  /** File to write; what it ends in says which kind. Default: in `pictures` of the run folder. */
  readonly out?: string;
  /** Seed of the first picture, further ones having the next; or one seed a picture. Integers from 0 on. Default 0. */
  readonly seed?: Seeds;
  /** Pictures generated at the same time. Default: the batch size of training. */
  readonly batch?: number;
}

/** A picture that was drawn. */
export interface PictureResult {
  /** Path of the file. */
  readonly file: string;
}

/** As `picturesOf`, all of them. */
export function generatePictures(...how: Parameters<typeof picturesOf>): Promise<Picture[]> {
  return Array.fromAsync(picturesOf(...how));
}

/** A label in lines of about `most` letters, broken after commas. */
export function inLines(label: string, most = 26): string {
  return label.split("\n").flatMap((text) => {
    const lines: string[] = [];
    for (const part of text.split(/(?<=,) /)) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + part.length <= most) lines[lines.length - 1] = `${last} ${part}`;
      else lines.push(part);
    }
    return lines;
  }).join("\n");
}

/** At most `count` whole numbers below `total`, evenly apart, the first and the last among them. */
export function spread(total: number, count: number): number[] {
  if (count >= total) return Array.from({ length: total }, (_, i) => i);
  if (count === 1) return [total - 1];
  return Array.from({ length: count }, (_, i) => Math.round((i * (total - 1)) / (count - 1)));
}
