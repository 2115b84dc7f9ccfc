/** `plugins`: lists them; `plugins show sampler/ddim`: one in full; `plugins show sampler`: what a sampler is asked for. */
import {
  aboutKind,
  aboutPlugin,
  builtins,
  DenoiseError,
  type Kind,
  kinds,
  listPlugins,
  messages,
  type PluginSource,
  showKind,
  showPlugin,
} from "../mod.ts";
import type { AddCommand } from "./command.ts";
import type { Voice } from "./voice.ts";

const kindNames = Object.keys(kinds) as Kind[];

export const pluginsCommand: AddCommand = (program, _done, voice) => {
  const command = program.command("plugins").description("List plugins, or show one or a kind of them");
  const files = ["--plugins <files...>", "plugin files of your own to include"] as const;
  command.command("list", { isDefault: true })
    .argument("[name]", "a kind, such as sampler, or a plugin to show")
    .description("list all plugins by kind")
    .option(...files)
    .action(async (name: string | undefined, { plugins = [] }: { plugins?: string[] }) => {
      const source = await builtins.withFiles(plugins);
      const kind = kindNames.find((kind) => kind === name);
      if (name !== undefined && kind === undefined) return await show(source, name, voice);
      const listed = kind === undefined ? kindNames : [kind];
      voice.answer("plugins list", {
        plugins: listed.flatMap((kind) => source.names(kind).map((name) => ({ kind, name }))),
      });
      voice.say(listPlugins(source, kind));
    });
  command.command("show")
    .argument("[name]", "a plugin, such as sampler/ddim, or a kind, such as sampler")
    .description("show a plugin with its options, or a kind with its interface, its laws and a template")
    .option(...files)
    .action(async (name: string | undefined, { plugins = [] }: { plugins?: string[] }) => {
      if (name === undefined) throw new DenoiseError(messages.noPluginToShow(kindNames));
      const source = await builtins.withFiles(plugins);
      const kind = kindNames.find((kind) => kind === name);
      if (kind === undefined) return await show(source, name, voice);
      if (voice.json) voice.answer("plugins show KIND", await aboutKind(source, kind));
      voice.say(await showKind(source, kind));
    });
};

async function show(source: PluginSource, name: string, voice: Voice): Promise<void> {
  if (voice.json) voice.answer("plugins show PLUGIN", await aboutPlugin(source, name));
  voice.say(await showPlugin(source, name));
}
