/** `new KIND NAME`: a plugin to change, its test, and a recipe that uses it. */
import { builtins, scaffold, scaffoldKinds, scaffoldText } from "../mod.ts";
import type { AddCommand } from "./command.ts";
import { print } from "../pipeline/terminal/output.ts";

export const newCommand: AddCommand = (program) =>
  program.command("new")
    .description("Write a plugin, its test and a recipe that uses it")
    .argument("<kind>", `one of ${scaffoldKinds.join(", ")}`)
    .argument("<name>", "lower case with hyphens, such as my-sampler")
    .option("--dir <folder>", "where to", ".")
    .action(async (kind: string, name: string, { dir }: { dir: string }) => {
      print(scaffoldText(await scaffold({ kind, name, dir, plugins: builtins })));
    });
