/** Sampler `dpm-adaptive`: takes steps as long as an error allows, each picture its own. */
import { endOptions, noiseGrid, plugin, ratesOf, refuse, splitRow, tensorOf, tf, z } from "denoise/plugin";

export default plugin({
  kind: "sampler",
  name: "dpm-adaptive",
  summary: "DPM-Solver++ 3(2) with steps as long as a tolerance allows, third order, three evaluations a step",
  prefer: "For pictures that should be right rather than cheap, and to see how many steps a model needs",
  source: "Lu et al. 2022, arXiv:2206.00927, algorithms 2 and 3, for predicted signals as in arXiv:2211.01095; " +
    "steps by the controller of Hairer, Norsett and Wanner 1993, section II.4",
  needs: ["schedule"],
  options: z.object({
    tolerance: z.number().positive().default(0.01).describe(
      "root mean square of the error that a step may make, in pixels of standard deviation 1",
    ),
    max_steps: z.int().positive().max(100_000).default(500).describe(
      "steps, rejected ones included, after which it gives up with an error",
    ),
    first_step: z.number().positive().default(0.5).describe("length of the first step that is tried, in log-SNR"),
    sigma_max: endOptions.sigma_max.describe("noise rate / signal rate to start at; default: the schedule's at time 1"),
    sigma_min: endOptions.sigma_min.describe(
      "noise rate / signal rate of the last look, whose predicted signal is the picture; default: the schedule's at time 0",
    ),
  }),
  create({ options: { tolerance, max_steps, first_step, ...ends }, schedule }) {
    // lambda = ln(signal rate / noise rate)
    const lambda = (sigma: number | undefined, time: number) =>
      sigma === undefined ? schedule.logSnr(time) / 2 : -Math.log(sigma);
    const [start, end] = [lambda(ends.sigma_max, 1), lambda(ends.sigma_min, 0)];
    if (!Number.isFinite(start) || !Number.isFinite(end)) {
      const option = Number.isFinite(start) ? "sigma_min" : "sigma_max";
      refuse({
        what: "Sampler dpm-adaptive measures its steps in log-SNR, which the schedule lets grow without bounds",
        fix: `set ${option}, such as ${option}: ${option === "sigma_max" ? 80 : 0.002}`,
      });
    }
    noiseGrid(schedule, 1, { spacing: "log-snr", ...ends }); // refuses ends that are none, or outside the schedule
    const plan = Array.from({ length: max_steps }, () => [tolerance, end]);
    return {
      steps: max_steps,
      order: 3,
      stochastic: false,
      evaluationsPerStep: 3,
      plan: () => plan,
      init(noise) {
        const all = (value: number) => tf.fill([noise.shape[0], 1, 1, 1], value);
        return { image: noise, lambda: all(start), length: all(first_step / 2), arrived: all(0) };
      },
      finished: (state) => tf.min<tf.Scalar>(tensorOf(state, "arrived")),
      step(state, row, { denoise }) {
        const { image } = state;
        const [allowed, end] = splitRow(row, 2);
        const lambda = tensorOf<tf.Tensor4D>(state, "lambda");
        const left = tf.sub<tf.Tensor4D>(end, lambda);
        const done = tf.lessEqual(left, 1e-6);
        // A picture that has arrived takes steps that lead nowhere; its length is any but 0.
        const h = tf.where<tf.Tensor4D>(done, tf.onesLike(left), tf.minimum(tensorOf(state, "length"), left));
        const at = (part: number) => ratesOf(tf.mul(2, tf.add(lambda, tf.mul(part, h))));
        const [from, third, twoThirds, to] = [0, 1 / 3, 2 / 3, 1].map(at) as [Rates, Rates, Rates, Rates];
        /** `h phi_1(-h)` and `h phi_2(-h)` of a part of the step. */
        const gains = (part: number) => {
          const length = tf.mul<tf.Tensor4D>(part, h), gained = tf.neg<tf.Tensor4D>(tf.expm1(tf.neg(length)));
          return [gained, tf.sub<tf.Tensor4D>(1, tf.div(gained, length))] as const;
        };
        /** The image at a part of the step: its noise shrinks, the signal and its slope are added. */
        const move = ({ signal, noise }: Rates, part: number, first: tf.Tensor4D, slope?: tf.Tensor4D) => {
          const [gained, steeper] = gains(part);
          const added = slope === undefined
            ? tf.mul(gained, first)
            : tf.add(tf.mul(gained, first), tf.mul(steeper, slope));
          return tf.add<tf.Tensor4D>(tf.mul(tf.div(noise, from.noise), image), tf.mul(signal, added));
        };
        const first = denoise(image, from).signal;
        const second = denoise(move(third, 1 / 3, first), third).signal;
        // Slopes over the whole part: differences, divided by how much of the part they are from.
        const rise = tf.sub<tf.Tensor4D>(second, first);
        const last = denoise(move(twoThirds, 2 / 3, first, tf.mul(2, rise)), twoThirds).signal;
        const low = move(to, 1, first, tf.mul(3, rise));
        const high = move(to, 1, first, tf.mul(3 / 2, tf.sub(last, first)));
        const error = tf.div(tf.sqrt(tf.mean(tf.squaredDifference(low, high), [1, 2, 3], true)), allowed);
        const accepted = tf.logicalAnd(tf.lessEqual(error, 1), tf.logicalNot(done));
        const safe = tf.maximum(error, 1e-6);
        const factor = tf.minimum(tf.maximum(tf.mul(0.9, tf.pow(safe, -1 / 3)), 0.2), 5);
        return {
          state: {
            image: tf.where(accepted, high, image),
            lambda: tf.where(accepted, tf.add(lambda, h), lambda),
            length: tf.where<tf.Tensor4D>(done, tensorOf(state, "length"), tf.mul(h, factor)),
            arrived: tf.cast(done, "float32"), // one look at the last image, whose signal is the picture
          },
          signal: first,
        };
      },
    };
  },
});

type Rates = { signal: tf.Tensor; noise: tf.Tensor };
