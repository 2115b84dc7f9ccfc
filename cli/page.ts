/** `report RUN`: a page about a run. */
import { builtins, report, terminalConsole } from "../mod.ts";
import type { AddCommand } from "./command.ts";

export const pageCommand: AddCommand = (program) =>
  program.command("report")
    .description("Write report.html of a run: curves, samples, times, the graph")
    .argument("<run>", "a run folder")
    .action(async (run: string) => void await report(run, { plugins: builtins }, terminalConsole()));
