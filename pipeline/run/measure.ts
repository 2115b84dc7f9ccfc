/** Measures the metrics of a recipe: shows them validation pictures and generated ones. */
import type * as tf from "@tensorflow/tfjs";
import { disposeTree, seedTensor, type State } from "../../lib/tensor/mod.ts";
import { batches, type PictureSet } from "../data/mod.ts";
import type { Stage } from "../graph/types.ts";
import type { MetricView } from "../kinds/metric.ts";
import { type Session, showWork } from "./session.ts";
import { upload } from "../programs/states.ts";
import { buildEvaluationStep, buildRealStep, type Evaluation } from "../programs/train_step.ts";
import { turn } from "../programs/turn.ts";

/** A number that a metric measured. */
export interface Measurement {
  /** Id of the stage, such as `metrics[0]`. */
  readonly id: string;
  /** What people call it: `kid`, or `kid (best)` where several metrics measure one. */
  readonly label: string;
  /** As the metric calls it: what `train.keep.best` names. */
  readonly name: string;
  readonly value: number;
  /** Standard deviation over the parts that it is the mean of, where there are several. */
  readonly spread?: number;
  readonly better: "lower" | "higher";
}

/** What is measured. */
export interface Measured {
  readonly average: State;
  readonly validation: PictureSet;
}

/** Measures metrics, one after the other. Compiled once, however often it measures. */
export type Measure = (metrics: readonly Stage<"metric">[], measured: Measured) => Promise<Measurement[]>;

/** Compiles the evaluation of a graph. */
export function buildMeasure(session: Session): Measure {
  const { graph, backend, console, signal } = session;
  const evaluate = backend.compile(buildEvaluationStep(graph), { name: "evaluation step" });
  const realStep = backend.compile(buildRealStep(graph), { name: "real pictures" });
  const batchSize = graph.one("dataset").options.batch_size;
  const all = graph.all("metric");

  const view = (metric: Stage<"metric">, { average, validation }: Measured): MetricView => {
    return {
      backend,
      async *batches() {
        const seed = seedTensor(graph.recipe.seed);
        const show = showWork(console, metric.plugin.name, "pictures");
        let done = 0;
        try {
          for await (const host of batches(validation, { batchSize, training: false, seed: 0, epoch: 0 })) {
            await turn(); // signals and the line of progress have their turn
            signal.throwIfAborted();
            const batch = upload(host, validation.shape);
            let seen: Evaluation | undefined;
            try {
              seen = await evaluate(average, batch, session.statistics, seed);
              const { real, predicted, target } = seen;
              yield { size: host.size, real: real as tf.Tensor4D, predicted, target };
            } finally {
              if (seen !== undefined) disposeTree(seen);
              disposeTree(batch);
            }
            show(done += host.size, validation.count);
          }
        } finally {
          seed.dispose();
        }
      },
      pictures: validation.count,
      batchSize,
      async *real(count, batch) {
        const repeats = Math.ceil(count / validation.count);
        const whole = { batchSize: batch, repeats, training: true, seed: graph.recipe.seed, epoch: 0 };
        let left = Math.floor(count / batch);
        for await (const host of batches(validation, whole)) {
          if (left-- === 0) return;
          await turn();
          signal.throwIfAborted();
          const batch = upload(host, validation.shape);
          const seed = seedTensor(graph.recipe.seed);
          let images: tf.Tensor | undefined;
          try {
            images = await realStep(batch, seed);
            yield images as tf.Tensor4D;
          } finally {
            disposeTree([batch, seed, ...(images === undefined ? [] : [images])]);
          }
        }
      },
      async *generate(count, batch = batchSize) {
        const sampler = graph.sampler(String(metric.options.sampler));
        const { statistics } = session;
        const progress = showWork(console, metric.plugin.name, "sampling steps");
        const items = Array.from({ length: count }, (_, i) => i);
        const options = {
          state: average,
          statistics,
          seed: graph.recipe.seed,
          items,
          batch,
          progress,
          signal,
        };
        for await (const images of session.generate(sampler)(options)) {
          try {
            yield images;
          } finally {
            images.dispose();
          }
        }
      },
    };
  };

  return async (metrics, measured) => {
    const found: Measurement[] = [];
    try {
      for (const metric of metrics) {
        const values = await metric.stage.measure(view(metric, measured));
        for (const [name, number] of Object.entries(values)) {
          found.push({
            id: metric.id,
            label: label(metric, name),
            name,
            ...(typeof number === "number" ? { value: number } : number),
            better: metric.stage.better[name] ?? "lower",
          });
        }
      }
    } finally {
      console.endProgress();
    }
    return found;
  };

  function label(metric: Stage<"metric">, name: string): string {
    if (all.filter(({ stage }) => Object.hasOwn(stage.better, name)).length < 2) return name;
    return `${name} (${metric.options.sampler ?? metric.id})`;
  }
}
