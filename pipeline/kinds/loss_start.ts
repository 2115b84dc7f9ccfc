/** What a loss keeps, before the first step. In a file of its own: all of loss.ts is exported to authors of plugins. */
import type { Random } from "../../lib/tensor/random.ts";
import type { State } from "../../lib/tensor/tree.ts";
import type { Loss } from "./loss.ts";

/** What `init` of a loss gives; empty records where it leaves some out, or has no `init`. */
export function startOf(loss: Pick<Loss, "init">, random: Random): State {
  const { trainable = {}, buffers = {} } = loss.init?.(random) ?? {};
  return { trainable, buffers };
}
