/** The training step, compiled: a batch that the device turns out to have no room for is refused with one that fits. */
import type { TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Backend, Compiled } from "../kinds/backend.ts";
import { refusedBatch } from "./memory.ts";
import type { Batch, TrainState } from "./states.ts";
import { buildTrainStep, type LossTerms } from "./train_step.ts";

/** One update of the state by a batch, the normalizer's statistics and the seed. The state is consumed. */
export type TrainStep = Compiled<
  [TrainState, Batch, TensorRecord, Batch["item"]],
  { state: TrainState; errors: LossTerms }
>;

/** Compiles the training step of a graph. Its call throws DenoiseError where the step takes more memory than there is. */
export function compiledTrainStep(graph: Graph, backend: Backend): TrainStep {
  const step = backend.compile(buildTrainStep(graph), { name: "training step", donate: [0], batch: [1] });
  return async (...args) => {
    try {
      return await step(...args);
    } catch (error) {
      throw await refusedBatch(graph, args[1].item.shape[0]!, error) ?? error;
    }
  };
}
