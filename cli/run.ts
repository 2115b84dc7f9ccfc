/** `run RECIPE`: trains, or resumes where an earlier run stopped. */
import type { Command } from "commander";
import { builtins, dryRun, train } from "../mod.ts";
import {
  type AddCommand,
  trustOf,
  type TrustOptions,
  trustWords,
  untilInterrupted,
  wholeOption,
  withRecipe,
  withTrust,
} from "./command.ts";
import { gpuOption } from "./compile_gpu.ts";
import { compiledAnswer } from "./compiled_answer.ts";
import { graphAnswer } from "./graph_answer.ts";

interface RunOptions extends TrustOptions {
  readonly fresh?: boolean;
  readonly dryRun?: boolean;
  readonly probe?: boolean;
  readonly gpu?: string;
  readonly devices?: number;
  readonly runs?: string;
}

export const runCommand: AddCommand = (program, done, voice) =>
  withTrust(withRecipe(program.command("run")))
    .description("Train from a recipe, or resume where an earlier run stopped")
    .option("--fresh", "start over; the old run is moved aside")
    .option("--dry-run", "print all decisions and their reasons without training")
    .option("--probe", "with --dry-run: also train a few steps for real, and say how long the whole run takes here")
    .addOption(
      gpuOption("with --dry-run: also compile a step for a GPU that is not here; does it fit, and how fast at best"),
    )
    .addOption(wholeOption("--devices <n>", "with --gpu: GPUs that share each batch (default: the recipe's)", 1, 64))
    .option("--runs <folder>", "folder that holds the run folders", "runs")
    .action(async (file: string, words: string[], options: RunOptions, command: Command) => {
      const { gpu: name, devices, probe } = options;
      if (devices !== undefined && name === undefined) command.error(devicesAlone(devices));
      const { fresh = false, runs = "runs" } = options;
      const { trust, overrides } = trustOf(options, words);
      if (probe || options.dryRun || name !== undefined) {
        return await untilInterrupted(done, async (signal) => {
          const { console } = voice;
          const { text, graph, cost, compiled, ...rest } = await dryRun(file, {
            ...{ plugins: builtins, overrides, runs, fresh },
            // What trains nothing runs no code of a checkpoint either, but for the files that are named.
            trust: probe ? { trained: true, ...trust } : { plugins: trust.plugins ?? [] },
            ...(probe ? { probe: { console, signal } } : {}),
            ...(name === undefined ? {} : { gpu: { name, devices, console } }),
          });
          const gpu = compiled === null ? null : compiledAnswer(compiled);
          voice.answer("run --dry-run", { ...graphAnswer(graph, cost), ...rest, gpu });
          voice.say(text);
        });
      }
      const again = `deno task run${trustWords(trust, options.trust)}`;
      await untilInterrupted(done, async (signal, hold) => {
        const how = { plugins: builtins, overrides, trust, command: again, fresh, runs, signal, hold };
        const result = await train(file, how, voice.console);
        const { checkpoint = null, loss = null, best = null, stopped = null, seconds = null } = result;
        voice.answer("run", { ...result, checkpoint, loss, best, stopped, seconds });
        return result;
      });
    });

/** Training takes the devices of its recipe: it would be wrong to take no notice of those that somebody asks for. */
function devicesAlone(devices: number): string {
  return `error: option '--devices <n>' belongs to --gpu; to train on ${devices}: backend.use=xla backend.devices=${devices}`;
}
