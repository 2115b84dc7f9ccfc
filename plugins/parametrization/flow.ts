/** Parametrization `flow`: that of flow matching on the straight path between image and noise. */
import { plugin, type Rates, tf, velocityOf, z } from "denoise/plugin";

/** Time on the path from 0 (the image) to 1 (the noise), and what is left of it. */
function timesOf({ signal, noise }: Rates) {
  const sum = tf.add(signal, noise);
  return { sum, time: tf.div(noise, sum), rest: tf.div(signal, sum) };
}

export default plugin({
  kind: "parametrization",
  name: "flow",
  summary: "The network predicts noise - image, the velocity on the straight path between them, or the image",
  prefer: "For recipes of flow matching, Stable Diffusion 3 and JiT",
  source: "Lipman et al. 2022, arXiv:2210.02747; Liu et al. 2022, arXiv:2209.03003; the image: Li and He 2025, " +
    "arXiv:2511.13720",
  options: z.object({
    predicts: z.enum(["velocity", "image"]).default("velocity").describe(
      "what the output is; for the image, as JiT has it, train with loss: { weighting: flow, least_time: 0.05 }",
    ),
  }),
  create: ({ options: { predicts } }) => ({
    jumpsToImage: predicts === "velocity",
    input(noisy, rates) {
      const { sum, time } = timesOf(rates);
      return {
        image: tf.div(noisy, sum), // (1 - t) image + t noise
        level: tf.broadcastTo(time, [noisy.shape[0], 1, 1, 1]) as tf.Tensor4D,
      };
    },
    components(output, noisy, rates) {
      const { sum, time, rest } = timesOf(rates);
      const mixed = tf.div(noisy, sum) as tf.Tensor4D;
      const signal = predicts === "image" ? output : tf.sub<tf.Tensor4D>(mixed, tf.mul(time, output));
      const noise = predicts === "image"
        ? tf.div<tf.Tensor4D>(tf.sub(mixed, tf.mul(rest, output)), time)
        : tf.add<tf.Tensor4D>(mixed, tf.mul(rest, output));
      return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
    },
  }),
});
