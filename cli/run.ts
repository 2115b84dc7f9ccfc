/** `run RECIPE`: trains, or resumes where an earlier run stopped. */
import { builtins, dryRun, train } from "../mod.ts";
import {
  type AddCommand,
  trustOf,
  type TrustOptions,
  trustWords,
  untilInterrupted,
  withRecipe,
  withTrust,
} from "./command.ts";
import { graphAnswer } from "./graph_answer.ts";

interface RunOptions extends TrustOptions {
  readonly fresh?: boolean;
  readonly dryRun?: boolean;
  readonly probe?: boolean;
  readonly runs?: string;
}

export const runCommand: AddCommand = (program, done, voice) =>
  withTrust(withRecipe(program.command("run")))
    .description("Train from a recipe, or resume where an earlier run stopped")
    .option("--fresh", "start over; the old run is moved aside")
    .option("--dry-run", "print all decisions and their reasons without training")
    .option("--probe", "with --dry-run: also train a few steps for real, and say how long the whole run takes here")
    .option("--runs <folder>", "folder that holds the run folders", "runs")
    .action(async (file: string, words: string[], options: RunOptions) => {
      const { fresh = false, runs = "runs" } = options;
      const { trust, overrides } = trustOf(options, words);
      if (options.probe) {
        const shared = { plugins: builtins, overrides, trust: { trained: true, ...trust }, runs };
        return await untilInterrupted(done, async (signal) => {
          const probe = { console: voice.console, signal };
          const { text, graph, cost, ...rest } = await dryRun(file, { ...shared, probe });
          voice.answer("run --dry-run", { ...graphAnswer(graph, cost), ...rest });
          voice.say(text);
        });
      }
      if (options.dryRun) {
        // What runs nothing runs no code of a checkpoint either, but for the files that are named.
        const named = { plugins: trust.plugins ?? [] };
        const { text, graph, cost, ...rest } = await dryRun(file, { plugins: builtins, overrides, trust: named, runs });
        voice.answer("run --dry-run", { ...graphAnswer(graph, cost), ...rest });
        return voice.say(text);
      }
      const command = `deno task run${trustWords(trust, options.trust)}`;
      await untilInterrupted(done, async (signal, hold) => {
        const how = { plugins: builtins, overrides, trust, command, fresh, runs, signal, hold };
        const result = await train(file, how, voice.console);
        const { checkpoint = null, loss = null, best = null, seconds = null } = result;
        voice.answer("run", { ...result, checkpoint, loss, best, seconds });
        return result;
      });
    });
