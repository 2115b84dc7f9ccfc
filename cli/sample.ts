/** `sample RUN`: pictures from a trained model. */
import { builtins, sample, type SampleOptions } from "../mod.ts";
import {
  type AddCommand,
  consoleFor,
  defined,
  emaOption,
  numberOption,
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
  | (
    | "count"
    | "class"
    | "guidance"
    | "guide"
    | "steps"
    | "seed"
    | "out"
    | "grid"
    | "labels"
    | "scale"
    | "smooth"
    | "sampler"
  )
  | ("batch" | "ema" | "from" | "strength" | "mask" | "invert")
>;

export const sampleCommand: AddCommand = (program, done, voice) =>
  withTrust(withRun(program.command("sample")))
    .description("Generate pictures from a run, a checkpoint or exported weights")
    .addOption(wholeOption("--count <n>", "how many pictures (default: 16)"))
    .option("--class <name>", "one of the model's classes; all: a row of each, none: of no class (default: in turn)")
    .addOption(numberOption("--guidance <scale>", "how strongly pictures are guided: 1 not at all"))
    .option(
      "--guide <model>",
      'by which weaker model: earlier, "2 epochs" of this run, or another run; class: no other (default: the recipe\'s)',
    )
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
    .option(...emaOption)
    .option("--from <picture>", "start from a picture, with noise laid over it")
    .addOption(numberOption("--strength <part>", "how much of it is drawn anew, 0 to 1 (default: 0.6; 1 with --mask)"))
    .option("--mask <picture>", "of --from, draw anew what is white in this, and keep what is black")
    .option("--invert", "start from the noise that a deterministic sampler makes --from of")
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
