/** `report RUN`: a page about a run. */
import { builtins, report, terminalConsole } from "../mod.ts";
import { type AddCommand, trustOf, type TrustOptions, untilInterrupted, withTrust } from "./command.ts";

export const reportCommand: AddCommand = (program, done) =>
  withTrust(program.command("report"))
    .description("Write report.html for a run: curves, samples, times, the graph")
    .argument("<run>", "a run folder")
    .action((run: string, options: TrustOptions) =>
      untilInterrupted(done, () => {
        const { trust } = trustOf(options, []);
        return report(run, { plugins: builtins, trust }, terminalConsole());
      })
    );
