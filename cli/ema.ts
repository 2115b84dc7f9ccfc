/** `ema RUN`: an average of another length, computed from the run's snapshots. */
import { builtins, computeAverage } from "../mod.ts";
import {
  type AddCommand,
  defined,
  numberOption,
  trustOf,
  type TrustOptions,
  untilInterrupted,
  withRun,
  withTrust,
} from "./command.ts";

type Options = { readonly std: number; readonly out?: string };

export const emaCommand: AddCommand = (program, done, voice) =>
  withTrust(withRun(program.command("ema")))
    .description("Compute an average of another length of a run's snapshots, and write it")
    .addOption(
      numberOption("--std <width>", "its width as a part of the training: 0 to 0.2887, such as 0.1")
        .makeOptionMandatory(),
    )
    .option("-o, --out <file>", "output file, .safetensors (default: averages/std-WIDTH-step-N in the run folder)")
    .action((run: string, words: string[], { plugins, trust, ...options }: Options & TrustOptions) =>
      untilInterrupted(done, async (signal) => {
        const { std, out } = options;
        const said = trustOf({ plugins, trust }, words);
        const given = { plugins: builtins, signal, std, ...said, ...defined({ out }) };
        voice.answer("ema", await computeAverage(run, given, voice.console));
      })
    );
