/** `sweep RECIPE schedule=cosine,linear`: trains and measures a grid of settings. */
import { builtins, sweep, terminalConsole } from "../mod.ts";
import { type AddCommand, untilInterrupted } from "./command.ts";

export const sweepCommand: AddCommand = (program, done) =>
  program.command("sweep")
    .description("Train and measure a grid of settings, and compare them in a table and a chart")
    .argument("<recipe>", "a recipe (YAML), a run folder or a checkpoint")
    .argument(
      "[settings...]",
      "what to change in it, with commas between values: schedule=cosine,linear samplers.preview.steps=5,20; " +
        "settings of samplers and metrics train no model anew (default: what the recipe has under sweep)",
    )
    .option("--fresh", "start over; the old sweep is moved aside")
    .option("--runs <folder>", "where run folders stand", "runs")
    .action((recipe: string, overrides: string[], { fresh = false, runs }: { fresh?: boolean; runs: string }) =>
      untilInterrupted(
        done,
        (signal, hold) => sweep(recipe, { plugins: builtins, overrides, fresh, runs, signal, hold }, terminalConsole()),
      )
    );
