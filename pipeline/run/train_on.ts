/** Trains on opened pictures: from the first step, or from a checkpoint, to the end or an interruption. */
import type { Pictures } from "../data/mod.ts";
import type { Stage } from "../graph/types.ts";
import type { Tell } from "../terminal/telling.ts";
import { counted } from "../terminal/units.ts";
import type { Position } from "./checkpoint.ts";
import type { Foundation } from "./foundation.ts";
import { readLog } from "./log.ts";
import { openFiles } from "./open_files.ts";
import { Past } from "./past.ts";
import { stoppedText } from "./patience.ts";
import type { Plan } from "./plan.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import { Rising } from "./rising.ts";
import type { ResumePoint } from "./restore.ts";
import type { TrainEvent } from "./train_event.ts";
import { Trainer } from "./trainer.ts";

/** What is trained on, and where it is kept. */
export interface Training {
  readonly folder: RunFolder;
  readonly pictures: Pictures;
  /** Those of the recipe that could be prepared. */
  readonly metrics: readonly Stage<"metric">[];
  /** The checkpoint to resume from. */
  readonly before: ResumePoint | undefined;
  /** What the first weights come from, where the recipe names another model. */
  readonly foundation: Foundation | undefined;
  /** Called when there are steps that no checkpoint has; what it returns is disposed of once they are saved. */
  readonly hold: () => Disposable;
  /** Told of steps, and of what is done between them. */
  readonly tell: Tell<TrainEvent>;
}

/** How far training came. */
export interface Trained {
  /** Whether it came to the recipe's end; otherwise the session's signal stopped it. */
  readonly finished: boolean;
  readonly position: Position;
  readonly plan: Plan;
  readonly loss: number | undefined;
  /** Steps that changed nothing. */
  readonly skipped: number;
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
  const { folder, pictures, metrics, before, foundation, hold, tell } = training;
  using files = await openFiles(session, { folder, pictures, before, foundation });
  const { log, keeper, state, position, zero } = files;
  const { console, graph, backend } = session;
  const entries = await readLog(folder.log);
  const past = new Past(entries, graph.recipe.train.keep.best);
  const open = { log, keeper, state, position, zero, past, rising: new Rising(graph, entries) };
  using trainer = new Trainer({ session, pictures, metrics, folder, ...open, hold, tell });
  const { step, epoch } = position;
  await tell({ type: "start", folder: folder.path, backend: backend.description, plan: trainer.plan, step, epoch });
  if (position.step >= trainer.plan.totalSteps) {
    console.line(`already trained for as long as the recipe asks: ${counted(position.step, "step")}`);
  } else if (trainer.position.stopped !== undefined) {
    console.line(`already stopped: ${stoppedText(trainer.position.stopped)}`);
  }
  const finished = await trainer.run();
  if (finished) await log.sync();
  const { loss, skipped, plan, grid } = trainer;
  return { finished, position: trainer.position, plan, loss, skipped, grid, newest: keeper.newest };
}
