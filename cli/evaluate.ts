/** `evaluate RUN`: the metrics of a trained model. */
import { builtins, evaluate, type EvaluateOptions, interruptedCode, onInterrupt, terminalConsole } from "../mod.ts";
import { type AddCommand, defined, wholeNumber } from "./command.ts";

export const evaluateCommand: AddCommand = (program, done) =>
  program.command("evaluate")
    .description("Measure a run on its validation pictures")
    .argument("<run>", "a run folder or a checkpoint")
    .argument("[overrides...]", "what to change in its recipe, such as backend=cpu")
    .option("--steps <n>", "diffusion steps of the samplers that metrics use (default: 20)", wholeNumber(1))
    .option("--images <n>", "pictures that metrics generate (default: the recipe's)", wholeNumber(2))
    .option("--json <file>", "where the numbers go (default: evaluation-step-N.json in the run folder)")
    .action(async (run: string, overrides: string[], options: Pick<EvaluateOptions, "json" | "steps" | "images">) => {
      using interruption = onInterrupt();
      const { signal } = interruption;
      const result = await evaluate(
        run,
        { plugins: builtins, overrides, signal, ...defined(options) },
        terminalConsole(),
      );
      done(result.outcome === "interrupted" ? interruptedCode : 0);
    });
