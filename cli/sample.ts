/** `sample RUN`: pictures from a trained model. */
import { builtins, sample, type SampleOptions } from "../mod.ts";
import {
  type AddCommand,
  consoleFor,
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

export const sampleCommand: AddCommand = (program, done, voice) =>
  withTrust(withRun(program.command("sample")))
    .description("Generate pictures from a run, a checkpoint or exported weights")
    .addOption(wholeOption("--count <n>", "how many pictures (default: 16)"))
    .addOption(wholeOption("--steps <n>", "diffusion steps, instead of the recipe's"))
    .addOption(seedOption("the others count up from it"))
    .option("--out <folder>", "folder for the pictures, one PNG each; - for standard output, with --count 1")
    .option("--grid <file>", "all pictures in one PNG file; - for standard output")
    .option("--labels", "the seed under each picture of the grid")
    .addOption(
      scaleOption("size of a pixel in files and in the grid (default: 1, and 64 pixels a picture in the grid)"),
    )
    .addOption(smoothOption())
    .option("--sampler <name>", "one of the recipe's samplers (default: the first)")
    .addOption(wholeOption("--batch <n>", "pictures generated at the same time (default: the training batch size)"))
    .action((run: string, words: string[], { plugins, trust, ...options }: Options & TrustOptions) =>
      untilInterrupted(done, async (signal) => {
        const said = trustOf({ plugins, trust }, words);
        const { json: _, ...given } = options as Options & { json?: boolean };
        const console = consoleFor(voice, [given.out, given.grid]);
        const result = await sample(run, { plugins: builtins, signal, ...said, ...defined(given) }, console);
        voice.answer("sample", result);
        return result;
      })
    );
