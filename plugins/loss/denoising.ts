/** Loss `denoising`: the error of the predicted noise, image or velocity at random noise levels. */
import { type Components, plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "loss",
  name: "denoising",
  summary: "Error of the predicted noise, signal or velocity at random noise levels",
  source: "Ho et al. 2020, arXiv:2006.11239, eq. 14; Salimans and Ho 2022, arXiv:2202.00512, section 4",
  needs: ["schedule"],
  options: z.object({
    weighting: z.enum(["noise", "signal", "velocity"]).default("velocity").describe(
      "component whose error is minimised; each weighs noise levels differently",
    ),
    error: z.enum(["mae", "mse"]).default("mae").describe("mean absolute error or mean squared error"),
    levels: z.enum(["uniform-time", "uniform-noise-power"]).default("uniform-time").describe(
      "how noise levels are drawn: times from 0 to 1 through the schedule, or noise powers from 0 to 1 independent of the schedule",
    ),
    reduction: z.enum(["mean", "sum"]).default("mean").describe(
      "what is differentiated: the mean, or the sum over batch, height and width of the channels' mean, " +
        "as the Keras examples do; the error shown is always the mean",
    ),
  }),
  create({ options, schedule }) {
    const error = options.error === "mae" ? absolute : tf.square;
    return {
      levels(random) {
        const draw = random.uniform([1, 1, 1]);
        if (options.levels === "uniform-time") return schedule.rates(draw);
        return { signal: tf.sqrt(tf.sub(1, draw)), noise: tf.sqrt(draw) };
      },
      measure(predicted, target) {
        const map = (name: keyof Components) => error(tf.sub(predicted[name], target[name]));
        const trained = map(options.weighting);
        const loss = mean(trained);
        const objective = options.reduction === "mean" ? loss : tf.sum<tf.Scalar>(tf.mean(trained, -1));
        // What is only shown must not add to the gradient's work.
        const shown = (name: keyof Components) => name === options.weighting ? loss : mean(map(name));
        return {
          objective,
          errors: { loss, noise: shown("noise"), image: shown("signal"), velocity: shown("velocity") },
        };
      },
    };
  },
});

/** The mean of everything, row by row first: added up one after the other in float32, a batch loses digits. */
function mean(map: tf.Tensor): tf.Scalar {
  return tf.mean(tf.mean(map, [2, 3]));
}

/** The absolute value, with a gradient of zero at zero: that of tf.abs is -1 there. */
const absolute = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as (tensors: tf.Tensor[]) => void)([input]);
  return {
    value: tf.abs(input),
    gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => tf.mul(upstream, tf.sign(saved[0]!)),
  };
});
