/** Whether training sees pictures mirrored: found by trying the augmentations, whatever they are called. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, seedTensor } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import { pixels } from "./model.ts";

const tries = 64; // draws of the augmentations

/**
 * Applies the augmentations of training to a picture that becomes brighter from left to right, and looks whether any
 * draw has it brighter on the left.
 */
export async function mirrors(graph: Graph, backend: Backend): Promise<boolean> {
  if (graph.all("augmentation").length === 0) return false;
  const { height, width, channels } = graph.datasetImage;
  const slope = backend.compile(({ seed }: { seed: tf.Tensor }) => {
    const items = tf.range(0, tries, 1, "int32");
    const line = tf.reshape(tf.cast(tf.linspace(0, 255, width), "int32"), [1, 1, width, 1]);
    const image = tf.tile(line, [tries, height, 1, channels]);
    const random = createRandom({ seed, stream: "mirrors", step: tf.scalar(0, "int32"), items });
    const seen = pixels(graph, { image, item: items }, random, true);
    const half = Math.floor(seen.shape[2] / 2);
    const side = (from: number) => tf.mean(tf.slice(seen, [0, 0, from, 0], [-1, -1, half, -1]), [1, 2, 3]);
    return { slope: tf.sub(side(seen.shape[2] - half), side(0)) };
  }, { name: "mirrors" });
  const seed = seedTensor(0);
  try {
    const found = await slope({ seed });
    const values = await found.slope.data();
    found.slope.dispose();
    return values.some((value) => value < 0);
  } finally {
    seed.dispose();
  }
}
