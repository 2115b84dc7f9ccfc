/** A long training: what the process holds stays level, and what it writes grows with the steps alone. */
import { join } from "node:path";
import { count, scaled } from "../../pipeline/terminal/units.ts";
import { backend, runProcess } from "./process.ts";
import { drawPictures } from "./scenes.ts";
import { type HeapPoint, slopeOf } from "./long/slope.ts";
import { listFiles } from "./tree.ts";
import type { Fault, Torture, TortureOptions, TortureResult } from "./types.ts";

/** A trial is a thousand steps in four epochs; they are one run, as a leak shows only with time. */
const stepsOfTrial = 1000;
const epochsOfTrial = 4;
/** Measurements of a run, about. */
const measurements = 100;

/** What a process holds, and its limits. */
interface Limit {
  /** What it may grow by in a thousand steps, by its slope. */
  readonly slope: number;
  /** What it may grow by from the first to the last measurement, whatever the slope: caches fill, threads start. */
  readonly rise: number;
  readonly unit: string;
}

const limits: Readonly<Record<string, Limit>> = {
  heap: { slope: 20_000, rise: 1_000_000, unit: "B" },
  external: { slope: 10_000, rise: 10_000_000, unit: "B" },
  resident: { slope: 500_000, rise: 60_000_000, unit: "B" },
  tensors: { slope: 0.5, rise: 8, unit: "" },
  "tensor bytes": { slope: 10, rise: 1_000, unit: "B" },
  "XLA's buffers": { slope: 0.5, rise: 12, unit: "" },
  "open files": { slope: 0.1, rise: 4, unit: "" },
  threads: { slope: 0.5, rise: 64, unit: "" },
};

/** Steps before the level part of a run: its first epochs compile, measure and save for the first time. */
const warmUp = 1200;

/** Bytes that a step, and an epoch, may add to the run folder. */
const bytesOfStep = 160;
const bytesOfEpoch = 2_000;
/** Bytes of a run folder however long it is: checkpoints, recipe, report. */
const bytesOfRun = 2_000_000;

const recipe = (pictures: string, trials: number) =>
  `name: long
seed: 5
dataset: { use: image-folder, folder: ${JSON.stringify(pictures)}, image_size: 8, batch_size: 16, repeats: 57 }
augmentation: [horizontal-flip]
network: { use: residual-unet, widths: [4], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2 } }
metrics: [{ use: validation-error, every: 4 epochs }]
backend: ${backend}
train:
  steps: ${trials * stepsOfTrial}
  checkpoint: 500 steps
  keep: { last: 2, best: noise }
  samples: { every: 1 epochs, rows: 1, columns: 2 }
`;

async function run({ first = 0, trials, folder, signal, progress }: TortureOptions): Promise<TortureResult> {
  if (Deno.build.os !== "linux") return { trials: 0, faults: [], figures: { "not done": "it reads /proc of Linux" } };
  const all = first + trials; // a fault is repeated by a run that is as long
  const [pictures, lines] = [join(folder, "pictures"), join(folder, "figures.jsonl")];
  await drawPictures(pictures);
  await Deno.remove(join(folder, "runs"), { recursive: true }).catch(() => {}); // of an earlier torture
  await Deno.remove(lines).catch(() => {});
  await Deno.writeTextFile(join(folder, "recipe.yaml"), recipe(pictures, all));
  const every = Math.max(20, Math.round(all * stepsOfTrial / measurements));
  const args = ["recipe.yaml", "runs", "cache", lines, String(every)];
  const watching = setInterval(async () => {
    const last = (await readLines(lines)).at(-1)?.step ?? 0;
    progress(Math.floor(last / stepsOfTrial), all);
  }, 2000);
  const limit = all * stepsOfTrial * 1000; // a second a step: nothing but a hang takes as long
  const ended = await runProcess(args, {
    folder,
    program: "tests/torture/long/child.ts",
    v8Flags: ["--expose-gc"],
    limit,
    signal,
  });
  clearInterval(watching);
  const measured = await readLines(lines);
  const done = Math.floor((measured.at(-1)?.step ?? 0) / stepsOfTrial);
  progress(done, all);
  if (signal.aborted) return { trials: done, faults: [], figures: {} };
  const faults: string[] = [];
  if (ended.code !== 0) faults.push(`the training ended with ${ended.code}: ${ended.complaint || ended.output}`);
  const { grown, figures } = growth(measured);
  faults.push(...grown, ...await sizes(join(folder, "runs", "long"), all));
  const trial = all - 1;
  return { trials: done, faults: faults.map((what): Fault => ({ trial, what })), figures };
}

type Line = Readonly<Record<string, number>>;

async function readLines(path: string): Promise<Line[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** What grew more than it may, and the figures. */
function growth(lines: readonly Line[]): { grown: string[]; figures: Record<string, string | number> } {
  const level = lines.slice(Math.floor(lines.length / 5)).filter(({ step }) => step! > warmUp);
  const last = level.at(-1);
  if (last === undefined) return { grown: ["nothing was measured"], figures: {} };
  const grown: string[] = [];
  const figures: Record<string, string | number> = { steps: last.step! };
  for (const [name, { slope: most, rise, unit }] of Object.entries(limits)) {
    const text = (value: number) => unit === "" ? count(value) : scaled(Math.abs(value), unit);
    const points = level.map((line): HeapPoint => ({ step: line.step!, value: line[name]! }));
    const slope = 1000 * slopeOf(points);
    figures[name] = `${text(last[name]!)} (${slope < 0 ? "−" : "+"}${text(Math.abs(slope))} in 1,000 steps)`;
    // Only both together are a leak: a slope that continues, and one that has come to something.
    if (slope > most && last[name]! - level[0]![name]! > rise) {
      grown.push(`${name} grows by ${text(slope)} in 1,000 steps, to ${text(last[name]!)}`);
    }
  }
  const pace = (part: readonly Line[]) =>
    (part.at(-1)!.milliseconds! - part[0]!.milliseconds!) / (part.at(-1)!.step! - part[0]!.step!);
  const third = Math.max(2, Math.floor(level.length / 3));
  figures["ms a step"] = `${pace(level.slice(0, third)).toFixed(1)} at first, ${
    pace(level.slice(-third)).toFixed(1)
  } at last`;
  return { grown, figures };
}

/** What is wrong with the size of the run folder. */
async function sizes(folder: string, trials: number): Promise<string[]> {
  const files = await listFiles(folder);
  const bytes = await Promise.all(files.map(async (path) => (await Deno.stat(join(folder, path))).size));
  const size = bytes.reduce((sum, size) => sum + size, 0);
  const most = bytesOfRun + trials * (stepsOfTrial * bytesOfStep + epochsOfTrial * bytesOfEpoch);
  return size <= most ? [] : [`the run folder has ${scaled(size, "B")}, more than ${scaled(most, "B")}`];
}

export default {
  name: "long",
  summary: "a training of many steps: memory, tensors, buffers and open files stay level; log and folder grow evenly",
  trials: { short: 2, default: 10, hour: 200 },
  run,
} satisfies Torture;
