/** Messages about updates of the weights: gradients in parts, steps that are skipped, learning rates that follow the length. */
import type { Message } from "./text.ts";
import { listed } from "./text.ts";

/** A loss whose value for a batch does not follow from those of its parts. */
export function accumulateLoss(loss: string, why: string, fix: string): Message {
  return {
    code: "accumulate-loss",
    message: `Cannot accumulate gradients with ${loss}: ${why}`,
    help: [`${fix}, or leave train.accumulate out`],
  };
}

/** A network whose answer to a picture depends on the others in the batch. `buffers`: names of what it gathers. */
export function accumulateStatistics(network: string, buffers: readonly string[]): Message {
  const some = buffers.slice(0, 2).join(", ") + (buffers.length > 2 ? ", …" : "");
  return {
    code: "accumulate-statistics",
    message: `Cannot accumulate gradients with ${network}: it normalises by statistics of the whole batch (${some}), ` +
      "which its parts do not have",
    help: [
      "choose a network that normalises each picture by itself, such as attention-unet, or leave train.accumulate out",
    ],
  };
}

/** A batch that cannot be taken into equal parts. `sizes`: parts that can be had, ascending. */
export function accumulateUneven(count: number, batch: number, devices: number, sizes: readonly number[]): Message {
  const shared = devices === 1 ? "" : `, each shared by ${devices} devices`;
  return {
    code: "accumulate-uneven",
    message: `Cannot take batches of ${batch} pictures apart into ${count} equal parts${shared}`,
    help: [
      sizes.length === 0
        ? "leave train.accumulate out, or choose another dataset.batch_size"
        : `train.accumulate can be ${listed(sizes.map(String), "or")}; or choose a dataset.batch_size that it divides`,
    ],
  };
}

/** A learning rate that ends with training, where its end was moved. */
export function scheduleMoved(before: string, now: string): Message {
  return {
    code: "schedule-moved",
    message: `The learning rate falls until the end of training, which was after ${before} and is now after ${now}`,
    help: [
      "from here on it has the rates of a training of that length, so it makes a jump",
      "one that was as long from the start would have had other rates so far",
    ],
  };
}

/** A step without effect. `most`: as many in a row end training. */
export function stepSkipped(step: number, norm: number, loss: number, most: number): Message {
  return {
    code: "step-skipped",
    message: `Step ${step} was skipped: the norm of its gradients is ${norm}, and its loss is ${loss}`,
    help: [
      "weights, moments and averages stay as they were; further skipped steps are counted in the log, and told at the end",
      `${most} in a row stop training: then try a third of optimizer.learning_rate, or optimizer.max_norm: 1`,
    ],
  };
}
