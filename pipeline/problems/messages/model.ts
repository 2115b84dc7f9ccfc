/** Messages about models that stay loaded, in alphabetical order of code. */
import { choices, found, type Message, quote } from "./text.ts";

/** A backend beside that of a loaded model: another one, or one of a training. */
export function backendInUse(used: string, wanted: string): Message {
  return {
    code: "backend-in-use",
    message: `Cannot start the backend ${quote(wanted)}: a loaded model runs on ${quote(used)} in this process`,
    help: [
      "dispose of the model first, or use another process",
      "models that are loaded at the same time need the same backend with the same options",
    ],
  };
}

/** A backend beside work that has the process's backend alone. */
export function backendTaken(work: string, used: string, wanted: string): Message {
  return {
    code: "backend-taken",
    message: `Cannot start the backend ${quote(wanted)}: ${work} is under way on ${quote(used)} in this process`,
    help: [
      "await that first, or use another process",
      "a process trains one model at a time; what it draws and measures meanwhile are events and methods of the training",
    ],
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
