/** The files that training writes, opened where it starts or resumes. */
import { writeWhole } from "../../lib/files/mod.ts";
import type { Pictures } from "../data/mod.ts";
import type { TrainState } from "../programs/states.ts";
import { toYaml } from "../recipe/write.ts";
import { version } from "../version.ts";
import { codeFor, type Position } from "./checkpoint.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import type { Foundation } from "./foundation.ts";
import { RunLog } from "./log.ts";
import { rememberCode } from "./remember_code.ts";
import { type ResumePoint, startOf, stateOf, zeroOutputLoss } from "./restore.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import { removeLaterSnapshots } from "./snapshots.ts";
import { untilAborted } from "./until_aborted.ts";

/** An open run. Disposing of it closes the log; the state belongs to who trains it. */
export interface RunFiles extends Disposable {
  readonly log: RunLog;
  readonly keeper: CheckpointWriter;
  readonly state: TrainState;
  readonly position: Position;
  /** The loss of a network that answers zero, where it says something. */
  readonly zero: number | undefined;
}

/**
 * Opens log and checkpoints of a run, and restores its state.
 *
 * @throws {DenoiseError} where the pictures are others in another place
 * @throws the signal's reason where it is aborted
 */
export async function openFiles(
  session: Session,
  { folder, pictures, before, foundation }: {
    readonly folder: RunFolder;
    readonly pictures: Pictures;
    readonly before: ResumePoint | undefined;
    readonly foundation: Foundation | undefined;
  },
): Promise<RunFiles> {
  const { graph: { recipe }, backend, console, signal } = session;
  const text = toYaml(recipe.resolved);
  const { position: start, warnings } = await startOf(session, pictures, before, folder.path);
  const from = foundation && { path: foundation.path, step: foundation.step };
  const position = from === undefined ? start : { ...start, from };
  const zero = await untilAborted(zeroOutputLoss(session, pictures), signal);
  const state = await untilAborted(stateOf(session, before, foundation), signal);
  const log = await RunLog.open(folder.log, position.step, position.measured);
  try {
    log.append({
      step: position.step,
      event: before === undefined ? "start" : "resume",
      time: new Date().toISOString(),
      denoise: version,
      backend: backend.description,
      ...(from === undefined ? {} : { from: from.path, from_step: from.step }),
      ...(zero === undefined ? {} : { zero_output_loss: zero }),
    });
    for (const message of warnings) log.append({ step: position.step, event: "warning", message });
    await writeWhole(folder.recipe, text);
    await rememberCode(recipe.code, console);
    await removeLaterSnapshots(folder.path, position.step);
    const keeper = new CheckpointWriter({
      folder: folder.checkpoints,
      snapshots: folder.snapshots,
      recipe: text,
      code: codeFor(recipe.code),
      log,
      last: recipe.train.keep.last,
      newest: before?.path,
    });
    return { log, keeper, state, position, zero, [Symbol.dispose]: () => log[Symbol.dispose]() };
  } catch (error) {
    log[Symbol.dispose]();
    throw error;
  }
}
