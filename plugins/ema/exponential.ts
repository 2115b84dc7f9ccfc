/** Ema `exponential`: an average that forgets at a constant rate. */
import { plugin, refuse, tf, z } from "denoise/plugin";
import { averaging, beside, buffersOption } from "./shared/averaging.ts";
import { replacedByPower, replacedByTens } from "./shared/warmup.ts";

const decays = z.number().min(0).lt(1);

export default plugin({
  kind: "ema",
  name: "exponential",
  summary: "Exponential moving average of the weights, and of the running statistics if wanted",
  prefer: "For nearly every run; the more steps there are, the nearer to 1 its decay should be",
  source:
    "Polyak and Juditsky 1992 in its exponential form (Kingma and Ba 2014, arXiv:1412.6980, section 7.2); warm-up as " +
    "in TensorFlow's ExponentialMovingAverage, or with `power` as in ema-pytorch and diffusers",
  options: z.object({
    decay: decays.default(0.999).describe("fraction of the average that is kept per step"),
    buffers: buffersOption,
    warmup: z.boolean().default(true).describe(
      "keep no more than (1 + step) / (10 + step), so that early samples do not show the initial weights",
    ),
    power: z.number().positive().optional().describe(
      "warm up by 1 - (1 + step / inv_gamma)^-power instead: 2/3 for a million steps or more, 3/4 for fewer",
    ),
    inv_gamma: z.number().positive().default(1).describe("steps in which a warm-up with power gains its first ground"),
    start: z.int().nonnegative().default(0).describe("updates until which the average is the network itself"),
    every: z.int().positive().default(1).describe("updates of the network for one of the average"),
    also: z.array(decays).default([]).describe("decays of further averages, kept beside it for sample --ema"),
  }),
  create({ options: { decay, buffers, warmup, power, inv_gamma, start, every, also } }) {
    if (power !== undefined && !warmup) {
      refuse({ option: "power", what: "It has no power without a warm-up", fix: "leave warmup: false out" });
    }
    if (power === undefined && inv_gamma !== 1) {
      const fix = "set power as well, such as power: 0.75, or leave inv_gamma out";
      refuse({ option: "inv_gamma", what: "It has a part in a warm-up with power alone", fix });
    }
    return beside(decay, also, (decay) => {
      const replaced = (step: tf.Scalar) => {
        const least = 1 - decay;
        if (!warmup) return tf.scalar(least);
        const since = start === 0 ? step : tf.maximum(tf.sub(step, tf.scalar(start, "int32")), 0);
        // It counts from the update that copies last, as in ema-pytorch and diffusers.
        return tf.maximum(
          least,
          power === undefined
            ? replacedByTens(since)
            : replacedByPower(tf.sub(since, tf.scalar(1, "int32")), { inv_gamma, power }),
        );
      };
      return averaging(String(decay), (step) => between(replaced(step), step), { buffers });
    });

    /** All of the network until `start`; nothing of it in updates that the average leaves out. */
    function between(part: tf.Tensor, step: tf.Scalar): tf.Tensor {
      const whole = (number: number) => tf.scalar(number, "int32");
      const begun = start === 0 ? part : tf.where(tf.lessEqual(step, whole(start)), 1, part);
      if (every === 1) return begun;
      const before = tf.sub(step, whole(1));
      const rest = tf.sub(before, tf.mul(tf.floorDiv(before, whole(every)), whole(every)));
      return tf.where(tf.equal(rest, whole(0)), begun, 0);
    }
  },
});
