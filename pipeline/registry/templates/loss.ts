/** Loss `my-plugin`: the squared error of the velocity, gentle with large errors. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "loss",
  name: "my-plugin",
  summary: "Pseudo-Huber error of the velocity, at times drawn evenly",
  needs: ["schedule"],
  options: z.object({
    width: z.number().positive().default(1).describe("error from which on it grows linearly, in normalised units"),
  }),
  create: ({ options: { width }, schedule }) => ({
    levels: (random) => schedule.rates(random.uniform([1, 1, 1])),
    measure(predicted, target) {
      const error = tf.div(tf.sub(predicted.velocity, target.velocity), width);
      const loss = tf.mean<tf.Scalar>(tf.mul(tf.sub(tf.sqrt(tf.add(tf.square(error), 1)), 1), width * width));
      return { objective: loss, errors: { loss } };
    },
  }),
});
