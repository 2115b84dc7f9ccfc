/** Whether batches can go through the network in parts: what a part gives must not depend on the rest of its batch. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, seedTensor, type TensorRecord, traceCost, UnknownOpError } from "../../lib/tensor/mod.ts";
import type { ImageShape } from "../kinds/common.ts";
import type { Loss } from "../kinds/loss.ts";
import { startOf } from "../kinds/loss_start.ts";
import type { Network } from "../kinds/network.ts";
import type { Parametrization } from "../kinds/parametrization.ts";
import type { Message } from "../problems/messages/text.ts";
import * as messages from "../problems/messages/updates.ts";
import type { Problem } from "../problems/problem.ts";
import { pluginId } from "./create.ts";
import type { Graph } from "./types.ts";

/** How many equal parts of a batch go through the network one after the other. */
export function partCount({ recipe }: Graph): number {
  return recipe.train.accumulate ?? 1;
}

/** Problems of `train.accumulate` with the stages of a graph. */
export async function checkAccumulation(graph: Graph): Promise<Problem[]> {
  const count = partCount(graph);
  if (count === 1) return [];
  const { batch, devices } = sizesOf(graph);
  const uneven = batch % (count * devices) === 0 ? [] : [
    messages.accumulateUneven(count, batch, devices, partCounts(batch, devices)),
  ];
  const found = [...uneven, ...await againstParts(graph)];
  return found.map((text) => graph.recipe.problem(["train", "accumulate"], text));
}

/**
 * The fewest equal parts of a batch of which each has at most `most` pictures; undefined where there are none, or the
 * stages do not work on parts.
 */
export async function partsWithin(graph: Graph, most: number): Promise<number | undefined> {
  const { batch, devices } = sizesOf(graph);
  const count = partCounts(batch, devices).find((count) => batch / count <= most);
  return count === undefined || (await againstParts(graph)).length > 0 ? undefined : count;
}

/** What of the stages does not work on parts of a batch. */
async function againstParts({ one, image }: Graph): Promise<Message[]> {
  const network = one("network"), loss = one("loss");
  const statistics = await gatheredBy(network.stage, image);
  const { ofParts } = loss.stage;
  const kept = await keptBy(loss.stage, one("parametrization").stage, image);
  const [why, fix] = kept.length > 0
    ? [`it keeps numbers of whole batches (${kept.slice(0, 2).join(", ")})`, "turn that option of the loss off"]
    : ofParts === undefined
    ? [
      "it does not say how its objective for a batch follows from those of the batch's parts",
      'let it say ofParts: "mean" or "sum"',
    ]
    : [];
  return [
    ...(statistics.length === 0 ? [] : [messages.accumulateStatistics(pluginId(network), statistics)]),
    ...(why === undefined ? [] : [messages.accumulateLoss(pluginId(loss), why, fix!)]),
  ];
}

/** Buffers of the network that a call in training changes. */
async function gatheredBy(network: Network, image: ImageShape): Promise<string[]> {
  return await changedIn(() => network.init(drawsOf([0]), image).buffers, (buffers) => {
    const state = { trainable: network.init(drawsOf([0]), image).trainable, buffers };
    const input = { image: zeros(image), level: tf.zeros<tf.Rank.R4>([2, 1, 1, 1]) };
    return network.apply(state, input, { training: true, random: drawsOf([0, 1]) }).buffers;
  });
}

/** Buffers of the loss that a step changes: all, where it trains by itself. */
async function keptBy(loss: Loss, parametrization: Parametrization, image: ImageShape): Promise<string[]> {
  const start = () => startOf(loss, drawsOf([0]));
  return await changedIn(() => start().buffers, (buffers) => {
    if (loss.train !== undefined) return {};
    const { trainable } = start();
    const part = { signal: zeros(image), noise: zeros(image), velocity: zeros(image) };
    const rates = { signal: tf.ones([2, 1, 1, 1]), noise: tf.ones([2, 1, 1, 1]) };
    const context = { state: { trainable, buffers }, measured: parametrization.blank?.() ?? {} };
    return loss.measure(part, part, rates, context).buffers ?? buffers;
  });
}

/** Names of buffers that a call gives back as other tensors: all of them, where its ops are not known. */
async function changedIn(start: () => TensorRecord, call: (before: TensorRecord) => TensorRecord): Promise<string[]> {
  let changed: string[] = [];
  try {
    await traceCost(
      () => {
        const before = start();
        changed = Object.keys(before);
        if (changed.length === 0) return {};
        const after = call(before);
        changed = changed.filter((name) => after[name] !== before[name]);
        return {};
      },
      [],
      "the buffers",
    );
  } catch (error) {
    if (!(error instanceof UnknownOpError)) throw error;
  }
  return changed;
}

const zeros = ({ height, width, channels }: ImageShape) => tf.zeros<tf.Rank.R4>([2, height, width, channels]);

function drawsOf(items: readonly number[]) {
  const key = { seed: seedTensor(0), stream: "accumulation", step: tf.scalar(0, "int32") };
  return createRandom({ ...key, items: tf.tensor1d([...items], "int32") });
}

function sizesOf({ one }: Graph): { batch: number; devices: number } {
  return { batch: one("dataset").options.batch_size, devices: one("backend").stage.devices ?? 1 };
}

/** Numbers of equal parts, ascending, that a batch can be taken apart into. */
function partCounts(batch: number, devices: number): number[] {
  const counts = Array.from({ length: batch }, (_, i) => i + 1);
  return counts.filter((count) => count > 1 && batch % (count * devices) === 0);
}
