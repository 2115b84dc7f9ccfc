/** The stages of one kind, of those that are created. */
import type { Kind } from "../kinds/mod.ts";
import type { Stage } from "./types.ts";

/** Those of some stages that are of a kind, in their order. */
export function ofKind<K extends Kind>(stages: readonly Stage[], kind: K): Stage<K>[] {
  return stages.filter((stage): stage is Stage<K> => stage.kind === kind);
}
