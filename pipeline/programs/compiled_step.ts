/** The training step, compiled: a batch that the device turns out to have no room for is refused with one that fits. */
import { partCount } from "../graph/accumulation.ts";
import type * as tf from "@tensorflow/tfjs";
import { disposeTree, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import type { Course } from "../kinds/optimizer.ts";
import { buildGatherPart, gathered, learnerOf, type LossTerms, noGradients, type Part, partsOf } from "./gather.ts";
import { refusedBatch } from "./memory.ts";
import type { Batch, TrainState } from "./states.ts";
import { together } from "./trained.ts";
import { buildTrainStep } from "./train_step.ts";
import { buildUpdate, type UpdateTerms } from "./update.ts";

/** What a training step gives. */
export type StepResult = { state: TrainState; errors: LossTerms; update: UpdateTerms };

/** One update of the state by a batch, the normalizer's statistics and the seed. The state is consumed. */
export type TrainStep = (
  state: TrainState,
  batch: Batch,
  statistics: TensorRecord,
  seed: tf.Tensor,
  course: Course,
) => Promise<StepResult>;

/** Compiles the training step of a graph. Its call throws DenoiseError where the step takes more memory than there is. */
export function compiledTrainStep(graph: Graph, backend: Backend): TrainStep {
  const step = partCount(graph) === 1
    ? backend.compile(buildTrainStep(graph), { name: "training step", donate: [0], batch: [1] })
    : accumulatingStep(graph, backend);
  return async (...args) => {
    try {
      return await step(...args);
    } catch (error) {
      throw await refusedBatch(graph, args[1].item.shape[0]!, error) ?? error;
    }
  };
}

/** Name of the program of a part. It runs as often as there are parts; the others of a step, once. */
export const partName = "training step, a part";

/**
 * The step of a batch that goes through the network part by part: a program for each part, in which the gradients of the
 * parts before it enter, so that no two run at once, and one for the update.
 */
function accumulatingStep(graph: Graph, backend: Backend): TrainStep {
  const count = partCount(graph);
  const take = backend.compile((batch: Batch): Part[] => partsOf(batch, count), { name: "parts of a batch" });
  const begin = backend.compile(noGradients, { name: "no gradients" });
  const gather = backend.compile(buildGatherPart(graph), { name: partName, donate: [0], batch: [2] });
  const update = buildUpdate(graph);
  const end = backend.compile(
    (state: TrainState, gradients: TensorRecord, errors: readonly LossTerms[], course: Course) => {
      const { errors: shown, ...rest } = gathered(graph, state, gradients, errors);
      return { ...update(state, rest, course), errors: shown };
    },
    { name: "training step, the update", donate: [0, 1] },
  );
  return async (state, batch, statistics, seed, course) => {
    const parts = await take(batch);
    const errors: LossTerms[] = [];
    try {
      let gradients = await begin(together(state.network.trainable, state.loss));
      for (const { batch: part, ...place } of parts) {
        const next = await gather(gradients, learnerOf(state), part, place, statistics, seed);
        gradients = next.gradients;
        errors.push(next.errors);
      }
      return await end(state, gradients, errors, course);
    } finally {
      disposeTree([parts, errors]);
    }
  };
}
