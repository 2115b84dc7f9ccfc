/** `runs`: what has been trained, and how far it is. */
import { runs } from "../mod.ts";
import type { AddCommand } from "./command.ts";

export const runsCommand: AddCommand = (program, _done, voice) =>
  program.command("runs")
    .description("List runs: how far each is, its loss, its best value, its size")
    .argument("[folder]", "a folder that holds run folders", "runs")
    .action(async (folder: string) => {
      const found = await runs(folder, voice.console);
      const listed = found.map(({ changed, ...run }) => ({ ...run, changed: changed.toISOString() }));
      voice.answer("runs", { folder, runs: listed });
    });
