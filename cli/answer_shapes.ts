/** The shapes that answers with `--json` share. */
import { z } from "zod";

/** A number; null where it is not finite, which JSON cannot say. */
export const number = z.preprocess((value) => Number.isFinite(value) ? value : null, z.number().nullable());
export const count = z.int().min(0);
export const text = z.string();
export const path = z.string();
export const outcome = z.enum(["finished", "interrupted"]).describe(
  "interrupted: a signal stopped it, as the exit code says",
);
export const stopped = z.object({
  metric: text,
  value: number.describe("the best that was measured"),
  step: count.describe("at which it was"),
  patience: text.describe("for how long none was better, as train.patience says it"),
}).nullable().describe("why it ended before the recipe's end, where train.patience ended it");
export const checkpoint = path.describe("the checkpoint whose weights were used");
export const anything = z.unknown();
export const used = z.object({
  name: text.describe("as it was asked for"),
  error: number.optional().describe(
    "of one that was computed: how far its profile is from that of its std, as a part of it",
  ),
  steps: z.array(count).optional().describe("of one that was computed: of which averages went into it"),
}).optional().describe("the average of the weights, where --ema asked for one");

export const measurement = z.object({
  id: text.describe("stage of the recipe, such as metrics[0]"),
  label: text.describe("what people call it"),
  name: text.describe("as train.keep.best names it"),
  value: number.describe("in the unit of the metric; null where it is not finite"),
  spread: number.optional().describe("standard deviation over the parts that the value is the mean of"),
  classes: z.array(z.object({
    name: text,
    value: number,
    spread: number.optional(),
  })).optional().describe("the same of each class by itself, where the metric has by_class"),
  byLevel: z.array(z.object({
    from: number.describe("log-SNR where the range begins; in the outer ones are those beyond, too"),
    to: number.describe("log-SNR where it ends"),
    value: number,
    pictures: count.describe("how many it is the mean of"),
  })).optional().describe("the same by noise level, from the noisiest range on"),
  better: z.enum(["lower", "higher"]).describe("which way is better"),
});

const stage = z.object({
  id: text.describe("its path in the recipe, such as samplers.preview"),
  kind: text,
  plugin: text,
  options: z.record(text, anything).describe("all options, defaults filled in"),
  facts: z.array(text).describe("what the text says of it"),
});

export const graphFields = {
  name: text.describe("name of the recipe"),
  file: path.describe("where it was read"),
  seed: count,
  image: z.object({ height: count, width: count, channels: count }).describe("what the network sees"),
  backend: text.describe("what runs the tensors, in words"),
  stages: z.array(stage),
  edges: z.array(z.object({ from: text, to: text, slot: text })).describe("which stage asked for which"),
  cost: z.object({
    batch: count,
    parameters: count,
    stepFlops: number.describe("a training step, a multiply-add counting as two"),
    evaluationFlops: number.describe("the network on a batch"),
    stepBytes: number.describe("most bytes of tensors at once in a step"),
    stateBytes: number,
  }).nullable().describe("null where a plugin uses an op of unknown cost"),
};

export const plugin = z.object({ kind: text, name: text });

const compiledProgram = z.object({
  name: text,
  turn: z.boolean().describe("whether the numbers are those of one turn of its loop"),
  kernels: count,
  small: count.describe("kernels that move less than a megabyte"),
  bytes: count.describe("of operands and results of all kernels: the most that is moved"),
  bytesSeconds: number.describe("that moving them takes at the full bandwidth"),
  flops: number.describe("of convolutions and products, a multiply-add counting as two"),
  flopsSeconds: number.describe("that they take at the peak of their types"),
  seconds: number.describe("each kernel as long as the longer of the two"),
  work: z.array(z.object({
    what: text.describe("convolution, input gradient, filter gradient, product or attention"),
    library: text.describe("cuDNN, cuBLAS, Triton or XLA"),
    type: text.describe("what the factors are multiplied in: float32, tf32, bfloat16 or other"),
    count,
    flops: number,
  })),
  copies: count.describe("kernels that only copy or transpose"),
  copiedBytes: count,
  collectives: count.describe("exchanges between GPUs"),
  collectiveBytes: count,
  memory: z.object({
    arguments: count,
    results: count,
    shared: count.describe("the part of the results that takes over memory of arguments"),
    temporary: count,
    code: count,
    total: count.describe("all of it at once"),
  }),
  largest: z.array(z.object({ name: text, kind: text, bytes: count })).describe("the kernels that move most"),
});

export const compiledFields = {
  gpu: z.object({
    name: text,
    model: text,
    memory: count,
    bandwidth: number.describe("bytes a second"),
    peaks: z.object({ float32: number, tf32: number, bfloat16: number }).describe("FLOP a second"),
  }),
  devices: count.describe("GPUs that share each batch; the programs' numbers are those of each"),
  batch: count,
  availableBytes: count.describe("what XLA takes of the memory"),
  fits: z.boolean().describe("whether each of the programs does"),
  programs: z.array(compiledProgram),
};

export const measuredRun = {
  name: text,
  folder: path,
  state: z.enum(["training", "stopped", "finished", "unknown"]).describe(
    "unknown: its recipe cannot be read, so its length is not known",
  ),
  step: count,
  steps: count.nullable().describe("of how many; null where that is not known yet"),
  epoch: count,
  epochs: count.nullable().describe("null where the recipe counts in steps"),
  loss: number.nullable().describe("the last one"),
  best: z.object({ metric: text, value: number, step: count }).nullable(),
  stopped,
  metrics: z.record(text, number).describe("the last measurement of each"),
  bytes: count.describe("on the disk"),
  changed: text.describe("when something of it was last written, as ISO 8601 in UTC"),
};
