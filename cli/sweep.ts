/** `sweep RECIPE schedule=cosine,linear`: trains and measures a grid of settings. */
import { builtins, sweep } from "../mod.ts";
import {
  type AddCommand,
  textsBetweenCommas,
  trustOf,
  type TrustOptions,
  trustWords,
  untilInterrupted,
  withTrust,
} from "./command.ts";

interface Options extends TrustOptions {
  readonly ema?: string[];
  readonly fresh?: boolean;
  readonly runs: string;
}

export const sweepCommand: AddCommand = (program, done, voice) =>
  withTrust(program.command("sweep"))
    .description(
      "Measure a grid of settings, and compare them in a table and a chart; those of a recipe are trained first",
    )
    .argument("<recipe>", "a recipe (YAML); or a run folder, a checkpoint or weights, of which nothing is trained")
    .argument(
      "[settings...]",
      "settings to vary, with commas between values: schedule=cosine,linear samplers.preview.steps=5,20; " +
        "a trained model takes those of samplers and metrics (default: what the recipe has under sweep)",
    )
    .option(
      "--ema <averages>",
      "averages of a trained model, with commas between, as sample --ema takes them: 0.05,0.1",
      textsBetweenCommas,
    )
    .option("--fresh", "start over; the old sweep is moved aside")
    .option("--runs <folder>", "folder that holds the run folders", "runs")
    .action((recipe: string, words: string[], { ema, fresh = false, runs, ...options }: Options) =>
      untilInterrupted(done, async (signal, hold) => {
        const { trust, overrides } = trustOf(options, words);
        const how = { plugins: builtins, trust, overrides, fresh, runs, signal, hold, ...(ema?.length ? { ema } : {}) };
        const command = `deno task sweep${trustWords(trust, options.trust)}`;
        const result = await sweep(recipe, { ...how, command }, voice.console);
        voice.answer("sweep", result);
        return result;
      })
    );
