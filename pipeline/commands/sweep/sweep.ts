/** Sweeps: a grid of settings, measured and compared in one table. */
import { basename, join } from "node:path";
import { listCheckpoints } from "../../run/checkpoint.ts";
import { sweepAverages } from "../../problems/messages/sweep.ts";
import { DenoiseError } from "../../problems/problem.ts";
import type { Console } from "../../terminal/console.ts";
import { sweepRecipe } from "./of_recipe.ts";
import { sweepRun } from "./of_run.ts";
import type { SweepOptions, SweepResult } from "./types.ts";

/**
 * Measures every combination of settings. Of a recipe, each model is trained first; of a trained model nothing is trained,
 * and settings of its samplers, metrics and averages are what may vary. What is measured already is not done again.
 *
 * @param target a recipe; or a run folder, a checkpoint or exported weights, of which nothing is trained
 * @throws {DenoiseError} before anything is trained or measured, where the grid or one of its recipes is wrong or measures
 *   nothing
 */
export async function sweep(target: string, options: SweepOptions, console: Console): Promise<SweepResult> {
  if (await isModel(target)) return await sweepRun(target, options, console);
  if (options.ema !== undefined) throw new DenoiseError(sweepAverages(target));
  return await sweepRecipe(target, options, console);
}

/** Whether a path is that of a trained model, and not of a recipe: a run folder, its checkpoints, one of them, weights. */
async function isModel(target: string): Promise<boolean> {
  if (target.endsWith(".safetensors")) return true;
  const folder = basename(target) === "checkpoints" ? target : join(target, "checkpoints");
  return (await listCheckpoints(folder).catch(() => [])).length > 0;
}
