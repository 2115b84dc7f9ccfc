/** `run RECIPE`: trains, or goes on where an earlier run stopped. */
import { builtins, dryRun, terminalConsole, train } from "../mod.ts";
import { type AddCommand, untilInterrupted, withRecipe } from "./command.ts";

interface RunOptions {
  readonly fresh?: boolean;
  readonly dryRun?: boolean;
  readonly runs?: string;
}

export const runCommand: AddCommand = (program, done) =>
  withRecipe(program.command("run"))
    .description("Train from a recipe, or go on where an earlier run stopped")
    .option("--fresh", "start over; the old run is moved aside")
    .option("--dry-run", "print all decisions and their reasons, and train nothing")
    .option("--runs <folder>", "where run folders stand", "runs")
    .action(async (file: string, overrides: string[], options: RunOptions) => {
      const output = terminalConsole();
      if (options.dryRun) {
        return output.line(await dryRun(file, { plugins: builtins, overrides, runs: options.runs ?? "runs" }));
      }
      const { fresh = false, runs = "runs" } = options;
      await untilInterrupted(
        done,
        (signal, hold) => train(file, { plugins: builtins, overrides, fresh, runs, signal, hold }, output),
      );
    });
