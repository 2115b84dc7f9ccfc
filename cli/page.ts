/** `report RUN`: a page about a run. */
import { builtins, report, terminalConsole } from "../mod.ts";
import { type AddCommand, trustOf, type TrustOptions, withTrust } from "./command.ts";

export const pageCommand: AddCommand = (program) =>
  withTrust(program.command("report"))
    .description("Write report.html of a run: curves, samples, times, the graph")
    .argument("<run>", "a run folder")
    .action(async (run: string, options: TrustOptions) => {
      const { trust } = trustOf(options, []);
      await report(run, { plugins: builtins, trust }, terminalConsole());
    });
