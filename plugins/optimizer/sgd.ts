/** Optimizer `sgd`: against the gradient, with momentum. */
import { plugin, refuse, tf, z } from "denoise/plugin";
import { zeros } from "./shared/moments.ts";
import { clipped, commonOptions, followsLength, learningRates, mapRecord, shown } from "./shared/options.ts";

export default plugin({
  kind: "optimizer",
  name: "sgd",
  summary: "Stochastic gradient descent with momentum, plain or Nesterov's",
  prefer:
    "To compare with, or where memory is short; its learning rate has to suit the network, while adamw's hardly " +
    "has to",
  source: "Sutskever et al. 2013, ICML, section 2, as PyTorch computes it",
  needs: ["batchSize"],
  options: z.object({
    learning_rate: z.number().positive().default(1e-2).describe("times the gradient, is subtracted"),
    momentum: z.number().min(0).lt(1).default(0.9).describe("what of the last change is kept; 0: none"),
    nesterov: z.boolean().default(false).describe("take the gradient as if the momentum had moved already"),
    weight_decay: z.number().min(0).default(0).describe("times each weight, added to its gradient"),
    ...commonOptions,
  }),
  create({ options, batchSize }) {
    const { momentum, nesterov, weight_decay: decay } = options;
    if (nesterov && momentum === 0) {
      refuse({
        option: "nesterov",
        what: "Nesterov's momentum needs one, and momentum is 0",
        fix: "set momentum: 0.9",
      });
    }
    const rates = learningRates(options.learning_rate, options, batchSize);
    return {
      followsLength: followsLength(options),
      init: (trainable) => momentum === 0 ? {} : zeros("momentum", trainable),
      update({ trainable, gradients, state, step, norm, course }) {
        const rate = rates(step, course);
        const whole = mapRecord(
          clipped(gradients, options, norm),
          (gradient, name) => decay === 0 ? gradient : tf.add(gradient, tf.mul(trainable[name]!, decay)),
        );
        const after = mapRecord(state, (kept, name) => tf.add(tf.mul(kept, momentum), whole[name.slice(9)]!));
        const weights = mapRecord(trainable, (weight, name) => {
          const gathered = after[`momentum.${name}`];
          const change = gathered === undefined
            ? whole[name]!
            : nesterov
            ? tf.add(whole[name]!, tf.mul(gathered, momentum))
            : gathered;
          return tf.sub(weight, tf.mul(change, rate));
        });
        return { trainable: weights, state: after, learningRate: shown(rate) };
      },
    };
  },
});
