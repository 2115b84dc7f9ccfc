/** Exports the average weights of a run, alone: a safetensors file for other programs. */
import { basename, dirname, resolve } from "node:path";
import { exportOverCheckpoint, exportUnnamed } from "../../problems/messages/interchange.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { findCheckpoint, readPosition } from "../../run/checkpoint.ts";
import { writeWeights } from "../../run/weights_file.ts";
import type { Console } from "../../terminal/console.ts";
import { row } from "../../terminal/rows.ts";
import { bytes, counted } from "../../terminal/units.ts";

/** What was exported. */
export interface ExportResult {
  /** The checkpoint that the weights are of. */
  readonly checkpoint: string;
  /** The file. */
  readonly file: string;
  /** Tensors in it. */
  readonly tensors: number;
  /** Its size. */
  readonly bytes: number;
}

/**
 * Writes the average weights of a run's newest checkpoint, or of a checkpoint, under their plain names
 * (`down0.block0.conv1.kernel`). The metadata holds the recipe as YAML, the position, and the normalizer's statistics as
 * JSON: all that sampling takes, so that the file is accepted wherever a checkpoint is, but for training.
 *
 * @param out ends in `.safetensors`
 * @throws {DenoiseError} when there is no checkpoint, it is damaged, the name has another ending, or a checkpoint is
 *   there
 */
export async function exportWeights(target: string, out: string, console: Console): Promise<ExportResult> {
  if (!out.endsWith(".safetensors")) throw new DenoiseError(exportUnnamed(out));
  const { path, checkpoint } = await findCheckpoint(target, (message) => console.warn(message));
  if (await isAmongCheckpoints(out, path)) throw new DenoiseError(exportOverCheckpoint(out));
  const count = await writeWeights(out, checkpoint);
  row(console, "checkpoint", path);
  const { size } = await Deno.stat(out);
  row(console.results, "weights", `${counted(count, "tensor")}, ${bytes(size)}, averages alone: ${out}`);
  return { checkpoint: path, file: out, tensors: count, bytes: size };
}

/** Whether a file is a checkpoint, by whatever name, or is in a folder of checkpoints. */
async function isAmongCheckpoints(file: string, checkpoint: string): Promise<boolean> {
  const real = await Deno.realPath(file).catch(() => resolve(file));
  if (real === await Deno.realPath(checkpoint) || basename(dirname(real)) === "checkpoints") return true;
  return await readPosition(real).then(() => true, () => false); // such as a copy that is kept elsewhere
}
