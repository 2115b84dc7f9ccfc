/** Whether a run can go on: the recipe may not have changed, but for how long to train and what to keep. */
import { parse } from "yaml";
import { differences, toYaml } from "../recipe/write.ts";
import type { Recipe } from "../recipe/types.ts";

/**
 * What changed since a checkpoint was written, one line each, such as `network.block_depth: 2 → 3`.
 *
 * Nothing in `train` counts: how long to train, when to save and what to keep leave the weights of every step as they are.
 *
 * @param before the resolved recipe in the checkpoint, as YAML
 */
export function changesOf(before: string, now: Recipe): string[] {
  // Both as they are written: `cosine` and `{ use: cosine }` are one.
  const [old, current] = [before, toYaml(now.resolved)].map((text) => {
    const { train: _, ...rest } = parse(text) as Record<string, unknown>;
    return rest;
  });
  return differences(old!, current!);
}
