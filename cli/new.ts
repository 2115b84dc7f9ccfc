/** `new KIND NAME`: a plugin to change, its test, and a recipe that uses it. */
import { builtins, scaffold, scaffoldKinds, scaffoldText } from "../mod.ts";
import type { AddCommand } from "./command.ts";

export const newCommand: AddCommand = (program, _done, voice) =>
  program.command("new")
    .description("Write a plugin, its test and a recipe that uses it")
    .argument("<kind>", `one of ${scaffoldKinds.join(", ")}`)
    .argument("<name>", "lower case with hyphens, such as my-sampler")
    .option("--dir <folder>", "output folder", ".")
    .action(async (kind: string, name: string, { dir }: { dir: string }) => {
      const files = await scaffold({ kind, name, dir, plugins: builtins });
      voice.answer("new", { files });
      voice.say(scaffoldText(files));
    });
