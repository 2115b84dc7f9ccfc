/** Optimizer `muon`: steps whose matrices have singular values of one size; AdamW for all that is not a hidden matrix. */
import { plugin, type TensorRecord, tf, z } from "denoise/plugin";
import { adamChange, towards, zeros } from "./shared/moments.ts";
import { checkNames, isByHead, isHidden, orthogonal } from "./shared/orthogonal.ts";
import { clipped, commonOptions, followsLength, learningRates, shown } from "./shared/options.ts";

export default plugin({
  kind: "optimizer",
  name: "muon",
  summary: "Momentum made orthogonal, for kernels of hidden layers; AdamW for all other weights",
  prefer:
    "Where steps are dear: its authors report fewer than adamw needs, each a little longer; it has two learning " +
    "rates to choose",
  source:
    "Jordan et al. 2024, https://kellerjordan.github.io/posts/muon; Liu et al. 2025, arXiv:2502.16982, section 2.2",
  needs: ["batchSize"],
  options: z.object({
    learning_rate: z.number().positive().default(0.02).describe(
      "of hidden kernels: their singular values move by as much",
    ),
    momentum: z.number().min(0).lt(1).default(0.95).describe("decay of the gradients' mean per step"),
    nesterov: z.boolean().default(true).describe("take the gradient as if the momentum had moved already"),
    steps: z.int().min(1).max(20).default(5).describe("steps of Newton and Schulz that make a change orthogonal"),
    scaling: z.enum(["original", "moonshot"]).default("original").describe(
      "of a step by the shape of its matrix. original: the root of outputs / inputs, where that is above 1; " +
        "moonshot: as long as those of AdamW, whose learning rates then fit",
    ),
    weight_decay: z.number().min(0).default(0).describe(
      "fraction of each weight that is subtracted in a step, times its learning rate",
    ),
    adamw_rate: z.number().positive().default(3e-4).describe(
      "learning rate of all other weights, which follows the same schedule",
    ),
    beta_1: z.number().min(0).lt(1).default(0.9).describe("of AdamW: decay of the gradients' mean per step"),
    beta_2: z.number().min(0).lt(1).default(0.95).describe("of AdamW: decay of the squared gradients' mean per step"),
    epsilon: z.number().positive().default(1e-8).describe("of AdamW: added to the root of the squared gradients' mean"),
    adamw_for: z.array(z.string().min(1)).default([]).describe(
      "names of hidden weights, or parts of names such as out, that AdamW moves, too",
    ),
    ...commonOptions,
  }),
  create({ options, batchSize }) {
    const { momentum, nesterov, weight_decay: decay, learning_rate } = options;
    const rates = learningRates(learning_rate, options, batchSize);
    const byMuon = (trainable: TensorRecord) => isHidden(trainable, options.adamw_for);
    return {
      followsLength: followsLength(options),
      init(trainable) {
        checkNames(trainable, options.adamw_for);
        const hidden = byMuon(trainable);
        const of = (wanted: boolean) =>
          Object.fromEntries(Object.entries(trainable).filter(([name]) => hidden(name) === wanted));
        return { ...zeros("momentum", of(true)), ...zeros("mean", of(false)), ...zeros("square", of(false)) };
      },
      update({ trainable, gradients, state, step, norm, course }) {
        const hidden = byMuon(trainable);
        const time = tf.cast(step, "float32");
        const rate = rates(step, course);
        const rest = typeof rate === "number" ? options.adamw_rate : tf.mul(rate, options.adamw_rate / learning_rate);
        const weights: TensorRecord = {}, after: TensorRecord = {};
        for (const [name, gradient] of Object.entries(clipped(gradients, options, norm))) {
          const weight = trainable[name]!;
          const own = hidden(name) ? rate : rest;
          let change: tf.Tensor;
          if (hidden(name)) {
            const mean = towards(state[`momentum.${name}`]!, gradient, 1 - momentum);
            change = orthogonal(nesterov ? towards(gradient, mean, momentum) : mean, {
              ...options,
              byHead: isByHead(name, weight),
            });
            after[`momentum.${name}`] = mean;
          } else {
            const moved = adamChange(name, gradient, state, time, options);
            change = moved.change;
            after[`mean.${name}`] = moved.mean;
            after[`square.${name}`] = moved.square;
          }
          const kept = decay === 0 ? weight : tf.mul(weight, tf.sub(1, tf.mul(own, decay)));
          weights[name] = tf.sub(kept, tf.mul(change, own));
        }
        // The order of names that init gave.
        const kept = Object.fromEntries(Object.keys(state).map((name) => [name, after[name]!]));
        return { trainable: weights, state: kept, learningRate: shown(rate) };
      },
    };
  },
});
