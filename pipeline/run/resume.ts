/** Whether a run can go on: what decides the weights of a step may not have changed. */
import { parse } from "yaml";
import { differences, toYaml } from "../recipe/write.ts";
import type { Recipe } from "../recipe/types.ts";

/** What changed since a checkpoint was written, one line each, such as `network.block_depth: 2 → 3`. */
export interface Changes {
  /** What would give other weights. */
  readonly training: readonly string[];
  /** Samplers and metrics: the weights stay, what is measured and shown may not compare with what was before. */
  readonly measuring: readonly string[];
}

/**
 * Compares the recipe of a checkpoint with that of now.
 *
 * Nothing in `train` counts: how long to train, when to save and what to keep leave the weights of every step as they
 * are. Of the backend its precision counts alone: which one computes, and on how many devices, changes what rounding
 * leaves.
 *
 * @param before the resolved recipe in the checkpoint, as YAML
 */
export function changesOf(before: string, now: Recipe): Changes {
  // Both as they are written: `cosine` and `{ use: cosine }` are one.
  const [old, current] = [before, toYaml(now.resolved)].map((text) => {
    const { train: _, backend, samplers, metrics, ...rest } = parse(text, { logLevel: "silent" }) as Record<
      string,
      unknown
    >;
    return {
      training: { ...rest, backend: { precision: precisionOf(backend) } },
      measuring: { samplers, metrics },
    };
  });
  const between = (part: keyof Changes) => differences(old![part], current![part]);
  return { training: between("training"), measuring: between("measuring") };
}

/** `float32` where a backend has no other. */
function precisionOf(backend: unknown): unknown {
  return (backend as { precision?: unknown } | undefined)?.precision ?? "float32";
}
