/** Writes checkpoints of a run and keeps the right ones. */
import { join } from "node:path";
import { diverged } from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { TensorRecord } from "../../lib/tensor/mod.ts";
import { checkpointPath, type Position, prune, writeCheckpoint } from "./checkpoint.ts";
import { firstNotFinite, toHost } from "./host_tensors.ts";
import type { RunLog } from "./log.ts";
import { writeSnapshot } from "./snapshots.ts";
import type { TrainState } from "../programs/states.ts";

/** A checkpoint or a snapshot that was written. */
export interface Saved {
  readonly file: string;
  /** Whether it is the checkpoint of the newest step, that of the best, or a snapshot of the averages. */
  readonly what: "newest" | "best" | "snapshot";
}

/** What is written of a step. */
export interface ToSave {
  /** Its checkpoint. */
  readonly step?: boolean;
  /** `best.safetensors`. */
  readonly best?: boolean;
  /** The average weights, kept for good. */
  readonly snapshot?: boolean;
}

/** Writes checkpoints of one run. */
export class CheckpointWriter {
  /** The newest checkpoint that is known to be good. */
  newest: string | undefined;

  constructor(
    private readonly options: {
      /** Folder of the checkpoints. */
      readonly folder: string;
      /** Folder of the snapshots. */
      readonly snapshots: string;
      /** The resolved recipe, as YAML. */
      readonly recipe: string;
      /** Hashes of the plugin files. */
      readonly code: Readonly<Record<string, string>>;
      readonly log: RunLog;
      readonly last: number;
      readonly newest: string | undefined;
    },
  ) {
    this.newest = options.newest;
  }

  /**
   * Writes what is wanted of a step, its checkpoint last; then removes the checkpoints that are not to be kept.
   *
   * @returns what was written
   * @throws {DenoiseError} when a tensor holds a number that is not finite: nothing is written then
   */
  async save(
    position: Position,
    tensors: { state: TrainState; statistics: TensorRecord },
    which: ToSave,
  ): Promise<Saved[]> {
    const { folder, recipe, code, log, last } = this.options;
    const host = await toHost(tensors);
    const bad = firstNotFinite(host);
    if (bad !== undefined) {
      throw new DenoiseError(diverged(`"${bad.replace(/^state\//, "")}" is not finite`, position.step, this.newest));
    }
    await log.sync(); // a log that ended before its checkpoint would have a hole after a power failure
    const checkpoint = { position, recipe, code, tensors: host };
    const saved: Saved[] = [];
    // Before the checkpoint: who resumes from it does not come back to this step.
    if (which.snapshot) {
      saved.push({ file: await writeSnapshot(this.options.snapshots, checkpoint), what: "snapshot" });
    }
    if (which.best) {
      const file = join(folder, "best.safetensors");
      await writeCheckpoint(file, checkpoint);
      saved.push({ file, what: "best" });
    }
    if (which.step) {
      const file = checkpointPath(folder, position.step);
      await writeCheckpoint(file, checkpoint);
      this.newest = file;
      saved.push({ file, what: "newest" });
      await prune(folder, last);
    }
    return saved;
  }
}
