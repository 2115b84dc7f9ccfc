/** `sample RUN`: pictures from a trained model. */
import { builtins, sample, type SampleOptions, terminalConsole } from "../mod.ts";
import {
  type AddCommand,
  defined,
  scaleOption,
  seedOption,
  smoothOption,
  trustOf,
  type TrustOptions,
  untilInterrupted,
  wholeOption,
  withRun,
  withTrust,
} from "./command.ts";

type Options = Pick<
  SampleOptions,
  "count" | "steps" | "seed" | "out" | "grid" | "labels" | "scale" | "smooth" | "sampler" | "batch"
>;

export const sampleCommand: AddCommand = (program, done) =>
  withTrust(withRun(program.command("sample")))
    .description("Generate pictures from a run or a checkpoint")
    .addOption(wholeOption("--count <n>", "how many pictures (default: 16)"))
    .addOption(wholeOption("--steps <n>", "diffusion steps, instead of the recipe's"))
    .addOption(seedOption("the others count up from it"))
    .option("--out <folder>", "folder for the pictures, one PNG each")
    .option("--grid <file>", "all pictures in one PNG file")
    .option("--labels", "the seed under each picture of the grid")
    .addOption(
      scaleOption("size of a pixel in files and in the grid (default: 1, and 64 pixels a picture in the grid)"),
    )
    .addOption(smoothOption())
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
