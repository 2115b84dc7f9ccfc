/** Messages about sweeps, in alphabetical order of code. Paths stay whole. */
import { listed, type Message, quote } from "./text.ts";

/** Averages of what is not trained yet. */
export function sweepAverages(target: string): Message {
  return {
    code: "sweep-averages",
    message: `Cannot sweep over averages of "${target}": it is not a trained model`,
    help: ["name a run folder: deno task sweep runs/x --ema 0.05,0.1", "or vary what is trained, such as ema.decay=…"],
  };
}

/** One key with two lists of values. */
export function sweepAxisTwice(key: string): Message {
  return {
    code: "sweep-axis-twice",
    message: `Cannot sweep over "${key}" twice`,
    help: [`give all its values at once: ${key}=1,2,3`],
  };
}

/** A kept table that is none. */
export function sweepDamaged(path: string, reason: string): Message {
  return {
    code: "sweep-damaged",
    message: `Cannot read the table in "${path}": ${reason}`,
    help: ["remove the file: missing numbers are measured again, and runs resume where they stopped"],
  };
}

/** Models of a sweep that were trained or measured on different pictures. */
export function sweepDataMixed(folder: string): Message {
  return {
    code: "sweep-data-mixed",
    message:
      "The pictures have changed since part of this sweep was trained or measured: the numbers are not comparable",
    help: [`start over with --fresh, or remove the runs in ${folder} that are to be trained again, and sweep.json`],
  };
}

/** Nothing to compare. */
export function sweepEmpty(): Message {
  return {
    code: "sweep-empty",
    message: "Found nothing to sweep over: no setting has several values",
    help: [
      "give values with commas between: schedule=cosine,linear samplers.preview.steps=5,20",
      "or write them into the recipe: sweep: { schedule: [cosine, linear] }",
    ],
  };
}

/** A setting that names runs apart. */
export function sweepName(): Message {
  return {
    code: "sweep-name",
    message: 'Cannot sweep over "name": each run of a sweep gets its own',
    help: ["leave name out, or give it one value"],
  };
}

/** A setting that a trained model has been trained with. */
export function sweepNeedsTraining(key: string, target: string): Message {
  return {
    code: "sweep-needs-training",
    message: `Cannot sweep over ${quote(key)} of a trained model: other values of it need training`,
    help: [
      "what may vary without training: samplers, such as samplers.preview.steps=5,20, metrics, and --ema 0.05,0.1",
      target.endsWith(".safetensors")
        ? `to train a model for each value, name a recipe: deno task sweep RECIPE ${key}=…`
        : `to train a model for each value, name its recipe: deno task sweep ${target}/recipe.yaml ${key}=…`,
    ],
  };
}

/** Settings that change no number. `sampler`: the one that the first is of. */
export function sweepSame(keys: readonly string[], metrics: readonly string[], sampler = "preview"): Message {
  return {
    code: "sweep-same",
    message: `Found nothing to compare: ${listed(metrics, "and")} ${
      metrics.length === 1 ? "measures" : "measure"
    } the same for every value of ${listed(keys, "and")}`,
    help: [
      `add a metric that looks at pictures of the sampler: "metrics=[{ use: feature-distance, sampler: ${sampler} }]"`,
    ],
  };
}

/** A list of values that is not closed. */
export function sweepUnclosed(text: string, open: string): Message {
  return {
    code: "sweep-unclosed",
    message: `Cannot tell the values of ${quote(text)} apart: ${listed([open])} is not closed`,
    help: ["close each bracket, brace and quote"],
  };
}

/** A grid in a recipe that the user did not type. */
export function sweepUntrusted(key: string): Message {
  return {
    code: "sweep-untrusted",
    message: `Cannot sweep over ${quote(key)}: the grid comes from a recipe that is not one you typed`,
    help: ["type the settings, such as schedule=cosine,linear, or add --trust"],
  };
}

/** Settings of a sampler whose pictures nothing measures. */
export function sweepUnused(key: string, sampler: string): Message {
  return {
    code: "sweep-unused",
    message: `No metric uses sampler ${quote(sampler)}: every value of ${key} measures the same`,
    help: [`add a metric that looks at pictures, such as metrics: [{ use: kid, sampler: ${sampler} }]`],
  };
}
