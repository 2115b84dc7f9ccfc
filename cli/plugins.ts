/** `plugins`: lists them; `plugins show sampler/ddim`: one in full. */
import { builtins, listPlugins, showPlugin } from "../mod.ts";
import type { AddCommand } from "./command.ts";

export const pluginsCommand: AddCommand = (program) => {
  const command = program.command("plugins").description("List plugins, or show one");
  const files = ["--plugins <files...>", "plugin files of your own to include"] as const;
  command.command("list", { isDefault: true })
    .description("list all plugins by kind")
    .option(...files)
    .action(async ({ plugins = [] }: { plugins?: string[] }) => {
      console.log(listPlugins(await builtins.withFiles(plugins)));
    });
  command.command("show")
    .argument("<name>", "such as sampler/ddim, or ddim")
    .description("show what a plugin is, its options and an example")
    .option(...files)
    .action(async (name: string, { plugins = [] }: { plugins?: string[] }) => {
      console.log(await showPlugin(await builtins.withFiles(plugins), name));
    });
};
