/** A wired graph: stages that exist, and the edges between them. */
import type { ImageShape } from "../kinds/common.ts";
import type { Kind, Kinds, Slot } from "../kinds/mod.ts";
import type { Recipe, RecipeStage } from "../recipe/types.ts";

/** A stage that has been created. */
export interface Stage<K extends Kind = Kind> extends RecipeStage<K> {
  /** What the plugin created. */
  readonly stage: Kinds[K];
}

/** One edge: the stage `to` asked for `slot` and got `from`. */
export interface Edge {
  /** Id of a stage, such as `samplers.preview`. */
  readonly from: string;
  /** Id of a stage, such as `metrics[0]`. */
  readonly to: string;
  /** What it asked for. */
  readonly slot: Slot;
}

/** Everything that training, sampling and evaluation run on. */
export interface Graph {
  /** What it was wired from. */
  readonly recipe: Recipe;
  /** Stages in an order in which each comes after what it needs. */
  readonly stages: readonly Stage[];
  /** Which stage got which. */
  readonly edges: readonly Edge[];
  /** Shape of the dataset's pictures. */
  readonly datasetImage: ImageShape;
  /** Shape the network sees, after the augmentations. */
  readonly image: ImageShape;
  /** The stage of a kind of which there is exactly one. */
  one<K extends Kind>(kind: K): Stage<K>;
  /** All stages of a kind, in the recipe's order. */
  all<K extends Kind>(kind: K): readonly Stage<K>[];
  /** The sampler of that name; a DenoiseError with the nearest names otherwise. */
  sampler(name: string): Stage<"sampler">;
}
