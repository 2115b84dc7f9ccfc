/** `plugins`: lists them; `plugins show sampler/ddim`: one in full; `plugins show sampler`: what a sampler is asked for. */
import { builtins, type Kind, kinds, listPlugins, showKind, showPlugin } from "../mod.ts";
import { type AddCommand, say } from "./command.ts";

const kindNames = Object.keys(kinds) as Kind[];

export const pluginsCommand: AddCommand = (program) => {
  const command = program.command("plugins").description("List plugins, or show one or a kind of them");
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
    .argument("<name>", "a plugin, such as sampler/ddim, or a kind, such as sampler")
    .description("show a plugin with its options, or a kind with its interface, its laws and a template")
    .option(...files)
    .action(async (name: string, { plugins = [] }: { plugins?: string[] }) => {
      const source = await builtins.withFiles(plugins);
      const kind = kindNames.find((kind) => kind === name);
      say(kind === undefined ? await showPlugin(source, name) : await showKind(source, kind));
    });
};
