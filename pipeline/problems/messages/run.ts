/** Messages about run folders, checkpoints, training, sampling and evaluating, in alphabetical order of code. Paths stay whole. */
import { pathHints } from "../../../lib/files/mod.ts";
import { shellWord } from "../../terminal/shell.ts";
import { localTime } from "../../terminal/units.ts";
import { found, listed, type Message } from "./text.ts";
import { keptPrecision, runHelp } from "./runs.ts";

/** A run on another backend than before, or on more or fewer devices. */
export function backendChanged(before: string, now: string): Message {
  return {
    code: "backend-changed",
    message: `Backend was ${before} and is now ${now}: the run continues, but not bit for bit as it would have`,
    help: [`to continue exactly, use backend: ${before}`],
  };
}

/** A number on the command line that is out of range. */
export function badNumber(name: string, value: number, least: number, most: number): Message {
  return {
    code: "bad-number",
    message: `Cannot use "--${name} ${value}"`,
    help: [`expected a whole number from ${least} to ${most}`],
  };
}

/** A damaged checkpoint, with an older one to resume from. */
export function checkpointDamaged(reason: string, to: string, aside: string): Message {
  return {
    code: "checkpoint-damaged",
    message: reason,
    help: [`resuming from ${to}`, `the damaged one is kept as ${aside}`],
  };
}

/** A field of a checkpoint's metadata that cannot be. `expected`: such as "a whole number". */
export function checkpointField(path: string, field: string, value: unknown, expected: string): Message {
  return {
    code: "checkpoint-field",
    message: `Cannot use "${path}" as a checkpoint: its ${field} is ${found(value)}, expected ${expected}`,
    help: ["use another checkpoint of the run, or a copy of this one: it was damaged, or written by another program"],
  };
}

/** Tensors that do not fit the recipe. */
export function checkpointMismatch(path: string, what: string): Message {
  return {
    code: "checkpoint-mismatch",
    message: `Cannot load checkpoint "${path}" into the stages of this recipe: ${what}`,
    help: ["its weights fit the recipe in it: leave out what changes the network, or name the checkpoint itself"],
  };
}

/** Neither a run nor a checkpoint. */
export function checkpointMissing(path: string, isThere: boolean, runs: Parameters<typeof runHelp>[0]): Message {
  return {
    code: "checkpoint-missing",
    message: isThere ? `Found no checkpoint in "${path}"` : `Cannot find run "${path}"`,
    help: [...pathHints(path), ...runHelp(runs)],
  };
}

/** A file of another kind, a recipe perhaps. `run`: the run folder that it is in, if any. */
export function checkpointOther(path: string, run: string | undefined): Message {
  const [, recipe] = /([^/\\]+)\.ya?ml$/i.exec(path) ?? [];
  return {
    code: "checkpoint-other",
    message: `Cannot use "${path}" as a checkpoint: its name does not end in .safetensors`,
    help: run !== undefined ? [`name its run folder: ${run}`] : [
      `name a run folder, such as runs/${recipe ?? "quickstart"}, or a checkpoint in it`,
      ...(recipe === undefined ? [] : [`train first: deno task run ${shellWord(path)}`]),
    ],
  };
}

/** A safetensors file of something else. */
export function checkpointUnknown(path: string): Message {
  return {
    code: "checkpoint-unknown",
    message: `Cannot use "${path}" as a checkpoint: it has no Denoise training state`,
    help: ["checkpoints are in runs/<name>/checkpoints"],
  };
}

/** A run without any checkpoint that can be read. */
export function checkpointsDamaged(folder: string, reasons: readonly string[]): Message {
  return {
    code: "checkpoints-damaged",
    message: `Cannot resume "${folder}": every checkpoint is damaged`,
    help: [...reasons, "start over with --fresh: the old folder is kept under another name"],
  };
}

/** A disk that failed while a run was trained. `kept`: the newest checkpoint; `again`: the command that continues. */
export function diskFailed(what: string, fix: string, kept: string | undefined, again: string): Message {
  return {
    code: "disk-failed",
    message: what,
    help: [
      fix,
      kept === undefined ? "there is no checkpoint yet: nothing is lost" : `the last checkpoint is kept: ${kept}`,
      `then continue with: ${again}`,
    ],
  };
}

/** NaN or infinity. `kept`: the last good checkpoint. */
export function diverged(what: string, step: number, kept: string | undefined): Message {
  return {
    code: "diverged",
    message: `Training stopped at step ${step}: ${what}`,
    help: [
      "likely causes: too high a learning rate (try a third of optimizer.learning_rate), pictures that are all the same,",
      "or a plugin of yours that divides by zero or takes the root or logarithm of a negative number",
      kept === undefined ? "there is no checkpoint yet to resume from" : `the last good checkpoint is kept: ${kept}`,
    ],
  };
}

/** A safetensors file that is none, or not whole. */
export function fileDamaged(path: string, what: string): Message {
  return {
    code: "file-damaged",
    message: `Cannot read "${path}" as a safetensors file: ${what}`,
    help: ["use another checkpoint of the run, or a copy of this one"],
  };
}

/** More pictures asked for than any metric would look at. */
export function imagesUnused(images: number): Message {
  return {
    code: "images-unused",
    message: `Cannot measure with ${images} pictures: no metric of the recipe generates any`,
    help: ["add one that does, such as metrics: [{ use: kid, sampler: preview }], or leave --images out"],
  };
}

/** Other samplers or metrics than before. */
export function measuringChanged(differences: readonly string[]): Message {
  return {
    code: "measuring-changed",
    message:
      "Samplers or metrics have changed: training continues exactly, but numbers and samples may not be comparable with earlier ones",
    help: differences,
  };
}

/**
 * A metric that lacks what it measures with. `what`: why, and `help` what to do about it. `stage`: the metric's id, where
 * the command continues without it.
 */
export function metricUnavailable(name: string, what: string, help: readonly string[], stage?: string): Message {
  return {
    code: "metric-unavailable",
    message: `Cannot measure "${name}": a file it needs is missing${
      stage === undefined ? "" : "; everything else continues without it"
    }`,
    help: [what, ...help, ...(stage === undefined ? [] : [`or leave ${stage} out of the recipe`])],
  };
}

/** Nothing to evaluate by. */
export function metricsMissing(): Message {
  return {
    code: "metrics-missing",
    message: "Cannot evaluate: the recipe has no metrics",
    help: ["add metrics: [validation-error]"],
  };
}

/** Nothing left to evaluate by. */
export function metricsUnavailable(): Message {
  return {
    code: "metrics-unavailable",
    message: "Cannot evaluate: each metric of the recipe lacks a file it needs",
    help: ["the warnings above say what is missing, and where to place it"],
  };
}

/** A path that a shell was to expand. `what`: the option, the argument or the variable; `begin`: what is not known. */
export function pathUnexpanded(what: string, path: string, begin: string): Message {
  return {
    code: "path-unexpanded",
    message: `Cannot use "${path}" as ${what}: only a shell expands "${begin}"`,
    help: [
      "write the full path, or remove the quotes that keep the shell from expanding it",
      `for a folder with that name: ./${path}`,
    ],
  };
}

/** A run that would not be the same any more. */
export function recipeChanged(folder: string, differences: readonly string[]): Message {
  return {
    code: "recipe-changed",
    message: `Cannot resume "${folder}": the recipe has changed since it was trained there`,
    help: [
      ...differences,
      "what may change: train (how long, when to save, what to keep), samplers, metrics, the backend but for its precision",
      ...differences.flatMap(keptPrecision),
      "start over with --fresh: the old folder is kept under another name",
      "or give the recipe another name, to train beside the old run",
    ],
  };
}

/** A report that could not be written, after all else was. */
export function reportUnwritten(folder: string, reason: string): Message {
  return {
    code: "report-unwritten",
    message: `Cannot write the report of the run: ${reason}`,
    help: [`the run is complete without it; try again with: deno task report ${folder}`],
  };
}

/** Another process in the same folder, as far as it says which. */
export function runBusy(
  folder: string,
  { process, since }: { process?: string | undefined; since?: Date | undefined },
): Message {
  const who = process === undefined ? "another process" : `process ${process}`;
  const when = since === undefined ? "" : `; it began at ${localTime(since)}`;
  return {
    code: "run-busy",
    message: `Cannot train in "${folder}": ${who} is already training there${when}`,
    help: ["wait for it, stop it with Ctrl-C, or give the recipe another name"],
  };
}

/** A run folder that cannot be made or written to, with the operating system's reason. */
export function runFolderUnwritable(folder: string, reason: string): Message {
  return {
    code: "run-folder-unwritable",
    message: `Cannot write to the run folder "${folder}": ${reason}`,
    help: ["name a folder that you may write to with --runs <folder>"],
  };
}

/** Nothing to sample with. */
export function samplersMissing(): Message {
  return {
    code: "samplers-missing",
    message: "Cannot generate pictures: the recipe has no sampler",
    help: ["add samplers: { preview: ddim }"],
  };
}

/** Pictures with NaN or infinity in them. */
export function samplesNotFinite(id: string, plugin: string): Message {
  return {
    code: "samples-not-finite",
    message: `Pictures of ${id} contain NaN or infinity, which appear as black or white`,
    help: [`look for a division by zero in ${plugin} or at the end of its plan, or train for longer`],
  };
}

/** The seed of training, changed where pictures are generated. `text`: such as "seed=3". */
export function seedOverride(text: string): Message {
  return {
    code: "seed-override",
    message: `Cannot generate pictures with "${text}": that is the training seed`,
    help: [`use --seed ${text.slice("seed=".length)}`],
  };
}

/** A loss that is that of a network which answers zero. */
export function stuck(step: number, loss: number, zero: number): Message {
  return {
    code: "stuck",
    message: `Loss after ${step} steps is ${loss.toFixed(4)}, no better than always predicting zero (${
      zero.toFixed(4)
    })`,
    help: [
      `likely causes: ${
        listed([
          "too low or far too high a learning rate",
          "too strong a weight decay",
          "a network whose input cannot reach its output",
        ], "or")
      }`,
      "training continues; Ctrl-C stops it and saves",
    ],
  };
}

/** A metric without pictures. `training`: a run may also do without metrics. */
export function validationMissing(training = false): Message {
  return {
    code: "validation-missing",
    message: "Cannot measure the metrics: the dataset has no validation pictures",
    help: [
      "hold some out with an option of the dataset, such as validation: 0.1",
      ...(training ? ["or train without: metrics: []"] : []),
    ],
  };
}
