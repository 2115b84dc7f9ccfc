/** `evaluate RUN`: the metrics of a trained model. */
import { builtins, evaluate, type EvaluateOptions, terminalConsole } from "../mod.ts";
import {
  type AddCommand,
  defined,
  trustOf,
  type TrustOptions,
  untilInterrupted,
  wholeOption,
  withRun,
  withTrust,
} from "./command.ts";

type Options = Pick<EvaluateOptions, "json" | "steps" | "images">;

export const evaluateCommand: AddCommand = (program, done) =>
  withTrust(withRun(program.command("evaluate")))
    .description("Measure a run on its validation pictures")
    .addOption(wholeOption("--steps <n>", "diffusion steps of the samplers that metrics use (default: 20)"))
    .addOption(wholeOption("--images <n>", "pictures that metrics generate (default: the recipe's)", 2))
    .option("--json <file>", "output file for the numbers (default: evaluation-step-N.json in the run folder)")
    .action((run: string, words: string[], { plugins, trust, ...options }: Options & TrustOptions) =>
      untilInterrupted(
        done,
        (signal) => {
          const said = trustOf({ plugins, trust }, words);
          return evaluate(run, { plugins: builtins, signal, ...said, ...defined(options) }, terminalConsole());
        },
      )
    );
