/** Trains on opened pictures: from the first step, or from a checkpoint, to the end or an interruption. */
import { writeWhole } from "../../lib/files/mod.ts";
import type { Pictures } from "../data/mod.ts";
import type { Stage } from "../graph/types.ts";
import { toYaml } from "../recipe/write.ts";
import { counted } from "../terminal/units.ts";
import { version } from "../version.ts";
import { codeFor, type Position } from "./checkpoint.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import type { Plan } from "./training_lines.ts";
import { RunLog } from "./log.ts";
import { rememberCode } from "./remember_code.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import { type ResumePoint, startOf, stateOf, zeroOutputLoss } from "./restore.ts";
import { Trainer } from "./trainer.ts";
import { untilAborted } from "./until_aborted.ts";

/** What is trained on, and where it is kept. */
export interface Training {
  readonly folder: RunFolder;
  readonly pictures: Pictures;
  /** Those of the recipe that could be prepared. */
  readonly metrics: readonly Stage<"metric">[];
  /** The checkpoint to resume from. */
  readonly before: ResumePoint | undefined;
  /** Called when there are steps that no checkpoint has; what it returns is disposed of once they are saved. */
  readonly hold: () => Disposable;
}

/** How far training came. */
export interface Trained {
  /** Whether it came to the recipe's end; otherwise the session's signal stopped it. */
  readonly finished: boolean;
  readonly position: Position;
  readonly plan: Plan;
  readonly loss: number | undefined;
  /** The last grid of samples. */
  readonly grid: string | undefined;
  /** The newest checkpoint. */
  readonly newest: string | undefined;
}

/**
 * Trains, and keeps log, checkpoints and samples in the run folder.
 *
 * @throws {DenoiseError} where the loss is not finite, or the pictures are too few
 * @throws the signal's reason where it is aborted before the first step
 */
export async function trainOn(session: Session, training: Training): Promise<Trained> {
  const { folder, pictures, metrics, before, hold } = training;
  const { graph: { recipe }, backend, console, signal } = session;
  const text = toYaml(recipe.resolved);
  const { position, warnings } = await startOf(session, pictures, before, folder.path);
  const zero = await untilAborted(zeroOutputLoss(session, pictures), signal);
  const state = await untilAborted(stateOf(session, before), signal);

  using log = await RunLog.open(folder.log, position.step, position.measured);
  log.append({
    step: position.step,
    event: before === undefined ? "start" : "resume",
    time: new Date().toISOString(),
    denoise: version,
    backend: backend.description,
    zero_output_loss: zero,
  });
  for (const message of warnings) log.append({ step: position.step, event: "warning", message });
  await writeWhole(folder.recipe, text);
  await rememberCode(recipe.code, console);
  const { last } = recipe.train.keep;
  const code = codeFor(recipe.code);
  const keeper = new CheckpointWriter({
    folder: folder.checkpoints,
    recipe: text,
    code,
    log,
    last,
    newest: before?.path,
  });
  using trainer = new Trainer({ session, pictures, metrics, folder, log, keeper, state, position, zero, hold });
  if (position.step >= trainer.plan.totalSteps) {
    console.line(`already trained for as long as the recipe asks: ${counted(position.step, "step")}`);
  }
  const finished = await trainer.run();
  if (finished) await log.sync();
  const { loss, plan, grid } = trainer;
  return { finished, position: trainer.position, plan, loss, grid, newest: keeper.newest };
}
