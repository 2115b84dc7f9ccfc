/** Messages about samplers that begin from pictures, or choose their own steps, in alphabetical order of code. */
import { counted } from "../../terminal/units.ts";
import { found, type Message } from "./text.ts";

/** Strength out of range. */
export function badStrength(value: unknown): Message {
  return {
    code: "bad-strength",
    message: `Cannot use strength ${found(value)}`,
    help: ["expected a number above 0, up to 1: 0.3 changes little, 1 leaves next to nothing of the picture"],
  };
}

/** A mask beside an inversion. */
export function invertWithMask(): Message {
  return {
    code: "invert-with-mask",
    message: "Cannot invert a picture of which a mask keeps parts",
    help: ["leave out --invert, or --mask"],
  };
}

/** An option that needs a picture to start from. */
export function pictureNeeded(option: string): Message {
  return {
    code: "picture-needed",
    message: `Cannot use ${option} without a picture to start from`,
    help: ["add --from picture.png"],
  };
}

/** A sampler that cannot start from a picture. */
export function samplerCannotBegin(id: string, plugin: string): Message {
  return {
    code: "sampler-cannot-begin",
    message: `Sampler "${id}" (${plugin}) cannot start from a picture: it does not say its noise levels`,
    help: ['name another with --sampler, or add one: "samplers.other={ use: dpmpp }" --sampler other'],
  };
}

/** A sampler that cannot be run backwards. */
export function samplerNotInvertible(id: string, plugin: string, why: string): Message {
  return {
    code: "sampler-not-invertible",
    message: `Sampler "${id}" (${plugin}) cannot be inverted: ${why}`,
    help: ['add one that can: "samplers.back={ use: ddim, steps: 50 }" --sampler back'],
  };
}

/** A sampler that chooses its own steps and has not arrived. */
export function samplerUnfinished(id: string, steps: number): Message {
  return {
    code: "sampler-unfinished",
    message: `Sampler "${id}" has not arrived after ${counted(steps, "step")}, the most that it may take`,
    help: ["raise its tolerance, or max_steps"],
  };
}
