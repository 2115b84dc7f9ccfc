/** The training loop: steps, what is due between them, and stopping so that nothing is lost. */
import { isExplained, whatFailed } from "../../lib/files/mod.ts";
import { disposeTree, seedTensor } from "../../lib/tensor/mod.ts";
import { visible } from "../../lib/text/mod.ts";
import { batches, type Pictures, type PictureSet, sampleOf } from "../data/mod.ts";
import type { Stage } from "../graph/types.ts";
import { deviceFailed } from "../problems/messages/runtime.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { TrainSettings } from "../recipe/types.ts";
import type { Position } from "./checkpoint.ts";
import { workAhead } from "./ahead.ts";
import { isDue, type StepEnd } from "./due.ts";
import type { CheckpointWriter, Saved, ToSave } from "./checkpoint_writer.ts";
import { patientPosition, type Stopped, stoppedBy } from "./patience.ts";
import { afterStep, type Plan, planOf } from "./plan.ts";
import { drawPreview, type Preview } from "./preview.ts";
import { savedEvent, toldAt } from "./told_at.ts";
import { printStepEnd, trainingProgress } from "./training_lines.ts";
import type { LogEntry, RunLog } from "./log.ts";
import { Losses, type StepLosses } from "./losses.ts";
import { buildMeasure, type Measure, type Measurement } from "./measure.ts";
import { note } from "./note.ts";
import type { Past } from "./past.ts";
import { loggedUpdate, toldUpdate } from "./skips.ts";
import type { Rising } from "./rising.ts";
import { Throughput, type TimeLeft } from "./throughput.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import { compiledTrainStep, type TrainStep } from "../programs/compiled_step.ts";
import { courseOf } from "../programs/course.ts";
import { type TrainState, upload } from "../programs/states.ts";
import { yieldToEvents } from "../programs/yield_to_events.ts";
import type { Tell } from "../terminal/telling.ts";
import type { TrainEvent } from "./train_event.ts";
import { untilAborted } from "./until_aborted.ts";

/** What a trainer works on. It owns the state. */
export interface TrainerOptions {
  readonly session: Session;
  readonly pictures: Pictures;
  readonly folder: RunFolder;
  readonly log: RunLog;
  readonly keeper: CheckpointWriter;
  /** Those of the recipe that could be prepared. */
  readonly metrics: readonly Stage<"metric">[];
  readonly state: TrainState;
  readonly position: Position;
  /** The loss of a network that answers zero, where it says something. */
  readonly zero: number | undefined;
  /** What earlier processes left in the log. */
  readonly past: Past;
  readonly rising: Rising;
  /** See `Training.hold`. */
  readonly hold: () => Disposable;
  /** Told of steps, and of what is done between them. */
  readonly tell: Tell<TrainEvent>;
}

/** Trains until the recipe's end, or until the session's signal: then the step that is under way is finished. */
export class Trainer implements Disposable {
  readonly plan: Plan;
  readonly #train: TrainSettings;
  readonly #losses: Losses;
  readonly #measure: Measure;
  /** How fast it goes. */
  readonly pace: Throughput = new Throughput();
  readonly #step: TrainStep;
  readonly #data: { readonly batchSize: number; readonly repeats: number };
  /** Training pictures that are measured as the validation pictures are; none where those are training pictures. */
  readonly #sample: PictureSet | undefined;
  #state: TrainState;
  #position: Position;
  /** Held from the first step on until the last is saved. */
  #held: Disposable | undefined;
  /** The last grid of pictures that was written. */
  grid: string | undefined;

  constructor(private readonly options: TrainerOptions) {
    const { session: { graph, backend }, pictures, keeper } = options;
    this.#state = options.state;
    this.#train = graph.recipe.train;
    const { batch_size, repeats } = graph.one("dataset").options;
    this.#data = { batchSize: batch_size, repeats };
    this.plan = planOf(graph, pictures.train.count, options.position);
    this.#position = patientPosition(options.position, this.#train, this.plan);
    this.#measure = buildMeasure(options.session);
    const { train, validation, measuresTraining } = pictures;
    this.#sample = measuresTraining ? undefined : sampleOf(train, validation.count, graph.recipe.seed);
    this.#step = compiledTrainStep(graph, backend);
    this.#losses = new Losses({
      zero: options.zero,
      read: (losses) => this.#tellStep(losses),
      warn: (message) => this.#warn(message),
      kept: () => keeper.newest,
      before: options.past.loss,
    });
  }

  get position(): Position {
    return this.#position;
  }
  /** Steps that changed nothing. */
  get skipped(): number {
    return this.#losses.skipped;
  }
  get loss(): number | undefined {
    return this.#losses.last;
  }

  /**
   * @returns whether it came to the recipe's end; otherwise the signal stopped it, and it has saved its state
   * @throws {DenoiseError} among others where the device fails
   */
  async run(): Promise<boolean> {
    try {
      return await this.#run();
    } catch (error) {
      if (!(isExplained(error) && "failure" in error)) throw error; // as DeviceError has it, and XLA's errors of memory
      throw new DenoiseError(deviceFailed(error.message, error.help, this.options.keeper.newest), { cause: error });
    }
  }

  async #run(): Promise<boolean> {
    const { session: { console, signal } } = this.options;
    try {
      // What an interruption left undone: without it, the pictures of that epoch would be missing for ever.
      if (!this.#position.measured) await this.#between();
      while (!this.#isOver && !signal.aborted) await this.#epoch();
      await this.#losses.settle();
    } finally {
      console.endProgress();
    }
    if (!signal.aborted) return true;
    if (this.#position.step > 0) await this.#save({ step: true });
    return false;
  }

  [Symbol.dispose](): void {
    this.#held?.[Symbol.dispose]();
    disposeTree(this.#state);
  }

  get #isOver(): boolean {
    return this.#position.step >= this.plan.totalSteps || this.#position.stopped !== undefined;
  }

  get #tensors() {
    return { state: this.#state, statistics: this.options.session.statistics };
  }

  /** The rest of an epoch. */
  async #epoch(): Promise<void> {
    const { session: { graph, statistics, signal }, pictures: { train } } = this.options;
    const { epoch, batch: start, seconds } = this.#position;
    const started = performance.now();
    const seed = graph.recipe.seed, seeds = seedTensor(seed), course = courseOf(this.plan);
    try {
      for await (const host of batches(train, { ...this.#data, training: true, seed, epoch, start })) {
        const batch = upload(host, train.shape);
        const step = this.#step(this.#state, batch, statistics, seeds, course);
        // The first one compiles the program, which cannot be stopped: with nothing trained yet, nothing is lost.
        const { state, errors, update } = await (this.#held === undefined ? untilAborted(step, signal) : step);
        this.#held ??= this.options.hold();
        this.#state = state;
        disposeTree(batch);
        this.#position = afterStep(this.#position, this.plan, seconds + (performance.now() - started) / 1000);
        await this.#losses.push(this.#position.step, errors, update);
        await yieldToEvents(); // signals, prefetching and the line of progress have their turn
        this.pace.step();
        this.#show();
        await this.#between();
        if (signal.aborted || this.#isOver) return;
      }
    } finally {
      disposeTree([seeds, course]);
    }
  }

  /** What is due after a step: metrics, samples, a checkpoint, in this order, so that a checkpoint leaves nothing open. */
  async #between(): Promise<void> {
    const { session: { graph, signal, console }, folder, tell } = this.options;
    const { step, epoch, batch } = this.#position;
    const epochEnded = batch === 0;
    const moment = { step, epoch, epochEnded, last: step >= this.plan.totalSteps };
    const metrics = this.options.metrics.filter(({ options }) => isDue(options.every, moment));
    let sampled = graph.all("sampler").length > 0 && isDue(this.#train.samples.every, moment);
    let checkpoint = isDue(this.#train.checkpoint, moment);
    const { snapshots } = this.#train;
    const snapshot = snapshots !== undefined && isDue(snapshots, moment);
    const due = metrics.length > 0 || sampled || checkpoint || snapshot || moment.epochEnded;
    if (signal.aborted) return; // `measured` stays false: what is due comes when the run resumes
    if (!due) return this.#measured();
    await this.pace.apart(async () => {
      await this.#losses.settle();
      const { seconds } = this.#position;
      if (epochEnded) {
        this.options.log.append({ step, event: "epoch", epoch, seconds: Math.round(1000 * seconds) / 1000 });
      }
      this.options.session.guides.reached(step);
      let measured: Measurement[];
      let preview: Preview | undefined;
      let stopped: Stopped | undefined;
      try {
        // What measures and samples leaves the state as it is: it can be saved before they have come to an end.
        measured = await this.#measureAll(metrics);
        stopped = moment.last ? undefined : stoppedBy(measured, this.#position, this.#train, this.plan);
        if (stopped !== undefined) { // all that is due at the end of training
          measured.push(...await this.#measureAll(this.options.metrics.filter((metric) => !metrics.includes(metric))));
          [sampled, checkpoint] = [graph.all("sampler").length > 0, true];
        }
        if (sampled) preview = await this.pace.work("samples", () => untilAborted(this.#draw(moment), signal));
      } catch (error) {
        if (signal.aborted) return;
        await this.#rescue();
        throw error;
      }
      const { options: { log, rising }, position: { best: before } } = this;
      const where = { log, folder: folder.path, train: this.#train };
      this.#position = note({ measured, preview, stopped }, this.#position, where);
      const keep = this.#position.best !== before;
      this.#measured();
      const save = () => this.#write({ step: checkpoint, best: keep, snapshot });
      const saved = checkpoint ? await this.pace.work("checkpoint", save) : keep || snapshot ? await save() : [];
      const { loss, options: { past } } = this;
      const best = past.take(measured);
      const told = toldAt(moment, { measured, best, preview, saved, loss, seconds });
      printStepEnd(console, folder.path, loss, told);
      const worse = rising.take(moment, measured);
      if (worse !== undefined && !this.#isOver) this.#warn(worse.message, worse);
      for (const event of told) await tell(event);
    });
  }

  /** Measures metrics one by one: how long each takes tells the time that is left. */
  async #measureAll(metrics: readonly Stage<"metric">[]): Promise<Measurement[]> {
    const { pictures: { validation, classes }, session: { signal } } = this.options;
    const shown = { average: this.#state.average, validation, training: this.#sample, classes };
    const found: Measurement[] = [];
    for (const metric of metrics) {
      found.push(...await this.pace.work(metric.id, () => untilAborted(this.#measure([metric], shown), signal)));
    }
    return found;
  }

  async #tellStep({ step, errors: losses, update }: StepLosses): Promise<void> {
    this.options.log.append({ step, ...losses, ...loggedUpdate(update) });
    // Losses come a step late: when the next one may have ended the epoch.
    const { epoch: epochs, step: now, batch } = this.#position;
    const epoch = step < now && batch === 0 ? epochs - 1 : epochs;
    const told = { step, epoch, loss: losses.loss ?? NaN, losses, ...toldUpdate(update) };
    await this.options.tell({ type: "step", ...told, secondsLeft: this.#left()?.seconds });
  }

  #warn(message: string, entry: LogEntry = { step: this.#position.step, event: "warning", message }): void {
    this.options.session.console.warn(message);
    this.options.log.append(entry);
  }

  /** Writes checkpoints and snapshots. */
  #write(which: ToSave): Promise<Saved[]> {
    return this.options.keeper.save(this.#position, this.#tensors, which);
  }

  async #save(which: ToSave): Promise<void> {
    for (const saved of await this.#write(which)) await this.options.tell(savedEvent(this.#position, saved));
  }

  /** Keeps what was trained where measuring or sampling failed; `measured` is false still, so what failed is done again. */
  async #rescue(): Promise<void> {
    const { session: { console } } = this.options;
    try {
      await this.#save({ step: true });
    } catch (error) {
      console.warn(`Cannot save step ${this.#position.step} either: ${visible(whatFailed(error))}`);
    }
  }

  #measured(): void {
    this.#position = { ...this.#position, measured: true };
  }

  /** Draws a picture with the average weights. */
  async #draw(moment: StepEnd): Promise<Preview> {
    const { session, pictures: { classes }, folder } = this.options;
    const preview = await drawPreview(session, folder, moment, { average: this.#state.average, classes });
    this.grid = preview.file;
    return preview;
  }

  #show(): void {
    const now = { ...this.#position, loss: this.loss, secondsPerStep: this.pace.secondsPerStep, left: this.#left() };
    this.options.session.console.progress(trainingProgress(this.plan, now));
  }

  #left(): TimeLeft | undefined {
    const { session: { graph }, metrics } = this.options;
    const remaining = { ...this.#position, ...this.plan };
    return this.pace.left(remaining.totalSteps - remaining.step, workAhead(graph, metrics, remaining));
  }
}
