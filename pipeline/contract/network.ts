/** Laws of networks. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { valueAndGrad } from "../../lib/tensor/gradients.ts";
import { mapTree, type State, type TensorRecord } from "../../lib/tensor/tree.ts";
import {
  assertFinite,
  assertTreesClose,
  compiled,
  draws,
  type Laws,
  normal,
  numbers,
  shapesOf,
  type Subject,
} from "./laws.ts";
import type { Network, NetworkInput } from "../kinds/network.ts";

function input({ image }: Subject<"network">, batch: number): NetworkInput {
  const levels = numbers(batch).map((i) => (i + 0.5) / batch);
  return { image: normal("image", batch, image), level: tf.tensor4d(levels, [batch, 1, 1, 1]) };
}

/** A state away from the start, where many networks have zeros that hide everything before them. */
function stirred(network: Network, { image }: Subject<"network">): State {
  const state = network.init(draws([0]), image);
  const trainable = mapTree(state.trainable, (tensor, path) => {
    const noise = tf.reshape(draws([0]).fork(path).normal(tensor.shape), tensor.shape);
    return tf.add(tensor, tf.mul(noise, 0.05));
  });
  return { trainable, buffers: state.buffers };
}

function apply(network: Network, state: State, input: NetworkInput, training: boolean) {
  return compiled((state: State, input: NetworkInput) => network.apply(state, input, { training }), state, input);
}

export const networkLaws: Laws<"network"> = {
  "starts with the same names, shapes and values for the same draws": async ({ create, image }) => {
    const network = await create();
    const state = network.init(draws([0]), image);
    assertTreesClose((await create()).init(draws([0]), image), state, 0, "state");
    assertFinite(state, "state");
    const both = Object.keys(state.trainable).filter((name) => name in state.buffers);
    assert.deepEqual(both, [], "names that are both trainable and buffers");
    assert.ok(Object.keys(state.trainable).length > 0, "something is trainable");
  },
  "gives an output of the shape of the image, and keeps the names of its buffers": async (subject) => {
    const network = await subject.create();
    const state = stirred(network, subject), given = input(subject, 2);
    for (const training of [true, false]) {
      const { output, buffers } = await apply(network, state, given, training);
      assert.deepEqual(output.shape, given.image.shape);
      assertFinite({ output, buffers }, "output and buffers");
      const sorted = (record: TensorRecord) => shapesOf(record).sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(sorted(buffers), sorted(state.buffers));
      if (!training) assertTreesClose(buffers, state.buffers, 0, "buffers without training");
    }
  },
  "does the same for a picture alone and in a batch, where there is no training": async (subject) => {
    const network = await subject.create();
    const state = stirred(network, subject), given = input(subject, 3);
    const { output } = await apply(network, state, given, false);
    const one = { image: tf.slice(given.image, 1, 1), level: tf.slice(given.level, 1, 1) };
    assertTreesClose(
      (await apply(network, state, one, false)).output,
      tf.slice(output, 1, 1),
      1e-4,
      "output of a picture",
    );
  },
  "looks at the noise level": async (subject) => {
    const network = await subject.create();
    const state = stirred(network, subject), { image } = input(subject, 1);
    const [low, high] = [0.1, 0.9].map((level) =>
      network.apply(state, { image, level: tf.fill([1, 1, 1, 1], level) }, { training: false }).output
    );
    assert.ok(tf.max(tf.abs(tf.sub(low!, high!))).dataSync()[0]! > 0, "outputs of two noise levels differ");
  },
  "looks at what it offers to take, and answers without it": async (subject) => {
    const network = await subject.create();
    if (network.offers === undefined) return;
    const { augment = 0, classes, jump, condition, features = [] } = network.offers;
    const state = stirred(network, subject), given = input(subject, 2);
    const answer = (more: Partial<NetworkInput>, names: readonly string[] = []) =>
      network.apply(state, { ...given, ...more }, { training: false, features: names });
    const { output } = answer({}, features);
    const differs = (more: Partial<NetworkInput>) =>
      tf.max(tf.abs(tf.sub(answer(more).output, output))).dataSync()[0]! > 0;
    const labels = (label: number) => tf.fill<tf.Rank.R1>([2], label, "int32");
    if (classes !== undefined) {
      assertTreesClose(answer({ label: labels(-1) }).output, output, 0, "output of no label, and of label -1");
      for (const label of [0, classes - 1]) assert.ok(differs({ label: labels(label) }), `it looks at label ${label}`);
    }
    if (augment > 0) {
      const told = (number: number) => tf.fill<tf.Rank.R2>([2, augment], number);
      assertTreesClose(answer({ augment: told(0) }).output, output, 0, "output where nothing was changed, and untold");
      assert.ok(differs({ augment: told(1) }), "it looks at what augmentations did");
    }
    if (jump) {
      assertTreesClose(answer({ to: given.level }).output, output, 1e-6, "output of a jump of size zero");
      assert.ok(differs({ to: tf.fill<tf.Rank.R4>([2, 1, 1, 1], 0.05) }), "it looks at the second level");
    }
    if (condition !== undefined) {
      assert.ok(differs({ condition: normal("condition", 2, condition) }), "it looks at the picture to go by");
    }
    const found = answer({}, features).features ?? {};
    assert.deepEqual(Object.keys(found).sort(), [...features].sort(), "features that it gives");
    for (const feature of Object.values(found)) {
      assert.equal(feature.shape[0], 2, "one value of a feature for each image");
    }
  },
  "does the same in training for the same draws": async (subject) => {
    const network = await subject.create();
    const state = stirred(network, subject), given = input(subject, 2);
    const twice = [0, 1].map(() => network.apply(state, given, { training: true, random: draws([4, 5]) }).output);
    assertTreesClose(twice[0]!, twice[1]!, 0, "output of the same draws");
    // Without draws nothing is dropped.
    assertFinite(network.apply(state, given, { training: true }).output, "output without draws");
  },
  "passes a gradient to everything trainable": async (subject) => {
    const network = await subject.create();
    const { augment = 0 } = network.offers ?? {};
    const told = augment === 0 ? {} : { augment: draws([0, 1]).fork("augment").normal([augment]) as tf.Tensor2D };
    const state = stirred(network, subject), given = { ...input(subject, 2), ...told };
    const wanted = normal("wanted", 2, subject.image);
    const { gradients } = await compiled(
      (state: State, given: NetworkInput) =>
        valueAndGrad((trainable) => {
          const told = network.offers?.jump ? { ...given, to: tf.mul<tf.Tensor4D>(given.level, 0.5) } : given;
          const { output } = network.apply({ trainable, buffers: state.buffers }, told, { training: true });
          return { loss: tf.mean<tf.Scalar>(tf.square(tf.sub(output, wanted))), aux: {} };
        })(state.trainable),
      state,
      given,
    );
    assertFinite(gradients, "gradients");
    const still = Object.entries(gradients).filter(([, gradient]) => tf.max(tf.abs(gradient)).dataSync()[0] === 0);
    assert.deepEqual(still.map(([name]) => name), [], "weights without a gradient");
  },
};
