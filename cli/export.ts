/** `export RUN`: the average weights alone. */
import { exportWeights } from "../mod.ts";
import { type AddCommand, untilInterrupted } from "./command.ts";

export const exportCommand: AddCommand = (program, done, voice) =>
  program.command("export")
    .description("Write only the average weights of a run, for other programs")
    .argument("<run>", "a run folder or a checkpoint")
    .requiredOption("-o, --out <file>", "output file, .safetensors")
    .action((run: string, { out }: { out: string }) =>
      untilInterrupted(done, async () => voice.answer("export", await exportWeights(run, out, voice.console)))
    );
