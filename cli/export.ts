/** `export RUN`: the average weights alone. */
import { exportWeights, terminalConsole } from "../mod.ts";
import { type AddCommand, untilInterrupted } from "./command.ts";

export const exportCommand: AddCommand = (program, done) =>
  program.command("export")
    .description("Write only the average weights of a run, for other programs")
    .argument("<run>", "a run folder or a checkpoint")
    .requiredOption("-o, --out <file>", "output file, .safetensors")
    .action((run: string, { out }: { out: string }) =>
      untilInterrupted(done, () => exportWeights(run, out, terminalConsole()))
    );
