/** `evaluate RUN`: the metrics of a trained model. */
import { builtins, DenoiseError, evaluate, type EvaluateOptions, messages, terminal } from "../mod.ts";
import {
  type AddCommand,
  defined,
  emaOption,
  trustOf,
  type TrustOptions,
  untilInterrupted,
  wholeOption,
  withRun,
  withTrust,
} from "./command.ts";

type Options = Pick<EvaluateOptions, "steps" | "images" | "ema"> & { readonly out?: string; readonly json?: boolean };

export const evaluateCommand: AddCommand = (program, done, voice) =>
  withTrust(withRun(program.command("evaluate")))
    .description("Measure a run on its validation pictures")
    .addOption(wholeOption("--steps <n>", "diffusion steps of the samplers that metrics use (default: 20)"))
    .addOption(wholeOption("--images <n>", "pictures that metrics generate (default: the recipe's)", 2))
    .option(...emaOption)
    .option("-o, --out <file>", "output file for the numbers (default: evaluation-step-N.json in the run folder)")
    .action((run: string, words: string[], { plugins, trust, out, steps, images, ema }: Options & TrustOptions) =>
      untilInterrupted(done, async (signal) => {
        checkWords(words, voice.json);
        const said = trustOf({ plugins, trust }, words);
        const options = defined({ json: out, steps, images, ema });
        const result = await evaluate(run, { plugins: builtins, signal, ...said, ...options }, voice.console);
        voice.answer("evaluate", result);
        return result;
      })
    );

/** `--json` took a file once: the word after it is then a file, and no setting. */
function checkWords(words: readonly string[], json: boolean): void {
  const file = words.find((word) => !terminal.isOverride(word) && word.endsWith(".json"));
  if (json && file !== undefined) throw new DenoiseError(messages.jsonFile(file));
}
