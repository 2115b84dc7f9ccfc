/**
 * The plugin kinds: which interface each has, which stages a recipe has of it, what its stages may ask for.
 *
 * @module
 */
import type { z } from "zod";
import type { Augmentation } from "./augmentation.ts";
import type { Backend } from "./backend.ts";
import type { ImageShape } from "./common.ts";
import { type Dataset, datasetOptions } from "./dataset.ts";
import type { Ema } from "./ema.ts";
import type { Loss } from "./loss.ts";
import { type Metric, metricOptions } from "./metric.ts";
import type { Network } from "./network.ts";
import type { Normalizer } from "./normalizer.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Parametrization } from "./parametrization.ts";
import { type Sampler, samplerOptions } from "./sampler.ts";
import type { Schedule } from "./schedule.ts";

/** What `create` returns, by kind. */
export interface Kinds {
  /** Opens the pictures. */
  dataset: Dataset;
  /** Changes training pictures at random. */
  augmentation: Augmentation;
  /** Maps pixels to network values and back. */
  normalizer: Normalizer;
  /** The function that is trained. */
  network: Network;
  /** Maps diffusion time to rates of signal and noise. */
  schedule: Schedule;
  /** Says what the output of the network means. */
  parametrization: Parametrization;
  /** Draws noise levels, and measures predictions. */
  loss: Loss;
  /** Turns gradients into new weights. */
  optimizer: Optimizer;
  /** Averages the weights. */
  ema: Ema;
  /** Turns noise into images. */
  sampler: Sampler;
  /** Measures a model. */
  metric: Metric;
  /** Runs tensors. */
  backend: Backend;
}

/** Name of a plugin kind. */
export type Kind = keyof Kinds;

/** What a stage can ask for by `needs`, and what it then receives. */
export interface Slots {
  /** Shape of the images that the network sees: the dataset's, after the augmentations. */
  image: ImageShape;
  /** Pictures in an update of the weights: the dataset's `batch_size`. */
  batchSize: number;
  /** How many numbers the augmentations tell the network for each picture (`Augmentation.tells`); 0 where none does. */
  augment: number;
  /** The recipe's normalizer. */
  normalizer: Normalizer;
  /** The recipe's network. */
  network: Network;
  /** The recipe's schedule. */
  schedule: Schedule;
  /** The recipe's parametrization. */
  parametrization: Parametrization;
  /** The recipe's loss. */
  loss: Loss;
  /** The sampler that the option `sampler` names; the plugin's options must have it. */
  sampler: Sampler;
}

/** Name of something that a stage can ask for. */
export type Slot = keyof Slots;

/** How a recipe holds the stages of a kind. */
export interface KindInfo {
  /** Key in the recipe. */
  readonly key: string;
  /** `one` stage, a `list` of them, or `named` ones. */
  readonly arity: "one" | "list" | "named";
  /** One line for people. */
  readonly summary: string;
  /** Options of every plugin of this kind; the pipeline itself uses them. */
  readonly options: z.ZodRawShape;
}

/** Every kind, in the order in which a recipe is read. */
export const kinds = {
  dataset: { key: "dataset", arity: "one", summary: "where pictures come from", options: datasetOptions },
  augmentation: { key: "augmentation", arity: "list", summary: "random changes of the training pictures", options: {} },
  normalizer: { key: "normalizer", arity: "one", summary: "pixels to network values and back", options: {} },
  network: { key: "network", arity: "one", summary: "the function that is trained", options: {} },
  schedule: { key: "schedule", arity: "one", summary: "signal-to-noise ratio over diffusion time", options: {} },
  parametrization: { key: "parametrization", arity: "one", summary: "what the network predicts", options: {} },
  loss: { key: "loss", arity: "one", summary: "which noise levels are trained on, and for what", options: {} },
  optimizer: { key: "optimizer", arity: "one", summary: "gradients to new weights", options: {} },
  ema: { key: "ema", arity: "one", summary: "the average of the weights that samples use", options: {} },
  sampler: { key: "samplers", arity: "named", summary: "noise to images", options: samplerOptions },
  metric: { key: "metrics", arity: "list", summary: "numbers that say how good a model is", options: metricOptions },
  backend: { key: "backend", arity: "one", summary: "what runs the tensors", options: {} },
} as const satisfies Record<Kind, KindInfo>;

/** What checked options of a shape are. Of the empty shape zod says that every key is `never`, and so of all it is joined with. */
export type Checked<Shape extends z.ZodRawShape> = [keyof Shape] extends [never] ? unknown
  : z.output<z.ZodObject<Shape>>;

/** Options of every plugin of a kind. */
export type CommonOptions<K extends Kind> = Checked<(typeof kinds)[K]["options"]>;
