/** Loss `shortcut`: a denoiser, and jumps that lead where two jumps of half their length lead. */
import { ops, plugin, type Rates, tf, velocityOf, z } from "denoise/plugin";

export default plugin({
  kind: "loss",
  name: "shortcut",
  summary: "Trains a denoiser together with jumps over many steps, each to lead where two of half its length do",
  prefer:
    "For a generator of 1 to 8 steps from one training, without a teacher: needs a network with jump: true, and " +
    "two more evaluations of it in each step",
  source: "Frans et al. 2024, arXiv:2410.12557, eq. 5 and algorithm 1, on the times of the schedule",
  needs: ["schedule"],
  options: z.object({
    steps: z.int().min(2).max(1024).refine((steps) => Number.isInteger(Math.log2(steps)), {
      error: ({ input }) => `${input} steps cannot be halved until one is left: use a power of two, such as 32`,
    }).default(32).describe("steps of the shortest jump, a power of two: shorter ones are left to the denoiser"),
    share: z.number().gt(0).lt(1).default(0.25).describe(
      "part of the pictures that trains jumps; the rest, the denoiser",
    ),
  }),
  create({ options: { steps, share }, schedule }) {
    const halvings = Math.log2(steps);
    const measure = (predicted: tf.Tensor4D, target: tf.Tensor4D) =>
      tf.mean(tf.square(tf.sub(predicted, target)), [1, 2, 3], true);
    return {
      asks: { jump: true },
      ofParts: "mean",
      levels: (random) => schedule.rates(random.uniform([1, 1, 1])),
      measure(predicted, target) {
        const mse = (part: "noise" | "signal" | "velocity") =>
          tf.mean<tf.Scalar>(tf.mean(measure(predicted[part], target[part]), [1, 2, 3]));
        const loss = mse("velocity");
        return { objective: loss, errors: { loss, noise: mse("noise"), image: mse("signal"), velocity: loss } };
      },
      train({ images, denoise, random }) {
        const draw = (name: string) => random.fork(name).uniform([1, 1, 1]) as tf.Tensor4D;
        const jumps = tf.less(draw("jumps"), share);
        // Jumps of 1, 1/2, 1/4 … of the way, each from a multiple of its length.
        const length = tf.pow(0.5, tf.floor(tf.mul(draw("length"), halvings + 1))) as tf.Tensor4D;
        const place = draw("place");
        const start = tf.mul(length, tf.add(1, tf.floor(tf.div(place, length))));
        const time = tf.where(jumps, tf.minimum(start, 1), place) as tf.Tensor4D;
        const half = tf.sub<tf.Tensor4D>(time, tf.mul(length, 0.5));
        const end = tf.maximum(tf.sub<tf.Tensor4D>(time, length), 0) as tf.Tensor4D;
        const [now, middle, last] = [time, half, end].map((time) => schedule.rates(tf.maximum(time, 0))) as Three;
        const noise = random.fork("noise").normal(images.shape.slice(1)) as tf.Tensor4D;
        const noisy = mix({ signal: images, noise }, now);

        const target = ops.withoutGradient(() => {
          const direct = velocityOf({ signal: images, noise }, now);
          // The shortest jumps learn from two looks of the denoiser.
          const shortest = tf.lessEqual(length, 1 / steps);
          const to = (from: Rates, next: Rates) => either(shortest, from, next);
          const first = denoise(noisy, now, { average: true, to: to(now, middle) });
          const between = mix(first, middle);
          const second = denoise(between, middle, { average: true, to: to(middle, last) });
          // At the schedule's end the picture is what is predicted, without the noise that is left there.
          const finish = either(tf.lessEqual(end, 0), { signal: tf.onesLike(end), noise: tf.zerosLike(end) }, last);
          const jumped = through(noisy, now, mix(second, finish), finish);
          return tf.where(jumps, velocityOf(jumped, now), direct);
        });
        const predicted = denoise(noisy, now, { to: either(jumps, last, now) });
        const each = measure(predicted.velocity, target);
        const loss = tf.mean<tf.Scalar>(tf.mean(each, [1, 2, 3]));
        const part = tf.cast(jumps, "float32");
        const meanOf = (weights: tf.Tensor) =>
          tf.div<tf.Scalar>(tf.sum(tf.mul(each, weights)), tf.maximum(tf.sum(weights), 1));
        return {
          objective: loss,
          errors: { loss, velocity: meanOf(tf.sub(1, part)), jump: meanOf(part) },
        };
      },
    };
  },
});
type Three = [now: Rates, middle: Rates, last: Rates];
type Parts = { signal: tf.Tensor4D; noise: tf.Tensor4D };

/** The noisy image of parts at a level. */
const mix = ({ signal, noise }: Parts, rates: Rates) =>
  tf.add<tf.Tensor4D>(tf.mul(rates.signal, signal), tf.mul(rates.noise, noise));

/** Image by image, one level or another. */
const either = (which: tf.Tensor, yes: Rates, no: Rates): Rates => ({
  signal: tf.where(which, yes.signal, no.signal),
  noise: tf.where(which, yes.noise, no.noise),
});

/**
 * The signal and the noise that make both of two noisy images at their levels: the parts of a jump from one to the other.
 * The two levels must differ.
 */
export function through(from: tf.Tensor4D, at: Rates, to: tf.Tensor4D, then: Rates): Parts {
  const turn = tf.sub(tf.mul(then.signal, at.noise), tf.mul(at.signal, then.noise)); // sine of the angle between them
  return {
    signal: tf.div(tf.sub(tf.mul(at.noise, to), tf.mul(then.noise, from)), turn) as tf.Tensor4D,
    noise: tf.div(tf.sub(tf.mul(then.signal, from), tf.mul(at.signal, to)), turn) as tf.Tensor4D,
  };
}
