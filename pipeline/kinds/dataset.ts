/** Plugin kind `dataset`: where pictures come from. */
import { z } from "zod";
import type { ImageShape } from "./common.ts";

/** Options that every dataset takes besides its own: the pipeline cuts batches, so that a dataset need not. */
export const datasetOptions: {
  batch_size: z.ZodDefault<z.ZodInt>;
  repeats: z.ZodDefault<z.ZodInt>;
} = {
  batch_size: z.int().positive().max(1_000_000).default(64).describe("pictures in a batch"),
  repeats: z.int().positive().max(10_000).default(1).describe("passes over the training pictures that make one epoch"),
};

/** What a dataset is given while it opens its files. */
export interface OpenTools {
  /** A folder of this dataset's own for what it downloads. */
  readonly folder: string;
  /** False when nothing may be downloaded (a dry run): a dataset that would have to then throws. */
  readonly download: boolean;
  /** Stops downloads and decoding. */
  readonly signal: AbortSignal;
  /** Shows progress of long work: `done` of `total` in `unit`, such as 12.5 of 345 "MB". */
  progress(what: string, done: number, total: number, unit: string): void;
  /** Tells the user something once, such as a file that was skipped. */
  warn(message: string): void;
}

/** A dataset whose items are known, none of them decoded yet. */
export interface OpenDataset {
  /**
   * Changes whenever a decoded byte could: names, sizes and times of the files, and the options that shape pixels. Sizes
   * and times of change alone do not do, as `cp -p`, `rsync -t` and `tar` keep them: `ctime` and `ino` of a file change.
   * Where the files are need not be in it; see `Plugin.locates`.
   */
  readonly fingerprint: string;
  /** One entry a picture. `label` indexes `classes`. */
  readonly items: readonly { readonly name: string; readonly label?: number }[];
  /** Names of the classes, where pictures have labels. */
  readonly classes?: readonly string[];
  /** Indices into `items`; no index in both, unless `measuresTraining`. */
  readonly splits: { readonly train: readonly number[]; readonly validation: readonly number[] };
  /** True where the validation pictures are training pictures: sets without a split, used as their reference does. */
  readonly measuresTraining?: boolean;
  /** At most this fraction of the pictures may fail to decode before opening fails; what fails is reported and skipped. Default 0.01. */
  readonly brokenLimit?: number;
  /**
   * Decodes, crops and resizes one picture: bytes `[height, width, channels]`, row by row.
   *
   * @throws {Error} when the picture cannot be read: it is then reported and skipped
   */
  pixels(index: number): Promise<Uint8Array>;
}

/** Pictures of one shape, in a training and a validation split. */
export interface Dataset {
  /** Shape of every picture, known before any file is opened. */
  readonly image: ImageShape;
  /** Lists the pictures, downloading them first where needed. */
  open(tools: OpenTools): Promise<OpenDataset>;
}
