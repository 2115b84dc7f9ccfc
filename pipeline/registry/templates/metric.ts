/** Metric `my-plugin`: the velocity's error on validation pictures. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "metric",
  name: "my-plugin",
  summary: "Mean squared error of the predicted velocity on validation pictures",
  options: z.object({}),
  create: () => ({
    better: { velocity: "lower" },
    async measure(view) {
      let [sum, pictures] = [0, 0];
      for await (const { size, predicted, target } of view.batches()) {
        const mean = tf.tidy(() => tf.mean<tf.Scalar>(tf.squaredDifference(predicted.velocity, target.velocity)));
        sum += size * await mean.array(); // batches may differ in size
        pictures += size;
        mean.dispose();
      }
      return { velocity: sum / pictures };
    },
  }),
});
