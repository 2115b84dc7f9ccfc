/** `report RUN`: a page about a run. */
import { builtins, report } from "../mod.ts";
import { type AddCommand, trustOf, type TrustOptions, untilInterrupted, withTrust } from "./command.ts";

export const reportCommand: AddCommand = (program, done, voice) =>
  withTrust(program.command("report"))
    .description("Write report.html for a run: curves, samples, times, the graph")
    .argument("<run>", "a run folder")
    .action((run: string, options: TrustOptions) =>
      untilInterrupted(done, async () => {
        const { trust } = trustOf(options, []);
        voice.answer("report", { file: await report(run, { plugins: builtins, trust }, voice.console) });
      })
    );
