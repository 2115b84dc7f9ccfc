/** `import FILE`: a checkpoint from Keras weights. */
import { builtins, type ImportOptions, importWeights } from "../mod.ts";
import { type AddCommand, defined, trustOf, type TrustOptions, untilInterrupted, withTrust } from "./command.ts";

type Options = Pick<ImportOptions, "recipe" | "ema" | "statistics" | "out">;

export const importCommand: AddCommand = (program, done, voice) =>
  withTrust(program.command("import"))
    .description("Make a checkpoint from Keras weights, from the DDIM example or from clear-diffusion-keras")
    .argument("<file>", "an HDF5 file: .weights.h5, or .h5 of Keras 2")
    .argument("[overrides...]", "settings of the recipe to change, such as network.block_depth=3")
    .requiredOption("--recipe <recipe>", "the recipe whose network these weights belong to")
    .option("--ema <file>", "average weights (default: those in the file, else the weights themselves)")
    .option(
      "--statistics <file>",
      "mean and variance of pixels (default: those in the file, else fitted to the pictures)",
    )
    .option("-o, --out <path>", "a run folder, or a checkpoint.safetensors (default: runs/<name of the recipe>)")
    .action((file: string, words: string[], { plugins, trust, recipe, ema, statistics, out }: Options & TrustOptions) =>
      untilInterrupted(done, async (signal) => {
        const options = { recipe, ...defined({ ema, statistics, out }) };
        const said = trustOf({ plugins, trust }, words);
        const result = await importWeights(file, { plugins: builtins, signal, ...said, ...options }, voice.console);
        voice.answer("import", { ...result, folder: result.folder ?? null });
      })
    );
