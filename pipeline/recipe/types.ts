/** A checked recipe: what the graph is wired from. */
import type { CommonOptions, Kind } from "../kinds/mod.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import type { Problem } from "../problems/problem.ts";
import type { Code } from "../trust/code.ts";

/** Keys from the root of a recipe to a value, such as `["samplers", "preview", "steps"]`. */
export type Path = readonly (string | number)[];

/** Where recipes find plugins. Names are known without loading; options only after. */
export interface PluginSource {
  /** Names of the plugins of a kind, sorted. */
  names(kind: Kind): readonly string[];
  /** Loads one. Undefined when there is none of that name. */
  load(kind: Kind, name: string): Promise<AnyPlugin | undefined>;
  /** This source and a user's plugin files beside it. Rejects with a DenoiseError that names the broken file and line. */
  withFiles(files: readonly string[]): Promise<PluginSource>;
  /** The default for a key that a recipe leaves out, such as `{ normalizer: "mean-variance" }`. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** One stage of a recipe with its plugin and its checked options. */
export interface RecipeStage<K extends Kind = Kind> {
  /** Kind of its plugin. */
  readonly kind: K;
  /** Its path in the recipe: `["network"]`, `["samplers", "preview"]`, `["metrics", 0]`. */
  readonly path: Path;
  /** The same for people: `network`, `samplers.preview`, `metrics[0]`. */
  readonly id: string;
  /** The plugin that makes the stage. */
  readonly plugin: AnyPlugin<K>;
  /** The plugin's options and those of its kind, defaults filled in. */
  readonly options: Readonly<CommonOptions<K> & Record<string, unknown>>;
}

/** Where a value came from. */
export type Origin =
  | { readonly from: "default" }
  | { readonly from: "file"; readonly file: string; readonly line: number; readonly column: number }
  | { readonly from: "command line"; readonly text: string };

/** How long to train and what to keep. */
export interface TrainSettings {
  /** Epochs to train, or `steps`: exactly one of the two. */
  readonly epochs?: number | undefined;
  /** Updates of the weights. */
  readonly steps?: number | undefined;
  /** Equal parts in which a batch goes through the network, one after the other. Default 1. */
  readonly accumulate?: number | undefined;
  /** What training starts from, absolute: a run folder, a checkpoint or exported weights. Default: drawn weights. */
  readonly from?: string | undefined;
  /** When a checkpoint is written, such as `1 epoch` or `500 steps`. */
  readonly checkpoint: string;
  /** Checkpoints kept besides the newest good one: the last N, and the best by a metric, such as `noise`. */
  readonly keep: { readonly last: number; readonly best?: string | undefined };
  /** For how long the number of `keep.best` may not get better until training ends, such as `20 epochs`; undefined: no end. */
  readonly patience?: string | undefined;
  /** When the average weights are kept for good in `snapshots`, such as `5 epochs`; undefined for never. */
  readonly snapshots?: string | undefined;
  /** The grid of pictures from one fixed noise, every so often. `sampler` names one of `samplers` (default: the first). */
  readonly samples: {
    readonly every: string;
    readonly rows: number;
    readonly columns: number;
    readonly sampler?: string | undefined;
    /** `all`: a row of each class, the same noises in each, in place of `rows`. Default: the classes in turn. */
    readonly classes?: "all" | undefined;
  };
}

/**
 * A value in place of what a recipe has at a path: plain data, such as a number or a stage `{ use: "ddim", steps: 5 }`, or
 * YAML as the user wrote it.
 */
export type Change = { readonly path: Path } & ({ readonly value: unknown } | { readonly written: string });

/** A recipe without problems. */
export interface Recipe {
  /** The file it was read from. */
  readonly file: string;
  /** Name of the run folder, unless another is asked for. */
  readonly name: string;
  /** Integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** All stages, kind by kind. */
  readonly stages: readonly RecipeStage[];
  /** How long to train and what to keep. */
  readonly train: TrainSettings;
  /** Settings with their values as they are written, by key: what a sweep goes through unless told otherwise. */
  readonly sweep: Readonly<Record<string, readonly string[]>>;
  /** The whole recipe as plain data, defaults filled in, `extends` and overrides applied: itself a valid recipe. */
  readonly resolved: Readonly<Record<string, unknown>>;
  /** Files whose code the recipe runs: plugin files, and libraries that it names. */
  readonly code: readonly Code[];
  /** Where the value at a path came from. */
  origin(path: Path): Origin;
  /**
   * Whether the value at a path came from elsewhere: not from the command line, nor from a recipe that the user typed. Of
   * a recipe that the user trusts as a whole nothing does.
   */
  isFromElsewhere(path: Path): boolean;
  /** Whether the value at a path is that of a run folder or a checkpoint, which a version of before may have written. */
  isOfRun(path: Path): boolean;
  /**
   * This recipe with other values, checked as a whole again. No file is read again; what a value replaces is laid over
   * as an override of the command line is, and problems show the change as one.
   *
   * @throws {DenoiseError} with everything that is wrong with the changed recipe
   */
  with(changes: readonly Change[]): Promise<Recipe>;
  /**
   * Reads another recipe with the plugins that this was read with, and no more of its code than may run here.
   *
   * @param path of a recipe, a run folder, a checkpoint or exported weights
   * @throws {DenoiseError} with everything that is wrong with it
   */
  another(path: string): Promise<Recipe>;
  /** A problem at a path, with its place in the file that gave the value (or the nearest parent that is in a file). */
  problem(path: Path, problem: Omit<Problem, "place">): Problem;
}
