/** Small plugins for the tests of recipes. */
import { z } from "zod";
import type { Kind } from "../kinds/mod.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { PluginSource } from "./types.ts";

const size = z.int().min(8).max(512);

function fake(kind: Kind, name: string, options: z.ZodObject = z.object({}), needs: string[] = []): AnyPlugin {
  const create = () => {
    throw new Error("Fake plugins make no stage");
  };
  return { kind, name, summary: `A ${kind}`, options, needs: needs as never[], create };
}

const multistep = z.object({
  steps: z.int().positive().default(20).describe("diffusion steps"),
  order: z.int().min(1).max(5).default(3).describe("order"),
}).superRefine(({ steps, order }, context) => {
  if (steps >= order) return;
  context.addIssue({
    code: "custom",
    path: ["order"],
    message: `Sampler "multistep" has order ${order} but takes only ${steps} steps`,
    params: {
      fix: `a multistep sampler needs at least as many steps as its order: use steps: ${order} or order: ${steps}`,
    },
  });
});

const all: AnyPlugin[] = [
  fake("dataset", "emoji", z.object({ image_size: size.default(32).describe("pixels") })),
  fake(
    "dataset",
    "image-folder",
    z.object({ folder: z.string().min(1).describe("where the pictures are"), image_size: size.default(64) }),
  ),
  fake("augmentation", "horizontal-flip"),
  fake("augmentation", "random-crop", z.object({ margin: z.number().min(0).max(1).default(0.1) })),
  fake("normalizer", "mean-variance"),
  fake("normalizer", "range", z.object({ end: z.number().nullable().default(1) })),
  fake(
    "network",
    "residual-unet",
    z.object({
      widths: z.array(z.int().positive()).min(1).default([32, 64, 96, 128]).describe("channels at each resolution"),
      block_depth: z.int().positive().default(2).describe("residual blocks at each resolution"),
      embedding_dims: z.int().positive().multipleOf(2).default(32),
      max_frequency: z.number().positive().default(1000),
      attention: z.object({ heads: z.int().positive().default(4), at: z.array(z.int()).default([]) }).optional(),
    }),
  ),
  fake("network", "plain-unet", z.object({ widths: z.array(z.int().positive()), dropout: z.number().default(0) })),
  fake("schedule", "cosine", z.object({ start: z.number().default(2.5), end: z.number().default(-7.5) })),
  fake("schedule", "linear"),
  fake("parametrization", "noise"),
  fake("parametrization", "velocity"),
  fake("loss", "denoising", z.object({ weighting: z.enum(["noise", "signal", "velocity"]).default("noise") })),
  fake(
    "optimizer",
    "adamw",
    z.object({ learning_rate: z.number().positive().default(1e-3), amsgrad: z.boolean().default(false) }),
  ),
  fake("ema", "exponential", z.object({ decay: z.number().min(0).lt(1).default(0.999) })),
  fake(
    "sampler",
    "ddim",
    z.object({ steps: z.int().positive().default(20), stochasticity: z.number().min(0).default(0) }),
  ),
  fake("sampler", "multistep", multistep),
  fake("metric", "noise"),
  fake("metric", "kid", z.object({ sampler: z.string().optional() }), ["sampler"]),
  fake("backend", "auto"),
];

/** Fakes of every kind. Files add nothing, and those named `broken.ts` do not load. */
export const fakes: PluginSource = {
  defaults: {
    normalizer: "mean-variance",
    schedule: "cosine",
    parametrization: "noise",
    loss: "denoising",
    optimizer: "adamw",
    ema: "exponential",
    samplers: { preview: { use: "ddim", steps: 5 } },
    backend: "auto",
  },
  names: (kind) => all.filter((plugin) => plugin.kind === kind).map((plugin) => plugin.name).sort(),
  load: (kind, name) => Promise.resolve(all.find((plugin) => plugin.kind === kind && plugin.name === name)),
  withFiles(files) {
    const broken = files.find((file) => file.endsWith("broken.ts"));
    if (broken === undefined) return Promise.resolve(fakes);
    const place = { file: broken, line: 1, column: 1, length: 5 };
    return Promise.reject(
      new DenoiseError({ code: "plugin-file-broken", message: "Cannot load a plugin", help: [], place }),
    );
  },
};
