/** What training and sampling cost, counted from shapes alone before anything runs. */
import { type Cost, seedTensor, type SpecTree, traceCost, UnknownOpError } from "../../lib/tensor/mod.ts";
import { courseOf } from "./course.ts";
import { blankStatistics } from "./statistics.ts";
import { initialState, type TrainState } from "./states.ts";
import { buildTrainStep } from "./train_step.ts";
import { predict } from "./model.ts";
import type { Graph } from "../graph/types.ts";

/** Numbers of a graph. FLOP: floating point operations, a multiply-add counting as two. */
export interface TrainingCost {
  /** Pictures in a batch. */
  readonly batch: number;
  /** Trainable numbers of the network. */
  readonly parameters: number;
  /** Trainable tensors, those of the loss too: with them grows the program, and what it takes to compile it. */
  readonly variables: number;
  /** Numbers of its buffers, such as running statistics. */
  readonly buffers: number;
  /** One training step, forward and backward, optimizer and average. */
  readonly stepFlops: number;
  /** The part of `stepFlops` that is convolutions. */
  readonly convolutionFlops: number;
  /** The part of `stepFlops` that is matrix products. */
  readonly matmulFlops: number;
  /** One evaluation of the network on a batch, in inference mode. */
  readonly evaluationFlops: number;
  /** The most bytes that the tensors of a training step take at once, state and batch included. */
  readonly stepBytes: number;
  /** The largest tensor of a training step, and the kernel that makes it. */
  readonly largest: { readonly kernel: string; readonly shape: readonly number[]; readonly bytes: number };
  /** The most rows that a convolution or a matrix product of a training step gives. */
  readonly rows: number;
  /** Bytes of the training state: weights, average, moments. */
  readonly stateBytes: number;
}

/**
 * Counts what a training step costs.
 *
 * @param batch pictures in a batch; by default the dataset's `batch_size`
 * @returns undefined where a plugin uses an op whose cost is not known
 */
export async function trainingCost(
  graph: Graph,
  batch: number = graph.one("dataset").options.batch_size,
): Promise<TrainingCost | undefined> {
  try {
    return await count(graph, batch);
  } catch (error) {
    if (error instanceof UnknownOpError) return undefined;
    throw error;
  }
}

async function count(graph: Graph, batch: number): Promise<TrainingCost> {
  const specs = await stateSpecs(graph);
  const { datasetImage, image } = graph;
  const statistics = await traceCost(() => blankStatistics(graph), [], "the statistics");
  const data = {
    image: { shape: [batch, datasetImage.height, datasetImage.width, datasetImage.channels], dtype: "int32" },
    item: { shape: [batch], dtype: "int32" },
  } as const;
  const seed = await traceCost(() => seedTensor(0), [], "the seed");
  const course = await traceCost(() => courseOf({ totalSteps: 1, stepsPerEpoch: 1 }), [], "the course");
  const step = await traceCost(
    buildTrainStep(graph),
    [specs as SpecTree, data, statistics.output, seed.output, course.output],
    "the training step",
  );
  const shape = [batch, image.height, image.width, image.channels];
  const rate = { shape: [batch, 1, 1, 1], dtype: "float32" } as const;
  const evaluation = await traceCost(
    (state: TrainState["network"], noisy, signal, noise, statistics) => {
      const question = { noisy: noisy as never, rates: { signal, noise } as never, statistics: statistics as never };
      return predict(graph, state, question, { training: false }).components;
    },
    [specs.network as SpecTree, { shape, dtype: "float32" }, rate, rate, statistics.output],
    "the network",
  );
  return {
    batch,
    parameters: numbers(specs.network.trainable),
    variables: Object.keys(specs.network.trainable).length + Object.keys(specs.loss?.trainable ?? {}).length,
    buffers: numbers(specs.network.buffers),
    stepFlops: total(step.flops),
    convolutionFlops: step.flops.convolution,
    matmulFlops: step.flops.matmul,
    evaluationFlops: total(evaluation.flops),
    stepBytes: step.peakBytes,
    largest: step.largest,
    rows: step.rows,
    stateBytes: 4 * numbers(specs),
  };
}

type StateSpecs = { trainable: SpecTree; buffers: SpecTree };

/** Shapes of the training state. */
export async function stateSpecs(
  graph: Graph,
): Promise<{ network: StateSpecs; loss?: StateSpecs } & Record<string, SpecTree>> {
  const { output } = await traceCost(() => initialState(graph), [], "the initial weights");
  return output as never;
}

const total = (flops: Cost["flops"]) => Object.values(flops).reduce((sum, part) => sum + part, 0);

/** How many numbers the tensors of a tree hold. */
function numbers(tree: SpecTree): number {
  if ("shape" in tree && "dtype" in tree && typeof tree.dtype === "string") {
    return (tree.shape as readonly number[]).reduce((product, size) => product * size, 1);
  }
  return Object.values(tree).reduce((sum: number, child) => sum + numbers(child as SpecTree), 0);
}
