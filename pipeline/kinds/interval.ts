/** Intervals of a recipe, such as `1 epoch` or `500 steps`. */
import { z } from "zod";

/** `2 epochs` or `500 steps`. */
export const interval: z.ZodString = z.string().regex(
  /^[1-9][0-9]* (epochs?|steps?)$/,
  { error: 'expected an interval such as "1 epoch" or "500 steps"' },
);

/** The number of an interval, and whether it is of epochs. */
export function parseInterval(interval: string): { every: number; epochs: boolean } {
  const [number, unit] = interval.split(" ");
  return { every: Number(number), epochs: unit!.startsWith("epoch") };
}
