/** Training as an object, for a loop of your own: steps, measurements, pictures and checkpoints when you ask for them. */
import { join } from "node:path";
import type { Picture } from "../../lib/image/mod.ts";
import { disposeTree, seedTensor } from "../../lib/tensor/mod.ts";
import { batches, type HostBatch, type Pictures } from "../data/mod.ts";
import { wire } from "../graph/wire.ts";
import type { Graph } from "../graph/types.ts";
import { type TrainState, upload } from "../programs/states.ts";
import { courseOf } from "../programs/course.ts";
import { checkGiven } from "../programs/batch.ts";
import { compiledTrainStep, type TrainStep } from "../programs/compiled_step.ts";
import { yieldToEvents } from "../programs/yield_to_events.ts";
import { checkRead } from "../recipe/given.ts";
import type { Recipe } from "../recipe/types.ts";
import { checkpointPath, type Position, prune } from "../run/checkpoint.ts";
import { lossesOf } from "../run/losses.ts";
import { loggedUpdate, Skips, toldUpdate, type UpdateNumbers, type UpdateReport } from "../run/skips.ts";
import { buildMeasure, loggedOf } from "../run/measure.ts";
import { openFiles, type RunFiles } from "../run/open_files.ts";
import { afterStep, type Plan, planOf } from "../run/plan.ts";
import { type PreparedRun, prepareRun } from "../run/prepare_run.ts";
import { lastCheckpoint } from "../run/restore.ts";
import { type RunFolder, takeRunFolder } from "../run/run_folder.ts";
import { samplePictures } from "../run/sample_pictures.ts";
import { takeBackend } from "../run/share_backend.ts";
import type { Console } from "../terminal/console.ts";
import { silentConsole } from "../terminal/silent.ts";

/** How a training is opened. */
export interface TrainingOptions {
  /** The run folder. Default `runs/<name>`. What is in it is resumed. */
  readonly folder?: string;
  /** Starts over; what is in the run folder is moved aside. */
  readonly fresh?: boolean;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
  /** Aborting it ends what is under way by throwing its reason. */
  readonly signal?: AbortSignal;
  /** What is told of progress and warnings. Default: nobody. */
  readonly console?: Console;
}

/** Which pictures are drawn. */
export interface TrainingPictures {
  /** One picture for each: integers from 0 to 2^31 - 1. */
  readonly seeds: readonly number[];
  /** Name of one of the recipe's samplers. Default: the first. */
  readonly sampler?: string;
  /** Pictures that are drawn at the same time. Default: the batch size. */
  readonly batch?: number;
}

/** What an open training is made of. */
interface Parts {
  readonly folder: RunFolder;
  readonly prepared: PreparedRun;
  readonly files: RunFiles;
  /** Closes all of it, the last that was opened first. */
  readonly close: AsyncDisposableStack;
}

/**
 * A model in training. With the batches that it gives, each step has the bits that `train` would give it, and either can
 * resume what the other has saved.
 */
export class Training implements AsyncDisposable {
  /** How far the recipe asks to go. */
  readonly plan: Plan;
  readonly #parts: Parts;
  readonly #step: TrainStep;
  readonly #measure: ReturnType<typeof buildMeasure>;
  readonly #seed: ReturnType<typeof seedTensor>;
  readonly #course: ReturnType<typeof courseOf>;
  readonly #skips: Skips;
  #update: UpdateReport | undefined;
  #state: TrainState;
  #position: Position;
  #busy = false;
  #open = true;

  private constructor(parts: Parts) {
    const { prepared: { session, pictures }, files } = parts;
    this.#parts = parts;
    this.#state = files.state;
    this.#position = files.position;
    this.plan = planOf(session.graph, pictures.train.count, files.position);
    this.#step = compiledTrainStep(session.graph, session.backend);
    this.#measure = buildMeasure(session);
    this.#seed = seedTensor(session.graph.recipe.seed);
    this.#course = courseOf(this.plan);
    const warn = (message: string) => {
      session.console.warn(message);
      files.log.append({ step: this.#position.step, event: "warning", message });
    };
    this.#skips = new Skips({ warn, kept: () => files.keeper.newest });
  }

  /** See `openTraining`. */
  static async open(recipe: Recipe, options: TrainingOptions): Promise<Training> {
    const { console = silentConsole, fresh = false, cache, signal = new AbortController().signal } = options;
    checkRead(recipe);
    const path = options.folder ?? join("runs", recipe.name);
    const graph = await wire(recipe);
    await using parts = new AsyncDisposableStack();
    parts.use(takeBackend(graph, "training"));
    const folder = parts.use(
      await takeRunFolder(path, { fresh, moved: (to) => console.line(`The old run is kept in ${to}`) }),
    );
    const before = await lastCheckpoint(folder, graph, console);
    await prune(folder.checkpoints, recipe.train.keep.last);
    const { stage: backend } = graph.one("backend");
    parts.defer(() => backend.stop());
    const prepared = parts.use(await prepareRun(graph, { folder: path, before, console, signal, cache }));
    const { session, foundation, pictures } = prepared;
    const files = parts.use(await openFiles(session, { foundation, folder, pictures, before }));
    return new Training({ folder, prepared, files, close: parts.move() });
  }

  /** The stages of the recipe. */
  get graph(): Graph {
    return this.#parts.prepared.session.graph;
  }
  /** The pictures that are trained and measured on. */
  get pictures(): Pictures {
    return this.#parts.prepared.pictures;
  }
  /** The run folder. */
  get folder(): string {
    return this.#parts.folder.path;
  }
  /** Updates done, epochs done, batches done in this epoch, the last measurements, seconds of training. */
  get position(): Position {
    return this.#position;
  }
  /** The tensors as they are now: weights, their average, the optimizer's. The next step frees them: copy what is to stay. */
  get state(): TrainState {
    this.#check();
    return this.#state;
  }

  /** Learning rate, length of the gradients and skipped steps, as of the last `step`; undefined before the first. */
  get update(): UpdateReport | undefined {
    return this.#update;
  }

  /** Batches from the next one on, epoch after epoch, until the recipe's end. Each is in the order that `train` has. */
  async *batches(): AsyncGenerator<HostBatch, void, void> {
    const { recipe: { seed } } = this.graph;
    const { batch_size: batchSize, repeats } = this.graph.one("dataset").options;
    let given = this.#position;
    while (given.step < this.plan.totalSteps) {
      const { epoch, batch: start } = given;
      const options = { batchSize, repeats, training: true, seed, epoch, start };
      for await (const batch of batches(this.pictures.train, options)) {
        yield batch;
        given = afterStep(given, this.plan, 0);
        if (given.step >= this.plan.totalSteps) return;
      }
    }
  }

  /**
   * One update of the weights. The batch may be any: of the recipe's size, or of another, which is compiled anew. Where its
   * gradients are not finite, it is counted and changes nothing.
   *
   * @returns the scalars that the loss reports, such as `{ loss, noise, image }`, of the weights before the update
   * @throws {DenoiseError} where the loss is not finite, or the gradients of many steps in a row are not
   * @throws {TypeError} where the batch is not of as many bytes as its pictures have
   */
  async step(batch: HostBatch): Promise<Record<string, number>> {
    return await this.#alone(async () => {
      const { prepared: { session: { statistics }, pictures }, files: { log } } = this.#parts;
      checkGiven(batch, pictures.train.shape);
      const started = performance.now();
      const uploaded = upload(batch, pictures.train.shape);
      try {
        const { state, errors, update: terms } = await this.#step(
          ...[this.#state, uploaded, statistics, this.#seed, this.#course] as const,
        );
        this.#state = state;
        const seconds = this.#position.seconds + (performance.now() - started) / 1000;
        // What is due between steps is the caller's to decide: nothing is left to be done when it resumes.
        this.#position = { ...afterStep(this.#position, this.plan, seconds), measured: true };
        const losses = await lossesOf(errors);
        const update = await lossesOf(terms) as UpdateNumbers;
        this.#update = toldUpdate(update);
        const { step, epoch, batch } = this.#position;
        log.append({ step, ...losses, ...loggedUpdate(update) });
        if (batch === 0) log.append({ step, event: "epoch", epoch, seconds: Math.round(1000 * seconds) / 1000 });
        this.#skips.take({ step, errors: losses, update });
        await yieldToEvents();
        return losses;
      } finally {
        disposeTree(uploaded);
      }
    });
  }

  /** Measures the recipe's metrics with the average weights, and logs them. @returns the numbers by name */
  async evaluate(): Promise<Record<string, number>> {
    return await this.#alone(async () => {
      const { prepared: { metrics, pictures: { validation, classes } }, files: { log } } = this.#parts;
      const measured = await this.#measure(metrics, { average: this.#state.average, validation, classes });
      const values = Object.fromEntries(measured.map(({ label, value }) => [label, value]));
      const { step, epoch } = this.#position;
      log.append({ step, event: "metrics", epoch, ...values, ...loggedOf(measured).parts });
      this.#position = { ...this.#position, metrics: { ...this.#position.metrics, ...values } };
      return values;
    });
  }

  /** Draws pictures with the average weights. @throws {DenoiseError} for an unknown sampler */
  async draw({ seeds, sampler, batch }: TrainingPictures): Promise<Picture[]> {
    return await this.#alone(async () => {
      const { prepared: { session, pictures: { classes } } } = this.#parts;
      return await Array.fromAsync(samplePictures(session, {
        sampler: sampler === undefined ? this.graph.all("sampler")[0]! : this.graph.sampler(sampler),
        average: this.#state.average,
        seeds,
        batch: batch ?? this.graph.one("dataset").options.batch_size,
        classes,
      }));
    });
  }

  /**
   * Writes a checkpoint, from which `openTraining` and `train` resume; older ones go as `train.keep` says.
   *
   * @returns its path
   * @throws {DenoiseError} where a tensor holds a number that is not finite
   */
  async save(): Promise<string> {
    return await this.#alone(async () => {
      const { prepared: { session: { statistics } }, files: { keeper }, folder } = this.#parts;
      await keeper.save(this.#position, { state: this.#state, statistics }, { step: true });
      return checkpointPath(folder.checkpoints, this.#position.step);
    });
  }

  /** Keeps the average weights as they are now, for good (`listSnapshots`). @returns the path. @throws as `save` */
  async snapshot(): Promise<string> {
    return await this.#alone(async () => {
      const { prepared: { session: { statistics } }, files: { keeper } } = this.#parts;
      const tensors = { state: this.#state, statistics };
      return (await keeper.save(this.#position, tensors, { snapshot: true }))[0]!.file;
    });
  }

  /** Frees the device and the run folder. What is not saved is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    disposeTree([this.#state, this.#seed, this.#course]);
    await this.#parts.close.disposeAsync();
  }

  /** One call at a time: a step takes the state away from whoever reads it. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#check();
    if (this.#busy) throw new Error("Cannot do two things at once with a training: await the call before");
    const { signal, console, guides } = this.#parts.prepared.session;
    signal.throwIfAborted();
    guides.reached(this.#position.step);
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
      console.endProgress();
    }
  }

  #check(): void {
    if (!this.#open) throw new Error("Cannot use a training that is closed");
  }
}

/**
 * Opens a training for a loop of your own: from the first step, or from where its run folder was left.
 *
 * ```ts ignore
 * await using training = await openTraining(await readRecipe("recipes/quickstart.yaml"));
 * for await (const batch of training.batches()) {
 *   const { loss } = await training.step(batch);
 *   if (training.position.batch === 0) await training.save(); // an epoch has ended
 * }
 * ```
 *
 * @throws {DenoiseError} as `train` does: a backend that does not start, a folder in use, a recipe that has changed since
 */
export async function openTraining(recipe: Recipe, options: TrainingOptions = {}): Promise<Training> {
  return await Training.open(recipe, options);
}
