/** The options of `train`: how long, and what is kept. */
import { z } from "zod";
import { interval } from "../kinds/interval.ts";
import type { TrainSettings } from "./types.ts";

/** Schema of `train`. That exactly one of `epochs` and `steps` is given is checked apart, in its own words. */
export const trainSchema = z.object({
  epochs: z.int().positive().optional().describe("passes over the training pictures; or give steps"),
  steps: z.int().positive().optional().describe("updates of the weights; or give epochs"),
  accumulate: z.int().positive().max(4096).optional().describe(
    "parts in which a batch goes through the network, one after the other: less memory, the same update; default: 1",
  ),
  from: z.string().min(1).optional().describe(
    "run folder, checkpoint or exported weights whose average weights training starts from; relative to the recipe",
  ),
  checkpoint: interval.default("1 epoch").describe('how often a checkpoint is written, such as "500 steps"'),
  keep: z.object({
    last: z.int().positive().default(2).describe("number of newest checkpoints to keep"),
    best: z.string().optional().describe("number of a metric: the checkpoint with its best value is kept as well"),
  }).prefault({}).describe("checkpoints to keep"),
  patience: interval.optional().describe(
    'ends training when the number of keep.best has not got better for this long, such as "20 epochs" (default: never)',
  ),
  snapshots: interval.optional().describe(
    'how often the average weights are kept for good, such as "5 epochs" (default: never)',
  ),
  samples: z.object({
    every: interval.default("1 epoch").describe('how often, such as "1 epoch" or "500 steps"'),
    rows: z.int().positive().max(64).default(4).describe("rows of the grid"),
    columns: z.int().positive().max(64).default(8).describe("columns of the grid"),
    sampler: z.string().optional().describe("name of one of samplers (default: the first)"),
    classes: z.enum(["all"]).optional().describe(
      "all: a row for each class, in place of rows, with the same noises in each; default: the classes in turn",
    ),
  }).prefault({}).describe("grid of pictures from one fixed noise, sampled while training"),
});

// Fails to compile when the schema and the interface part.
const _same = (options: z.output<typeof trainSchema>): TrainSettings => options;
