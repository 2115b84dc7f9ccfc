/** `report RUN`: a page about a run. */
import { builtins, report, terminalConsole } from "../mod.ts";
import { type AddCommand, untilInterrupted } from "./command.ts";

export const pageCommand: AddCommand = (program, done) =>
  program.command("report")
    .description("Write report.html of a run: curves, samples, times, the graph")
    .argument("<run>", "a run folder")
    .action((run: string) => untilInterrupted(done, () => report(run, { plugins: builtins }, terminalConsole())));
