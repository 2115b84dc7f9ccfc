/** Messages about compiling for GPUs that are not here, in alphabetical order of code. */
import { choices, type Message, quote } from "./text.ts";

/** A backend that compiles for no GPU. */
export function gpuBackend(backend: string): Message {
  return {
    code: "gpu-backend",
    message: `Cannot compile for a GPU: the backend ${quote(backend)} does not compile`,
    help: ["take one that does: backend=xla"],
  };
}

/** A GPU that nobody described. */
export function gpuUnknown(name: string, names: readonly string[]): Message {
  return {
    code: "gpu-unknown",
    message: `Unknown GPU ${quote(name)}`,
    help: [
      choices(name, "GPUs", names),
      "GPUs before compute capability 7.5, such as a V100, cannot be compiled for",
    ],
  };
}
