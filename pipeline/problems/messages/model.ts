/** Messages about models that stay loaded, in alphabetical order of code. */
import { choices, found, type Message, quote } from "./text.ts";

/** Two models on different backends at the same time. */
export function backendInUse(used: string, wanted: string): Message {
  return {
    code: "backend-in-use",
    message: used === wanted
      ? `Cannot start another backend ${quote(wanted)}: a loaded model runs on one with other options`
      : `Cannot start the backend ${quote(wanted)}: a loaded model runs on ${quote(used)}`,
    help: ["load both models with the same backend, or dispose of the other one first"],
  };
}

/** An option of generating that is out of range. */
export function badGenerateOption(option: string, value: unknown, expected: string): Message {
  return {
    code: "bad-generate-option",
    message: `Cannot generate pictures with ${option} ${found(value)}`,
    help: [`expected ${expected}`],
  };
}

/** A model that was disposed of. */
export function modelDisposed(path: string): Message {
  return {
    code: "model-disposed",
    message: `Cannot generate pictures with the model of "${path}": it was disposed of`,
    help: ["generate before the model is disposed of, or load it again"],
  };
}

/** A name that is neither one of the recipe's samplers nor a plugin. */
export function samplerNeither(name: string, own: readonly string[], plugins: readonly string[]): Message {
  return {
    code: "sampler-neither",
    message: `Unknown sampler ${quote(name)}`,
    help: [choices(name, "Samplers of this model and plugins", [...new Set([...own, ...plugins])])],
  };
}
