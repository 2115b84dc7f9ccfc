/** Network `my-plugin`: three convolutions. Too small to learn much, and a start. */
import { initializers, ops, plugin, tensorOf, type TensorRecord, tf, z } from "denoise/plugin";

export default plugin({
  kind: "network",
  name: "my-plugin",
  summary: "A few convolutions that are told the noise level",
  options: z.object({
    width: z.int().positive().default(32).describe("channels inside"),
    layers: z.int().min(2).default(3).describe("convolutions of 3 × 3 pixels"),
  }),
  create({ options: { width, layers } }) {
    /** One layer: swish between layers, none after the last. */
    const layer = (weights: TensorRecord, i: number, x: tf.Tensor4D) => {
      const y = ops.conv2d(x, tensorOf(weights, `conv${i}.kernel`), tensorOf(weights, `conv${i}.bias`));
      return i === layers - 1 ? y : ops.swish(y);
    };
    return {
      init(random, { channels }) {
        const trainable: TensorRecord = {};
        for (let i = 0; i < layers; i++) {
          const name = `conv${i}.kernel`;
          const into = i === 0 ? channels + 1 : width;
          const out = i === layers - 1 ? channels : width;
          trainable[name] = initializers.glorotUniform(random.fork(name), [3, 3, into, out]);
          trainable[`conv${i}.bias`] = initializers.zeros([out]);
        }
        return { trainable, buffers: {} };
      },
      apply({ trainable, buffers }, { image, level }) {
        // The noise level enters as one more channel, the same all over the image.
        const [batch, height, width] = image.shape;
        let x = tf.concat<tf.Tensor4D>([image, tf.broadcastTo(level, [batch, height, width, 1])], 3);
        for (let i = 0; i < layers; i++) x = layer(trainable, i, x);
        return { output: x, buffers };
      },
    };
  },
});
