/**
 * What each command answers with `--json`: the shape of its document, which docs/json.md shows. What is not listed here
 * is not printed. Fields may be added; one that is there keeps its name and its meaning.
 */
import { z } from "zod";

/** A number; null where it is not finite, which JSON cannot say. */
const number = z.preprocess((value) => Number.isFinite(value) ? value : null, z.number().nullable());
const count = z.int().min(0);
const text = z.string();
const path = z.string();
const outcome = z.enum(["finished", "interrupted"]).describe("interrupted: a signal stopped it, as the exit code says");
const stopped = z.object({
  metric: text,
  value: number.describe("the best that was measured"),
  step: count.describe("at which it was"),
  patience: text.describe("for how long none was better, as train.patience says it"),
}).nullable().describe("why it ended before the recipe's end, where train.patience ended it");
const checkpoint = path.describe("the checkpoint whose weights were used");
const anything = z.unknown();
const used = z.object({
  name: text.describe("as it was asked for"),
  error: number.optional().describe(
    "of one that was computed: how far its profile is from that of its std, as a part of it",
  ),
  steps: z.array(count).optional().describe("of one that was computed: of which averages went into it"),
}).optional().describe("the average of the weights, where --ema asked for one");

const measurement = z.object({
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

const graphFields = {
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

const plugin = z.object({ kind: text, name: text });

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

const compiledFields = {
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

const measuredRun = {
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

/** The answers by command; a space sets a subcommand apart. */
export const answers = {
  run: z.object({
    outcome,
    folder: path.describe("the run folder"),
    step: count.describe("updates done"),
    epoch: count.describe("epochs completed"),
    checkpoint: path.nullable().describe("the newest; null where nothing was saved"),
    loss: number.nullable().describe("the last one; null where no step was done"),
    metrics: z.record(text, number).describe("the last measurement of each"),
    best: z.object({ metric: text, value: number, step: count }).nullable(),
    stopped,
    seconds: number.nullable().describe("of training, over all starts"),
  }),
  "run --dry-run": z.object({
    ...graphFields,
    folder: path.describe("the run folder that it would train in"),
    pictures: z.object({ train: count, validation: count }).nullable().describe("null where files are lacking"),
    lacking: z.array(text).describe("what the dataset says of files that are not here"),
    steps: count.nullable().describe("to train in all; null where the pictures are not here to be counted"),
    epochs: count.nullable().describe("null where the recipe counts in steps"),
    time: z.object({
      work: z.array(z.object({
        kind: text.describe("`step`, the name of a metric, `samples` or `checkpoint`"),
        times: count.describe("how often the whole run does it"),
        seconds: z.number().describe("that it takes each time"),
      })),
      starting: z.number().describe("seconds before the second step, with compiling"),
    }).nullable().describe("what was measured, with --probe; null otherwise"),
    gpu: z.object(compiledFields).nullable().describe("as compile:gpu answers of the training step, with --gpu"),
  }),
  sample: z.object({
    outcome,
    checkpoint,
    images: z.array(z.object({
      seed: count,
      file: path.optional().describe("where it has a file of its own: a name in `folder`"),
    })),
    folder: path.optional(),
    grid: path.optional().describe("the file with all pictures; - for standard output"),
    ema: used,
  }),
  serve: z.object({ url: text.describe("where it listens; printed once it does, and it then serves until a signal") }),
  evaluate: z.object({
    outcome,
    checkpoint,
    step: count.describe("updates of the weights"),
    metrics: z.array(measurement),
    ema: used,
    data: text.optional().describe("digest of the validation pictures"),
    json: path.optional().describe("file that the numbers were written to"),
  }),
  sweep: z.object({
    outcome,
    folder: path,
    cells: z.array(z.object({
      point: z.record(text, anything).describe("value of each setting"),
      run: path,
      step: count,
      evaluations: count.optional().describe("of the network for a picture; of a trained model alone"),
      metrics: z.array(measurement),
    })),
    files: z.array(path).describe("table and charts, once all is measured"),
  }),
  validate: z.object({
    valid: z.literal(true).describe("what is not valid is an error"),
    name: text,
    file: path,
    values: z.array(z.object({
      path: text,
      value: anything,
      from: z.enum(["default", "file", "command line"]),
      file: path.optional(),
      line: count.optional(),
      column: count.optional(),
    })).optional().describe("with --explain"),
  }),
  graph: z.object({ ...graphFields, drawing: path.nullable().describe("the file, with --out") }),
  picture: z.object({ file: path.describe("- for standard output"), cells: z.array(anything).optional() }),
  "picture (alone)": z.object({ pictures: z.array(z.object({ name: text, summary: text })) }),
  report: z.object({ file: path }),
  "compile:gpu": z.object(compiledFields),
  "plugins list": z.object({ plugins: z.array(plugin) }),
  "plugins show PLUGIN": z.object({
    ...plugin.shape,
    summary: text,
    source: text.nullable(),
    file: path.nullable().describe("null for a built-in plugin"),
    needs: z.array(text),
    capabilities: z.array(text),
    options: z.record(text, anything).describe("JSON Schema of its options"),
  }),
  "plugins show KIND": z.object({
    kind: text,
    summary: text,
    plugins: z.array(text),
    options: z.record(text, anything).describe("JSON Schema of the options of every plugin of this kind"),
    laws: z.array(text),
  }),
  new: z.object({ files: z.array(z.object({ path, about: text })) }),
  import: z.object({
    checkpoint: path,
    folder: path.nullable().describe("the run folder, unless a file was asked for"),
  }),
  export: z.object({ checkpoint, file: path, tensors: count, bytes: count }),
  ema: z.object({
    checkpoint: path.describe("the checkpoint or snapshot that it ends with"),
    std: number.describe("its width, as a part of the training"),
    step: count.describe("updates that it has seen"),
    error: number.describe("how far its profile is from that of its std, as a part of it: 0 where the run keeps it"),
    steps: z.array(count).describe("of which averages went into it; none where the run keeps it"),
    file: path,
    bytes: count,
  }),
  "runtime list": z.object({
    platform: text,
    processor: z.object({ model: text, cores: count }),
    accelerators: z.array(z.object({
      vendor: text,
      devices: z.array(text),
      driver: text.nullable(),
      cuda: z.number().nullable(),
    })),
    backend: z.object({
      plugin: path.nullable().describe("null where none is installed: the first run downloads one"),
      runtime: text.nullable(),
      reason: text,
    }),
    tensorflow: z.object({
      installation: text.nullable().describe("null where none is installed"),
      gpu: z.boolean().describe("whether it would run on a GPU"),
      reason: text.nullable().describe("why not on a GPU"),
    }),
    webgpu: z.object({
      adapter: text,
      software: z.boolean().describe("whether the processor computes, in the place of a GPU"),
      tensorBytes: count.describe("of the largest tensor"),
    }).nullable().describe("what the backend webgpu runs on; null where there is no adapter"),
    runtimes: z.array(z.object({
      name: text,
      what: text,
      version: text,
      tested: z.boolean(),
      state: z.enum(["installed", "damaged", "missing", "unavailable"]).describe(
        "missing: it can be added; unavailable: not built for this platform",
      ),
      usable: z.boolean().describe("whether there is a device for it here; what only compiles needs none"),
      downloadBytes: count,
      installed: z.array(z.object({ version: text, plugin: path, bytes: count, source: text })),
    })),
  }),
  "runtime add": z.object({ name: text, version: text, plugin: path, bytes: count, source: text }),
  "runtime remove": z.object({ name: text, freedBytes: count.nullable().describe("null where it was not installed") }),
  schema: z.object({ file: path }),
  recipes: z.object({
    recipes: z.array(z.object({ name: text, file: path, about: text.describe("what it is, in a sentence") })),
  }),
  runs: z.object({ folder: path, runs: z.array(z.object(measuredRun)) }),
};

/** The document of any command that fails. */
export const failure = z.object({
  error: z.object({
    message: text.describe("the first problem, in a line"),
    exitCode: count.describe("of the process"),
    problems: z.array(z.object({
      code: text.describe("stable name, such as unknown-option"),
      message: text,
      help: z.array(text).describe("what is allowed, the nearest name, what to do"),
      place: z.object({
        file: path,
        line: z.int().min(1),
        column: z.int().min(1),
        length: z.int().min(1),
      }).optional().describe("where, when it is in a file; lines and columns count from 1"),
    })),
  }),
});

/** Name of an answer. */
export type AnswerName = keyof typeof answers;
/** What a command hands over to be printed. */
export type Answer<N extends AnswerName> = Unchanging<z.input<(typeof answers)[N]>>;

type Unchanging<T> = T extends object ? { readonly [K in keyof T]: Unchanging<T[K]> } : T;
