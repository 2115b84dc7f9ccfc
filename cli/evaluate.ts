/** `evaluate RUN`: the metrics of a trained model. */
import { builtins, evaluate, type EvaluateOptions, terminalConsole } from "../mod.ts";
import { type AddCommand, defined, untilInterrupted, wholeOption, withRun } from "./command.ts";

type Options = Pick<EvaluateOptions, "json" | "steps" | "images">;

export const evaluateCommand: AddCommand = (program, done) =>
  withRun(program.command("evaluate"))
    .description("Measure a run on its validation pictures")
    .addOption(wholeOption("--steps <n>", "diffusion steps of the samplers that metrics use (default: 20)"))
    .addOption(wholeOption("--images <n>", "pictures that metrics generate (default: the recipe's)", 2))
    .option("--json <file>", "where the numbers go (default: evaluation-step-N.json in the run folder)")
    .action((run: string, overrides: string[], options: Options) =>
      untilInterrupted(
        done,
        (signal) => evaluate(run, { plugins: builtins, overrides, signal, ...defined(options) }, terminalConsole()),
      )
    );
