/** Computes an average of another length of a run's snapshots, and writes it. */
import { dirname, join } from "node:path";
import { wire } from "../graph/wire.ts";
import { widestStd } from "../kinds/power_function.ts";
import { averageRange } from "../problems/messages/averages.ts";
import { DenoiseError } from "../problems/problem.ts";
import { readRecipe } from "../recipe/read.ts";
import { runAround } from "../recipe/starts.ts";
import { findCheckpoint, stepName } from "../run/checkpoint.ts";
import type { LoadOptions } from "../run/load.ts";
import { averageText, takeAverage } from "../run/take_average.ts";
export type { UsedAverage } from "../run/take_average.ts";
import { writeWeights } from "../run/weights_file.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import { bytes } from "../terminal/units.ts";
import { silentConsole } from "../terminal/silent.ts";
import { checkName, checkPlace } from "./interchange/export.ts";

/** Which average to compute. */
export interface ComputeAverageOptions extends Omit<LoadOptions, "ema"> {
  /** Its relative standard deviation, more than 0 and less than 0.2887; one that the run keeps is written as it is. */
  readonly std: number;
  /** The file, whose name ends in `.safetensors`. Default: `averages/std-0.07-step-000512.safetensors` in the run folder. */
  readonly out?: string;
}

/** An average that was computed. */
export interface ComputeAverageResult {
  /** The checkpoint or snapshot that it ends with. */
  readonly checkpoint: string;
  /** Its relative standard deviation. */
  readonly std: number;
  /** Updates that it has seen. */
  readonly step: number;
  /** How far its profile is from that of its std, as a part of it (L2): 0 of one that the run keeps. */
  readonly error: number;
  /** The steps of which averages went into it; none of one that the run keeps. */
  readonly steps: readonly number[];
  /** The file: all that sampling takes. */
  readonly file: string;
  /** Its size. */
  readonly bytes: number;
}

/**
 * Computes the average of a std at the newest checkpoint of a run, or at a checkpoint or snapshot of it, and writes it with
 * all that sampling takes.
 *
 * @throws {DenoiseError} where there is no checkpoint, the run has no snapshots or averages of another profile, the std is
 *   out of range or far from what they give, or the file would go over a checkpoint
 */
export async function computeAverage(
  target: string,
  { std, out, plugins, overrides = [], trust }: ComputeAverageOptions,
  console: Console = silentConsole,
): Promise<ComputeAverageResult> {
  const name = String(std);
  if (!(std > 0 && std <= widestStd)) throw new DenoiseError(averageRange(name, widestStd));
  if (out !== undefined) checkName(out);
  const found = await findCheckpoint(target, (message) => console.warn(message));
  const { path, checkpoint: { position: { step } } } = found;
  const recipe = await readRecipe(path, { plugins, overrides, trust: { trained: true, ...trust } });
  const graph = await wire(recipe, { training: false });
  const { checkpoint, used } = await takeAverage(found, graph, name, console);
  const { error = 0, steps = [] } = used;
  const file = out ?? join(runAround(dirname(path)), "averages", `std-${name}-${stepName(step)}.safetensors`);
  await checkPlace(file, path);
  await writeWeights(file, { ...checkpoint, computed: { std, error, steps } });
  const { size } = await Deno.stat(file);
  row(console, "checkpoint", path);
  row(console, "average", averageText(used));
  row(console.results, "weights", `${bytes(size)}: ${file}`);
  row(console, "next", `deno task sample ${file} --count 64 --grid grid.png`);
  return { checkpoint: path, std, step, error, steps, file, bytes: size };
}
