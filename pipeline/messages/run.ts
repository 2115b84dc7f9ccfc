/** Messages about run folders, checkpoints, training, sampling and evaluating. */
import type { Problem } from "../problem.ts";

export function damagedFile(path: string, what: string): Problem {
  return {
    code: "damaged-file",
    message: `Cannot read "${path}" as a safetensors file: ${what}`,
    help: ["It was cut short, changed, or is another kind of file", "Use another checkpoint of the run, or a copy"],
  };
}

export function noCheckpointData(path: string): Problem {
  return {
    code: "no-checkpoint",
    message: `Cannot use "${path}" as a checkpoint: it holds no training state of Denoise`,
    help: ["Checkpoints stand in the folder checkpoints of a run, such as runs/quickstart/checkpoints"],
  };
}

export function checkpointMismatch(path: string, what: string): Problem {
  return {
    code: "checkpoint-mismatch",
    message: `Cannot load "${path}" into this recipe's network: ${what}`,
    help: ["Use the recipe it was trained with: the checkpoint holds it, so name the checkpoint instead of a recipe"],
  };
}

export function noCheckpoint(path: string): Problem {
  return {
    code: "no-checkpoint",
    message: `Found no checkpoint in "${path}"`,
    help: ['Name a run folder, such as "runs/quickstart", or a checkpoint in it', "Train first: deno task run RECIPE"],
  };
}

export function noGoodCheckpoint(folder: string, reasons: readonly string[]): Problem {
  return {
    code: "no-good-checkpoint",
    message: `Cannot resume "${folder}": every checkpoint in it is damaged`,
    help: [...reasons, "Start over with --fresh: the old folder is kept under another name"],
  };
}

export function fellBack(to: string, aside: readonly string[]): string {
  return `Going on from "${to}" instead; the damaged file is kept as ${aside.map((path) => `"${path}"`).join(", ")}`;
}

export function alreadyTrained(step: number, epoch: number): string {
  return `already trained for ${epoch} epochs (${step} steps), as long as the recipe asks`;
}

export function recipeChanged(folder: string, differences: readonly string[]): Problem {
  return {
    code: "recipe-changed",
    message: `Cannot resume "${folder}": the recipe has changed since it was trained`,
    help: [
      ...differences,
      "Start over with --fresh: the old folder is kept under another name",
      "Or give the recipe another name, so that it trains beside the old run",
    ],
  };
}

export function runBusy(folder: string, holder: string): Problem {
  return {
    code: "run-busy",
    message: `Cannot train in "${folder}": ${holder} trains there`,
    help: ["Wait until it is done, stop it with Ctrl-C, or give the recipe another name"],
  };
}

export function diverged(what: string, step: number, kept: string | undefined): Problem {
  return {
    code: "not-finite",
    message: `Stopped at step ${step}: ${what}`,
    help: [
      "Likely causes: a learning rate too high (try a third of optimizer.learning_rate)",
      "a division by a rate near zero (raise schedule.end_log_snr, or use parametrization: velocity)",
      "or pictures without variation (look at the data)",
      kept === undefined
        ? "No checkpoint was written yet, so nothing is left to go on from"
        : `The last good checkpoint is kept: ${kept}`,
    ],
  };
}

export function stuck(step: number, loss: number, zero: number): string {
  return [
    `After ${step} steps the loss (${loss.toFixed(4)}) is still that of a network that answers zero (${
      zero.toFixed(4)
    }).`,
    "Likely causes: a learning rate too low or far too high, a weight decay too strong (optimizer.weight_decay),",
    "or a network too small for the pictures. Training goes on.",
  ].join("\n");
}

export function dataChanged(before: number, now: number): string {
  return `The data have changed since: ${before} training pictures then, ${now} now. The run goes on, but not exactly as it would have`;
}

export function backendChanged(before: string, now: string): string {
  return `Trained on ${before} so far, now on ${now}: the run goes on, but not bit for bit as it would have`;
}

export function badCount(name: string, value: number, allowed: string): Problem {
  return {
    code: "bad-option",
    message: `Cannot use --${name} ${value}`,
    help: [`Expected ${allowed}`],
  };
}

export function noSampler(): Problem {
  return {
    code: "no-sampler",
    message: "Cannot generate pictures: the recipe has no sampler",
    help: ["Add one, such as samplers: { preview: ddim }"],
  };
}

export function noSteps(sampler: string): Problem {
  return {
    code: "no-steps-option",
    message: `Cannot set the steps of sampler "${sampler}": it has no option "steps"`,
    help: [`Leave out --steps, or set its own options: deno task plugins show sampler/${sampler}`],
  };
}

export function noMetrics(): Problem {
  return {
    code: "no-metrics",
    message: "Cannot evaluate: the recipe has no metrics",
    help: ["Add one, such as metrics: [validation-error]"],
  };
}

export function noValidation(): Problem {
  return {
    code: "no-validation",
    message: "Cannot measure on validation pictures: the dataset holds none out",
    help: ["Use a larger validation share in the dataset's options"],
  };
}
