/** Messages about the model that `train.from` names, in alphabetical order of code. */
import type { Message } from "./text.ts";

/** Weights whose numbers may mean something else here. */
export function foundationDiffers(path: string, differences: readonly string[]): Message {
  return {
    code: "foundation-differs",
    message: `Weights of "${path}" were trained with other settings, and may mean something else here`,
    help: [...differences, "use the same settings, or expect the first epochs to undo what was learnt"],
  };
}

/** A model of which nothing can be used. `there` and `here`: names of the networks. */
export function foundationUnfit(path: string, there: string, here: string, misshapen: readonly string[]): Message {
  return {
    code: "foundation-unfit",
    message: `Cannot start from "${path}": none of its weights has a name and a shape of this network`,
    help: [
      ...misshapen.slice(0, 3),
      there === here
        ? "give the network the options that it was trained with, such as its widths"
        : `it was trained with network: ${there}, and this is ${here}: use the same`,
    ],
  };
}

/** A network whose weights are not known before it runs. */
export function foundationUnknown(reason: string): Message {
  return {
    code: "foundation-unknown",
    message: `Cannot start from other weights: the shapes of this network's weights are not known (${reason})`,
    help: ["make its initial weights with ops of tfjs that have a shape rule"],
  };
}
