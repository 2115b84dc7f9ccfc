/** `sample RUN`: pictures from a trained model. */
import { builtins, sample, type SampleOptions, terminalConsole } from "../mod.ts";
import {
  type AddCommand,
  defined,
  largestSeed,
  trustOf,
  type TrustOptions,
  untilInterrupted,
  wholeOption,
  withRun,
  withTrust,
} from "./command.ts";

type Options = Pick<SampleOptions, "count" | "steps" | "seed" | "out" | "grid" | "sampler" | "batch">;

export const sampleCommand: AddCommand = (program, done) =>
  withTrust(withRun(program.command("sample")))
    .description("Generate pictures from a run, a checkpoint or exported weights")
    .addOption(wholeOption("--count <n>", "how many pictures (default: 16)"))
    .addOption(wholeOption("--steps <n>", "diffusion steps, instead of the recipe's"))
    .addOption(
      wholeOption(
        "--seed <n>",
        "seed of the first picture; the others count up from it (default: 0)",
        0,
        largestSeed,
      ),
    )
    .option("--out <folder>", "folder for the pictures, one PNG each")
    .option("--grid <file>", "all pictures in one PNG file")
    .option("--sampler <name>", "one of the recipe's samplers (default: the first)")
    .addOption(wholeOption("--batch <n>", "pictures generated at the same time (default: the training batch size)"))
    .action((run: string, words: string[], { plugins, trust, ...options }: Options & TrustOptions) =>
      untilInterrupted(
        done,
        (signal) => {
          const said = trustOf({ plugins, trust }, words);
          return sample(run, { plugins: builtins, signal, ...said, ...defined(options) }, terminalConsole());
        },
      )
    );
