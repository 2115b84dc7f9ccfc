/** The trees of tensors that training passes around. */
import * as tf from "@tensorflow/tfjs";
import { drawPacked, packBytes, seedTensor, type State, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { HostBatch } from "../data/types.ts";
import { refusing } from "../graph/create.ts";
import type { Graph } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import type { ImageShape } from "../kinds/common.ts";
import { startOf } from "../kinds/loss_start.ts";
import { initialOthers } from "./averages.ts";
import { together } from "./trained.ts";

/** Everything that a training step changes. A type, so that it is a tree of tensors. */
export type TrainState = {
  /** The network as it is trained. */
  network: State;
  /** Its average over training, which samples and metrics use. */
  average: State;
  /** Further averages, by name, where the recipe keeps some. */
  averages?: Record<string, State>;
  /** What the optimizer keeps, such as moments. */
  optimizer: TensorRecord;
  /** What the loss keeps, where it keeps something. */
  loss?: State;
  /** int32 scalar: updates done so far. float32 would stop counting at 2^24. */
  step: tf.Tensor;
  /** int32 scalar: those of them that changed nothing, because their gradients were not finite. */
  skipped: tf.Tensor;
};

/** A batch on the device. */
export type Batch = {
  /** Pixels 0–255, as `packBytes` gives them: int32 `[batch, height, width, channels]`, or four to a number. */
  image: tf.Tensor;
  /** int32 `[batch]`: the key of random draws for each picture. */
  item: tf.Tensor;
  /** int32 `[batch]`, where the dataset has labels. */
  label?: tf.Tensor;
};

/** The state before the first step, as a pure function of the seed `[2]`. */
function buildInitialState(graph: Graph): (seed: tf.Tensor) => TrainState {
  return (seed) => {
    const { stage } = graph.one("network");
    return stateAround(
      graph,
      seed,
      drawPacked(startKey(seed, "initial-weights"), (draw) => stage.init(draw, graph.image)),
    );
  };
}

/** What is drawn before the first step depends on the seed and the stream alone. */
function startKey(seed: tf.Tensor, stream: string) {
  return { seed, stream, step: tf.scalar(0, "int32"), items: tf.tensor1d([0], "int32") };
}

/** The state before the first step of a network whose weights are there. */
function stateAround(graph: Graph, seed: tf.Tensor, network: State): TrainState {
  const { stage: ema } = graph.one("ema");
  const loss = startOfLoss(graph, seed);
  const trained = together(network.trainable, loss);
  return {
    network,
    average: ema.init(network),
    ...initialOthers(ema, network),
    optimizer: startOfOptimizer(graph, trained),
    ...(loss === undefined ? {} : { loss }),
    step: tf.scalar(0, "int32"),
    skipped: tf.scalar(0, "int32"),
  };
}

/** What the optimizer keeps, before the first step. A refusal is of the recipe's line: it now sees the names of weights. */
function startOfOptimizer(graph: Graph, trained: TensorRecord): TensorRecord {
  const optimizer = graph.one("optimizer");
  return refusing(graph.recipe, optimizer, "init", () => optimizer.stage.init(trained));
}

/** What the loss keeps, before the first step; undefined where it keeps nothing. */
export function startOfLoss(graph: Graph, seed: tf.Tensor): State | undefined {
  const { stage } = graph.one("loss");
  if (stage.init === undefined) return undefined;
  return drawPacked(startKey(seed, "initial-loss"), (draw) => startOf(stage, draw));
}

/** The state before the first step of a network whose weights are there, compiled. Frees nothing. */
export async function compiledStateAround(graph: Graph, backend: Backend, network: State): Promise<TrainState> {
  const seed = seedTensor(graph.recipe.seed);
  try {
    return await backend.compile(
      (network: State, seed: tf.Tensor) => stateAround(graph, seed, network),
      { name: "state around weights" },
    )(network, seed);
  } finally {
    seed.dispose();
  }
}

/** The state before the first step: a function of the recipe's seed. Computed op by op. */
export function initialState(graph: Graph): TrainState {
  return tf.tidy(() => buildInitialState(graph)(seedTensor(graph.recipe.seed)));
}

/** As `initialState`, compiled. */
export async function compiledInitialState(graph: Graph, backend: Backend): Promise<TrainState> {
  const seed = seedTensor(graph.recipe.seed);
  try {
    return await backend.compile(buildInitialState(graph), { name: "initial state" })(seed);
  } finally {
    seed.dispose();
  }
}

/** Puts a batch on the device. */
export function upload(batch: HostBatch, { height, width, channels }: ImageShape): Batch {
  const rest = batch.label === undefined ? {} : { label: tf.tensor1d(batch.label, "int32") };
  return {
    image: packBytes(batch.image, batch.size, [height, width, channels]),
    item: tf.tensor1d(batch.item, "int32"),
    ...rest,
  };
}
