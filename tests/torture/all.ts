/** The list of attacks, in the order in which they run. */
import kills from "./kills.ts";
import type { Torture } from "./types.ts";

export const all: readonly Torture[] = [
  kills,
];
