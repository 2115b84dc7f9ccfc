/** Messages about guidance of samplers, in alphabetical order of code. */
import { type Message } from "./text.ts";

/** An interval that no noise level lies in. */
export function guidanceInterval(low: number, high: number): Message {
  return {
    code: "guidance-interval",
    message: `Cannot guide from ${low} to ${high}: no noise level lies between them`,
    help: low === high ? ["write two numbers, the smaller first, such as interval: [0.2, 5]"] : [
      `write the smaller number first: interval: [${high}, ${low}]`,
    ],
  };
}

/** Momentum, with a sampler that looks at what it may discard. */
export function guidanceMomentum(plugin: string): Message {
  return {
    code: "guidance-momentum",
    message:
      `Cannot guide ${plugin} with momentum: it chooses its steps by what the network says, and momentum changes that ` +
      "from one evaluation to the next",
    help: ["set momentum: 0, or use a sampler with a number of steps, such as dpmpp"],
  };
}

/** CFG++, with a sampler whose steps are not made of one prediction. */
export function guidanceRenoise(plugin: string): Message {
  return {
    code: "guidance-renoise",
    message:
      `Cannot guide ${plugin} with renoise: unconditional: its steps combine several predictions, and the noise ` +
      "that CFG++ puts back belongs to one",
    help: [
      "use ddim, ddpm, euler, euler-ancestral, consistency or dpmpp with order: 1, or leave renoise out",
    ],
  };
}

/** CFG++, with a model that guides. */
export function guidanceRenoiseBy(by: string): Message {
  return {
    code: "guidance-renoise-by",
    message:
      `Cannot guide by ${by} with renoise: unconditional: it keeps the noise that this model predicts for no class, ` +
      "and a weaker model predicts none that is as good",
    help: ["leave renoise out, or by"],
  };
}

/** CFG++ beyond its range. */
export function guidanceRenoiseScale(scale: number): Message {
  return {
    code: "guidance-renoise-scale",
    message: `Cannot guide with a scale of ${scale} and renoise: unconditional: its scale is a share, from 0 to 1`,
    help: ["use a scale from 0 to 1: 0.6 was as strong as 7.5 without renoise in its paper, in 50 steps"],
  };
}

/** A sampler that is to be guided by classes which the network does not know. */
export function guidanceWithoutClasses(id: string, network: string): Message {
  return {
    code: "guidance-without-classes",
    message: `Cannot guide ${id}: ${network} looks at no classes`,
    help: [
      "guide it by a weaker model, such as guidance: { scale: 2, by: earlier }, which needs no classes",
      "or train a network with classes, such as network.classes=10 for ten of them, or leave guidance out",
    ],
  };
}
