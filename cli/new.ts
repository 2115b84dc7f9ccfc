/** `new KIND NAME`: a plugin to change, its test, and a recipe that uses it. */
import { basename } from "node:path";
import { builtins, scaffold, scaffoldKinds, scaffoldText, terminal } from "../mod.ts";
import type { AddCommand } from "./command.ts";

export const newCommand: AddCommand = (program, _done, voice) =>
  program.command("new")
    .description("Write a plugin, its test and a recipe that uses it")
    .argument("<kind>", `one of ${scaffoldKinds.join(", ")}`)
    .argument("<name>", "lower case with hyphens, such as my-sampler")
    .option("--dir <folder>", "output folder", ".")
    .action(async (kind: string, name: string, { dir }: { dir: string }) => {
      const files = await scaffold({ kind, name, dir, plugins: builtins });
      // With a configuration of its own, the folder has the tasks: they are typed without naming another.
      if (files.some(({ path }) => basename(path) === "deno.json")) terminal.note("deno task");
      voice.answer("new", { files });
      voice.say(scaffoldText(files));
    });
