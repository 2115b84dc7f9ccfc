/** Loss `denoising`: the error of the predicted noise, image or velocity at random noise levels. */
import {
  type Components,
  type LossContext,
  type Parametrization,
  plugin,
  type Rates,
  refuse,
  refuseUnused,
  tf,
  z,
} from "denoise/plugin";
import { afterBatch, countsOf, drawnByShares, initialImportance, sharesOf } from "./shared/importance.ts";
import { endsRise, levelOptions, levelsOfSize, uniforms, usesOfLevels } from "./shared/levels.ts";
import { perLogSnr } from "./shared/density.ts";
import { nearestNoise } from "./shared/nearest.ts";
import { rangeOfEach } from "./shared/ranges.ts";
import { sizeShift } from "./shared/shift.ts";
import { initialUncertainty, uncertaintyAt, withUncertainty } from "./shared/uncertainty.ts";
import { type Part, usesOfWeights, weightOptions, weightsAt } from "./shared/weights.ts";

const leastTime = z.number().min(0).max(1).default(0).describe(
  "of weighting flow: times below it count as it, where the velocity of a predicted image would grow without bounds; JiT: 0.05",
);

export default plugin({
  kind: "loss",
  name: "denoising",
  summary: "Error of the predicted noise, signal or velocity at random noise levels",
  prefer: "For training from scratch, whatever the parametrization: its options are what papers call by many names",
  source: "Ho et al. 2020, arXiv:2006.11239, eq. 14; Salimans and Ho 2022, arXiv:2202.00512, section 4",
  needs: ["schedule", "image", "parametrization"],
  options: z.object({
    weighting: z.enum(["noise", "signal", "velocity", "flow"]).default("velocity").describe(
      "component whose error is minimised; each weighs noise levels differently. flow: noise - image, the velocity on the straight path",
    ),
    error: z.enum(["mae", "mse", "pseudo-huber"]).default("mae").describe(
      "mean absolute error, mean squared error, or the root of the latter, rounded at zero (pseudo-Huber)",
    ),
    ...levelOptions,
    ...weightOptions,
    least_time: leastTime,
    noise_choices: z.int().min(1).max(1024).default(1).describe(
      "noises drawn for each training picture, of which it gets the nearest; 1: the one that is drawn (immiscible diffusion)",
    ),
    importance: z.int().min(2).max(1000).optional().describe(
      "ranges of levels, such as 32, that are drawn the more often the larger their losses have been, and count less for it; " +
        "default: levels are drawn whatever the losses",
    ),
    uncertainty: z.boolean().default(false).describe(
      "learns how large the error at each level is, and divides by that: all levels then count alike (EDM2)",
    ),
    reduction: z.enum(["mean", "sum"]).default("mean").describe(
      "what is differentiated: the mean, or the sum over batch, height and width of the channels' mean, " +
        "as the Keras examples do; the error shown is always the mean",
    ),
  }).superRefine(endsRise),
  create({ options, schedule, image, parametrization }) {
    refuseUnused(options, "levels", usesOfLevels, levelOptions);
    refuseUnused(options, "weights", usesOfWeights, weightOptions);
    refuseUnused(options, "weighting", { least_time: ["flow"] }, { least_time: leastTime });
    const { least_time: least, weighting, sigmoid_bias, sigmoid_size } = options;
    const pointwise = options.error === "mae" ? absolute : tf.square;
    const bias = sigmoid_size === undefined ? sigmoid_bias : sigmoid_bias + sizeShift(sigmoid_size, image);
    const given = (rates: Rates | undefined): Rates => {
      if (rates === undefined) {
        throw new TypeError("Cannot weigh errors by noise level: measure was not given the rates");
      }
      return rates;
    };
    const levelsAt = levelsOfSize(options, schedule, image), rises = options.levels !== "mode";
    checkMeasured(options, parametrization);
    const dataOf = (context: LossContext | undefined): number | tf.Tensor => {
      if (options.sigma_data !== "measured") return options.sigma_data;
      const found = context?.measured?.sigma_data;
      if (found === undefined) throw new TypeError("Cannot weigh by a sigma_data that measure was not given");
      return found;
    };
    /** Weights on the errors of images, `[batch, 1, 1, 1]`; undefined where all count alike. */
    const weightsOf = (rates: Rates | undefined, context: LossContext | undefined): tf.Tensor | undefined => {
      const sigma_data = options.weights === "edm" ? dataOf(context) : 1;
      const byLevel = options.weights === "none"
        ? undefined
        : weightsAt(given(rates), weighting, { ...options, sigma_data, sigmoid_bias: bias });
      if (!options.per_log_snr) return byLevel;
      const density = perLogSnr(given(rates), levelsAt, rises);
      return byLevel === undefined ? density : tf.mul(byLevel, density);
    };
    /** The flow's velocity of a predicted image is an error of the image over the time: over the least one below that. */
    const bounded = (difference: tf.Tensor4D, rates: Rates | undefined): tf.Tensor4D => {
      if (least === 0 || weighting !== "flow") return difference;
      const { signal, noise } = given(rates);
      return tf.mul(difference, tf.minimum(tf.div(noise, tf.mul(least, tf.add(signal, noise))), 1));
    };
    const { importance, uncertainty } = options;
    /** The range of each picture, and what the pictures of each count, where losses decide what is drawn. */
    const drawn = (rates: Rates | undefined, context: LossContext | undefined) => {
      if (importance === undefined || context === undefined) return undefined;
      const sigmas = ({ signal, noise }: Rates) => tf.div(noise, signal);
      const ends = sigmas(levelsAt(tf.div(tf.range(1, importance), importance)));
      const { mine } = rangeOfEach(sigmas(given(rates)), ends, rises);
      return { mine, counts: countsOf(mine, sharesOf(context.state.buffers)) };
    };
    return {
      ofParts: options.reduction,
      ...(importance === undefined && !uncertainty ? {} : {
        init: () => ({
          ...(uncertainty ? { trainable: initialUncertainty() } : {}),
          ...(importance === undefined ? {} : { buffers: initialImportance(importance) }),
        }),
      }),
      levels(random, batch, context) {
        const u = uniforms(random, batch, options);
        const byLoss = importance !== undefined && context !== undefined;
        return levelsAt(byLoss ? drawnByShares(u, sharesOf(context.state.buffers)) : u);
      },
      ...(options.noise_choices === 1
        ? {}
        : { noise: (random, images) => nearestNoise(random, images, options.noise_choices) }),
      measure(predicted, target, rates, context) {
        const weight = weightsOf(rates, context);
        const ranges = drawn(rates, context);
        const difference = (part: Part) => tf.sub<tf.Tensor4D>(partOf(predicted, part), partOf(target, part));
        const map = (part: tf.Tensor4D) => options.error === "pseudo-huber" ? pseudoHuber(part) : pointwise(part);
        const counted = (map: tf.Tensor) => ranges === undefined ? map : tf.mul(map, ranges.counts);
        const own = map(bounded(difference(weighting), rates));
        const trained = weight === undefined ? own : tf.mul(own, weight);
        const loss = mean(counted(trained));
        const learned = uncertainty && context !== undefined
          ? withUncertainty(trained, uncertaintyAt(given(rates), context.state.trainable))
          : trained;
        // What is only shown must not add to the gradient's work.
        const shown = (part: Part) =>
          part === weighting && weight === undefined ? loss : mean(counted(map(difference(part))));
        return {
          objective: options.reduction === "sum"
            ? tf.sum<tf.Scalar>(tf.mean(counted(learned), -1))
            : learned === trained
            ? loss
            : mean(counted(learned)),
          errors: { loss, noise: shown("noise"), image: shown("signal"), velocity: shown("velocity") },
          ...(ranges === undefined || context === undefined ? {} : {
            buffers: afterBatch(context.state.buffers, ranges.mine, tf.mean(trained, [1, 2, 3])),
          }),
        };
      },
    };
  },
});

/** Refuses weights by what nothing measures. */
function checkMeasured(
  { weights, sigma_data }: { readonly weights: string; readonly sigma_data: unknown },
  { blank }: Parametrization,
): void {
  if (weights !== "edm" || sigma_data !== "measured" || blank !== undefined) return;
  refuse({
    option: "sigma_data",
    what: "Cannot weigh by a measured sigma_data: the parametrization measures none",
    fix: "set parametrization: { use: edm, sigma_data: measured }, or give the loss a number",
  });
}

function partOf(components: Components, part: Part): tf.Tensor4D {
  return part === "flow" ? tf.sub(components.noise, components.signal) : components[part];
}

/** The mean of everything, row by row first: added up one after the other in float32, a batch loses digits. */
function mean(map: tf.Tensor): tf.Scalar {
  return tf.mean(tf.mean(map, [2, 3]));
}

/**
 * One value an image, `[batch, 1, 1, 1]`: `√(mean square + c²) - c` with c = 0.00054. Song and Dhariwal 2023,
 * arXiv:2310.14189, eq. 7 and section 3.3, divided by the root of how many numbers an image has.
 */
export function pseudoHuber(difference: tf.Tensor4D, c = 0.00054): tf.Tensor4D {
  const square = tf.mean(tf.square(difference), [1, 2, 3], true);
  return tf.sub(tf.sqrt(tf.add(square, c ** 2)), c);
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
