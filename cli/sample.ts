/** `sample RUN`: pictures from a trained model. */
import { builtins, interruptedCode, onInterrupt, sample, type SampleOptions, terminalConsole } from "../mod.ts";
import { type AddCommand, defined, wholeNumber } from "./command.ts";

type Options = Pick<SampleOptions, "count" | "steps" | "seed" | "out" | "grid" | "sampler" | "batch">;

export const sampleCommand: AddCommand = (program, done) =>
  program.command("sample")
    .description("Generate pictures from a run or a checkpoint")
    .argument("<run>", "a run folder or a checkpoint")
    .argument("[overrides...]", "what to change in its recipe, such as backend=cpu")
    .option("--count <n>", "how many pictures (default: 16)", wholeNumber(1))
    .option("--steps <n>", "diffusion steps, in place of the recipe's", wholeNumber(1))
    .option("--seed <n>", "seed of the first picture; each further one has the next (default: 0)", wholeNumber(0))
    .option("--out <folder>", "where a PNG file a picture goes")
    .option("--grid <file>", "all pictures in one PNG file")
    .option("--sampler <name>", "one of the recipe's samplers (default: the first)")
    .option("--batch <n>", "pictures generated at the same time (default: the batch of training)", wholeNumber(1))
    .action(async (run: string, overrides: string[], options: Options) => {
      using interruption = onInterrupt();
      const { signal } = interruption;
      const result = await sample(
        run,
        { plugins: builtins, overrides, signal, ...defined(options) },
        terminalConsole(),
      );
      done(result.outcome === "interrupted" ? interruptedCode : 0);
    });
