/** The list of attacks, in the order in which they run. */
import checkpoints from "./checkpoints.ts";
import commandLines from "./command_lines.ts";
import disk from "./disk.ts";
import endings from "./endings.ts";
import files from "./files.ts";
import interrupts from "./interrupts.ts";
import kills from "./kills.ts";
import long from "./long.ts";
import pictures from "./pictures.ts";
import pluginFiles from "./plugin_files.ts";
import recipes from "./recipes.ts";
import type { Torture } from "./types.ts";

export const attacks: readonly Torture[] = [
  kills,
  disk,
  interrupts,
  endings,
  recipes,
  commandLines,
  checkpoints,
  files,
  pictures,
  pluginFiles,
  long,
];
