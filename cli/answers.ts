/**
 * What each command answers with `--json`: the shape of its document, which docs/json.md shows. What is not listed here
 * is not printed. Fields may be added; one that is there keeps its name and its meaning.
 */
import { z } from "zod";
import {
  anything,
  checkpoint,
  compiledFields,
  count,
  graphFields,
  measuredRun,
  measurement,
  number,
  outcome,
  path,
  plugin,
  stopped,
  text,
  used,
} from "./answer_shapes.ts";

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
    prefer: text.nullable().describe("when to take it rather than another; null where it does not say"),
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
