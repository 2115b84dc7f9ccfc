/** What distances to the nearest training pictures say: copies, or none. */
import { counted } from "../../terminal/units.ts";
import { side } from "./nearest.ts";

/** Distances to the nearest training picture, in levels of 0 to 255, one a picture. */
export interface Distances {
  /** Of pictures that the model has made. */
  readonly generated: readonly number[];
  /** Of pictures that training has not seen; none where there are none. */
  readonly held: readonly number[];
}

const copy = 0.33; // of the held-out median: what is nearer counts as a copy

/** The middle value; of an even number, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** What was measured, in one sentence. */
export function measured({ generated, held }: Distances): string {
  const of = (values: readonly number[], what: string) =>
    `${level(median(values))} for ${counted(values.length, `${what} picture`)} (least ${level(Math.min(...values))})`;
  const both = [of(generated, "generated"), ...(held.length === 0 ? [] : [of(held, "held-out")])];
  return `Median distance to the nearest training picture: ${both.join(", ")}, as the root mean square difference of ` +
    `${side}×${side} pixels in levels of 0 to 255.`;
}

/** What it means, in one or two sentences. */
export function meaning({ generated, held }: Distances): string {
  if (held.length === 0) {
    return "There are no held-out pictures to compare with, so only the eye can tell: a copy has a distance near zero.";
  }
  const [own, usual] = [median(generated), median(held)];
  const copies = generated.filter((distance) => distance < copy * usual).length;
  if (copies > 0) {
    return `${counted(copies, "generated picture")} of ${generated.length} ${
      copies === 1 ? "is" : "are"
    } less than a third as far from a training picture as held-out pictures usually are: ${
      copies === 1 ? "it looks" : "they look"
    } memorised.`;
  }
  if (own < 0.8 * usual) {
    return "No picture is a copy by this measure, but generated pictures are nearer to training pictures than held-out " +
      "ones are: blurred and plain pictures are, and so are pictures that repeat parts. Look at the rows.";
  }
  if (own <= 1.25 * usual) {
    return "Generated pictures are about as far from the training pictures as pictures that the model has never seen: " +
      "no sign of memorising by this measure.";
  }
  return "Generated pictures are further from the training pictures than held-out ones are: no sign of memorising by " +
    "this measure, and they are not yet like the data either.";
}

/** `12.3`. */
export const level = (distance: number): string => distance.toFixed(1);
