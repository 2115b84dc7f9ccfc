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
  checkName(out);
  const { path, checkpoint } = await findCheckpoint(target, (message) => console.warn(message));
  await checkPlace(out, path);
  const count = await writeWeights(out, checkpoint);
  row(console, "checkpoint", path);
  const { size } = await Deno.stat(out);
  row(console.results, "weights", `${counted(count, "tensor")}, ${bytes(size)}, averages alone: ${out}`);
  return { checkpoint: path, file: out, tensors: count, bytes: size };
}

/** Refuses a file for weights whose name says another format. @throws {DenoiseError} */
export function checkName(file: string): void {
  if (!file.endsWith(".safetensors")) throw new DenoiseError(exportUnnamed(file));
}

/** Refuses to write weights over a checkpoint, by whatever name, or among checkpoints or snapshots. @throws {DenoiseError} */
export async function checkPlace(file: string, checkpoint: string): Promise<void> {
  const real = await Deno.realPath(file).catch(() => resolve(file));
  const taken = real === await Deno.realPath(checkpoint) ||
    ["checkpoints", "snapshots"].includes(basename(dirname(real))) ||
    await readPosition(real).then(() => true, () => false); // such as a copy that is kept elsewhere
  if (taken) throw new DenoiseError(exportOverCheckpoint(file));
}
