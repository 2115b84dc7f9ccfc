/** `plugins`: lists them; `plugins show sampler/ddim`: one in full. */
import { builtins, type Kind, kinds, listPlugins, showPlugin } from "../mod.ts";
import { type AddCommand, say } from "./command.ts";

const kindNames = Object.keys(kinds) as Kind[];

export const pluginsCommand: AddCommand = (program) => {
  const command = program.command("plugins").description("List plugins, or show one");
  const files = ["--plugins <files...>", "plugin files of your own to include"] as const;
  command.command("list", { isDefault: true })
    .argument("[name]", "a kind, such as sampler, or a plugin to show")
    .description("list all plugins by kind")
    .option(...files)
    .action(async (name: string | undefined, { plugins = [] }: { plugins?: string[] }) => {
      const source = await builtins.withFiles(plugins);
      const kind = kindNames.find((kind) => kind === name);
      say(
        name === undefined || kind !== undefined ? listPlugins(source, kind) : await showPlugin(source, name),
      );
    });
  command.command("show")
    .argument("<name>", "such as sampler/ddim, or ddim")
    .description("show what a plugin is, its options and an example")
    .option(...files)
    .action(async (name: string, { plugins = [] }: { plugins?: string[] }) => {
      say(await showPlugin(await builtins.withFiles(plugins), name));
    });
};
