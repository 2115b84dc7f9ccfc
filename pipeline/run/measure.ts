/** Measures the metrics of a recipe: shows them validation pictures and generated ones. */
import * as tf from "@tensorflow/tfjs";
import { disposeTree, mapTree, seedTensor, type State, type TensorRecord, type Tree } from "../../lib/tensor/mod.ts";
import { batches, type HostBatch, mixOf, ofClass, type PictureSet } from "../data/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Compiled } from "../kinds/backend.ts";
import type { LevelNumber, MetricView, Spread, ValidationBatch } from "../kinds/metric.ts";
import { type Session, showWork } from "./session.ts";
import { levelRanges } from "../programs/level_ranges.ts";
import { type Batch, upload } from "../programs/states.ts";
import { buildEvaluationStep, buildRealStep, type Evaluation } from "../programs/train_step.ts";
import { yieldToEvents } from "../programs/yield_to_events.ts";

/** A number that a metric measured. */
export interface Measurement {
  /** Id of the stage, such as `metrics[0]`. */
  readonly id: string;
  /** What people call it: `kid`, or `kid (best)` where several metrics measure one. */
  readonly label: string;
  /** As the metric calls it: what `train.keep.best` names. */
  readonly name: string;
  /** In the unit of the metric. */
  readonly value: number;
  /** Standard deviation over the parts that it is the mean of, where there are several. */
  readonly spread?: number;
  /** The same of a sample of the training pictures, where the metric compares with them. */
  readonly training?: number;
  /** The same of each class by itself, where the metric is asked for it: of those with two validation pictures or more. */
  readonly classes?: readonly ClassMeasurement[];
  /** The same by noise level, where the metric tells it. */
  readonly byLevel?: readonly LevelNumber[];
  /** Which way is better. */
  readonly better: "lower" | "higher";
}

/** A number of the pictures of one class. */
export interface ClassMeasurement extends Spread {
  /** Of the class. */
  readonly name: string;
}

/** A number that will be measured. */
export type MeasuredNumber = Pick<Measurement, "label" | "name" | "better"> & {
  /** Name of the plugin that measures it, such as `validation-error`. */
  readonly plugin: string;
};

/** What is measured. */
export interface Measured {
  readonly average: State;
  readonly validation: PictureSet;
  /** A sample of the training pictures, for the metrics that compare with them. Default: none is compared. */
  readonly training?: PictureSet | undefined;
  /** Names of the classes, where the pictures have some: the metrics with `by_class` measure each. */
  readonly classes?: readonly string[] | undefined;
}

/** Measures metrics, one after the other. Compiled once, however often it measures. */
export type Measure = (metrics: readonly Stage<"metric">[], measured: Measured) => Promise<Measurement[]>;

/** Compiles the evaluation of a graph. */
export function buildMeasure(session: Session): Measure {
  const { graph, backend, console } = session;
  let ranges: Promise<number[]> | undefined;
  const programs: Programs = {
    levels: () => ranges ??= levelRanges(graph, backend),
    evaluate: backend.compile(buildEvaluationStep(graph), { name: "evaluation step" }),
    real: backend.compile(buildRealStep(graph), { name: "real pictures" }),
  };
  return async (metrics, { average, validation, training, classes }) => {
    const found: Measurement[] = [];
    try {
      for (const metric of metrics) {
        const on = (pictures: PictureSet, oneClass?: { label: number; name: string }) =>
          metric.stage.measure(viewOf({ session, programs, metric, average, validation: pictures, oneClass }));
        const values = await on(validation);
        const compared = training !== undefined && metric.stage.comparesTraining ? await on(training) : {};
        const parts: { name: string; values: Awaited<ReturnType<typeof on>> }[] = [];
        for (const [label, name] of metric.options.by_class ? (classes ?? []).entries() : []) {
          const part = ofClass(validation, label);
          if (part.count >= leastOfClass) parts.push({ name, values: await on(part, { label, name }) });
        }
        for (const [name, number] of Object.entries(values)) {
          const beside = compared[name];
          const ofClasses = parts.flatMap(({ name: className, values: { [name]: own } }) =>
            own === undefined ? [] : [{ name: className, ...spreadOf(own) }]
          );
          found.push({
            id: metric.id,
            label: labelOf(graph, metric, name),
            name,
            ...asSpread(number),
            ...(beside === undefined ? {} : { training: asSpread(beside).value }),
            ...(ofClasses.length === 0 ? {} : { classes: ofClasses }),
            better: metric.stage.better[name] ?? "lower",
          });
        }
      }
    } finally {
      console.endProgress();
    }
    return found;
  };
}

/** Pictures of a class that are too few say nothing of it, and no distance can be taken between fewer. */
const leastOfClass = 2;

/** The number of a class: nothing else that the metric says with it. */
function spreadOf(number: number | Spread): Spread {
  const { value, spread } = asSpread(number);
  return { value, ...(spread === undefined ? {} : { spread }) };
}

const asSpread = (number: number | Spread): Spread => typeof number === "number" ? { value: number } : number;

/** The numbers that the metrics of a graph measure, as logs call them, and which way is better. */
export function numbersOf(graph: Graph): MeasuredNumber[] {
  return graph.all("metric").flatMap((metric) =>
    Object.entries(metric.stage.better).map(([name, better]) => ({
      label: labelOf(graph, metric, name),
      name,
      better,
      plugin: metric.plugin.name,
    }))
  );
}

/** `kid`, or `kid (best)` where several metrics measure one. */
function labelOf(graph: Graph, metric: Stage<"metric">, name: string): string {
  const several = graph.all("metric").filter(({ stage }) => Object.hasOwn(stage.better, name)).length > 1;
  return several ? `${name} (${metric.options.sampler ?? metric.id})` : name;
}

/**
 * What was measured, by label, as a log has it; apart the same of training pictures, and of parts of the pictures where
 * there is something of them.
 */
export function loggedOf(measured: readonly Measurement[]): {
  values: Record<string, number>;
  training: Record<string, number>;
  parts: {
    by_class?: Record<string, Record<string, number>>;
    by_level?: Record<string, readonly LevelNumber[]>;
  };
} {
  const values: Record<string, number> = {}, ofTraining: Record<string, number> = {};
  const by_class: Record<string, Record<string, number>> = {}, by_level: Record<string, readonly LevelNumber[]> = {};
  for (const { label, value, spread, training, classes, byLevel } of measured) {
    values[label] = value;
    if (spread !== undefined) values[`${label} spread`] = spread;
    if (training !== undefined) ofTraining[`${label} training`] = training;
    if (byLevel !== undefined) by_level[label] = byLevel;
    if (classes !== undefined) by_class[label] = Object.fromEntries(classes.map(({ name, value }) => [name, value]));
  }
  const some = (record: object) => Object.keys(record).length > 0;
  const parts = { ...(some(by_class) ? { by_class } : {}), ...(some(by_level) ? { by_level } : {}) };
  return { values, training: ofTraining, parts };
}

interface Programs {
  readonly levels: MetricView["levels"];
  readonly evaluate: Compiled<[State, Batch, TensorRecord, tf.Tensor], Evaluation>;
  readonly real: Compiled<[Batch, tf.Tensor], tf.Tensor>;
}

/** What a metric is shown of. */
interface Shown extends Omit<Measured, "training" | "classes"> {
  readonly session: Session;
  readonly programs: Programs;
  readonly metric: Stage<"metric">;
  /** The class that all pictures are of; undefined where they are of all classes. */
  readonly oneClass: { readonly label: number; readonly name: string } | undefined;
}

/** What its progress is called: `kid`, `kid of daisy`. */
const nameOf = ({ metric, oneClass }: Shown) =>
  metric.plugin.name + (oneClass === undefined ? "" : ` of ${oneClass.name}`);

function viewOf(shown: Shown): MetricView {
  const { session: { backend, graph }, validation } = shown;
  const batchSize = graph.one("dataset").options.batch_size;
  return {
    backend,
    batchSize,
    levels: shown.programs.levels,
    pictures: validation.count,
    batches: () => evaluated(shown, batchSize),
    real: (count, batch) => real(shown, count, batch),
    generate: (count, batch = batchSize) => generated(shown, count, batch),
  };
}

/** All pictures of a set once, with what the network makes of them, and what it should. */
async function* evaluated(shown: Shown, batchSize: number): AsyncGenerator<ValidationBatch, void, void> {
  const { session: { console, graph, statistics, signal }, programs, average, validation, oneClass } = shown;
  const show = showWork(console, nameOf(shown), "pictures");
  using seed = owned(seedTensor(graph.recipe.seed));
  let done = 0;
  for await (const host of batches(validation, { batchSize, training: false, seed: 0, epoch: 0 })) {
    await yieldToEvents();
    signal.throwIfAborted();
    // Another size of a batch would be another program, for each class.
    const padded = oneClass === undefined ? host : filledUp(host, batchSize);
    using batch = owned(upload(padded, validation.shape));
    using seen = owned(await programs.evaluate(average, batch.tree, statistics, seed.tree));
    using cut = padded === host ? undefined : owned(mapTree(seen.tree, (all) => tf.slice(all, 0, host.size)));
    const { real, predicted, target, rates } = (cut ?? seen).tree;
    yield { size: host.size, real: real as tf.Tensor4D, predicted, target, rates };
    show(done += host.size, validation.count);
  }
}

/** A batch with its first pictures once more at the end, up to `size`. */
function filledUp({ size, image, item, label }: HostBatch, to: number): HostBatch {
  const bytes = image.length / size;
  const again = <T extends Uint8Array | Int32Array>(values: T, each: number, filled: T): T => {
    for (let i = 0; i < to; i++) filled.set(values.subarray(i % size * each, (i % size + 1) * each), i * each);
    return filled;
  };
  return {
    size: to,
    image: again(image, bytes, new Uint8Array(to * bytes)),
    item: again(item, 1, new Int32Array(to)),
    ...(label === undefined ? {} : { label: again(label, 1, new Int32Array(to)) }),
  };
}

/** Validation pictures in whole batches, in an order that the recipe's seed draws. */
async function* real(shown: Shown, count: number, batchSize: number): AsyncGenerator<tf.Tensor4D, void, void> {
  const { session: { graph: { recipe: { seed } }, signal }, programs, validation } = shown;
  const repeats = Math.ceil(count / validation.count);
  using key = owned(seedTensor(seed));
  let left = Math.floor(count / batchSize);
  for await (const host of batches(validation, { batchSize, repeats, training: true, seed, epoch: 0 })) {
    if (left-- === 0) return;
    await yieldToEvents();
    signal.throwIfAborted();
    using batch = owned(upload(host, validation.shape));
    using images = owned(await programs.real(batch.tree, key.tree));
    yield images.tree as tf.Tensor4D;
  }
}

/** Pictures that the metric's sampler generates: where the network is told classes, as many of each as are measured on. */
async function* generated(shown: Shown, count: number, batch: number): AsyncGenerator<tf.Tensor4D, void, void> {
  const { session, metric, average, validation, oneClass } = shown;
  const { graph, console, statistics, signal } = session;
  const classes = graph.one("network").stage.offers?.classes;
  const images = session.generate(graph.sampler(String(metric.options.sampler)), {
    state: average,
    statistics,
    seed: graph.recipe.seed,
    items: Array.from({ length: count }, (_, i) => i),
    ...(classes === undefined ? {} : {
      labels: oneClass === undefined ? mixOf(validation, classes, count) : Array<number>(count).fill(oneClass.label),
    }),
    batch,
    progress: showWork(console, nameOf(shown), "sampling steps"),
    signal,
  });
  for await (const part of images) {
    using held = owned(part);
    yield held.tree;
  }
}

/** Tensors that are freed at the end of a block. */
function owned<T extends Tree>(tree: T): Disposable & { readonly tree: T } {
  return { tree, [Symbol.dispose]: () => disposeTree(tree) };
}
