/** What programs became on a GPU, as `compile:gpu --json` and `run --dry-run --gpu --json` tell it. */
import type { CompiledForGpu } from "../mod.ts";
import type { Answer } from "./answers.ts";

/** The GPU, and its programs. */
export function compiledAnswer(
  { gpu, devices, batch, available, fits, programs }: CompiledForGpu,
): Answer<"compile:gpu"> {
  return { gpu, devices, batch, availableBytes: Math.floor(available), fits, programs };
}
