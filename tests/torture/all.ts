/** The list of attacks, in the order in which they run. */
import disk from "./disk.ts";
import kills from "./kills.ts";
import long from "./long.ts";
import type { Torture } from "./types.ts";

export const all: readonly Torture[] = [
  kills,
  disk,
  long,
];
