/** Snapshots: the average weights of certain steps, kept for good. Each is a file of weights, as exported ones are. */
import { join } from "node:path";
import { type Checkpoint, listCheckpoints, stepName } from "./checkpoint.ts";
import { writeWeights } from "./weights_file.ts";

/** A snapshot of a run. */
export interface Snapshot {
  /** Updates that its weights have seen. */
  readonly step: number;
  /** Its file, which is accepted wherever exported weights are. */
  readonly path: string;
}

/** The snapshots of a run, by its folder, in the order in which they were taken. */
export async function listSnapshots(run: string): Promise<Snapshot[]> {
  return (await listCheckpoints(join(run, "snapshots"))).toReversed();
}

/** Writes the snapshot of a step, whole or not at all. @returns its path */
export async function writeSnapshot(folder: string, checkpoint: Checkpoint): Promise<string> {
  const path = join(folder, `${stepName(checkpoint.position.step)}.safetensors`);
  await writeWeights(path, checkpoint, { others: true });
  return path;
}

/** Removes the snapshots of a run after a step: what trained on from there has not come to them yet. */
export async function removeLaterSnapshots(run: string, step: number): Promise<void> {
  for (const snapshot of await listSnapshots(run)) {
    if (snapshot.step > step) await Deno.remove(snapshot.path);
  }
}
