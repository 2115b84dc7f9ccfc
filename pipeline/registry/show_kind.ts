/** The text of `plugins show KIND`: what a kind of plugin is for, what it is asked for, and how to write one. */
import { type Kind, kinds } from "../kinds/mod.ts";
import { withArticle } from "../problems/messages/text.ts";
import type { PluginSource } from "../recipe/types.ts";
import { inputSchema } from "../recipe/describe.ts";
import { wrap } from "../terminal/width.ts";
import { declarationsIn } from "./declarations.ts";
import { isScaffoldKind, templateText } from "./scaffold.ts";
import { listPlugins, optionTable, width } from "./show.ts";
import { z } from "zod";

/** A kind: its plugins, their interface, the laws that tests hold them to, a plugin to begin with, and the first command. */
export async function showKind(source: PluginSource, kind: Kind): Promise<string> {
  const options = optionTable(kinds[kind].options);
  const { lawsOf } = await import("../contract/contract.ts"); // it loads tfjs, which no other listing needs
  const declarations = await declarationsIn(new URL(`../kinds/${kind}.ts`, import.meta.url));
  const type = kind[0]!.toUpperCase() + kind.slice(1);
  const name = `my-${kind}`;
  return [
    listPlugins(source, kind),
    ...(options.length === 0 ? [] : section(`Options of every ${kind}`, options)),
    ...section(
      `The interface: create returns ${withArticle(type)}; the types are exported by "denoise/plugin"`,
      declarations.join("\n\n").split("\n"),
    ),
    ...section(
      `The laws: contract(plugin) of "denoise/testing" tests that ${withArticle(kind)}`,
      lawsOf(kind).flatMap((law) => wrap(law, width - 4).map((line, i) => (i === 0 ? "- " : "  ") + line)),
    ),
    ...(isScaffoldKind(kind)
      ? [
        ...section("A plugin to begin with", (await templateText(kind, name)).trimEnd().split("\n")),
        ...section("To write it to a file, with its test and a recipe", [`deno task new ${kind} ${name}`]),
      ]
      : section("To begin", [`there is no template: read plugins/${kind}/ of Denoise, its smallest file first`])),
  ].join("\n");
}

/** What a kind of plugin is, as data. */
export interface KindFacts {
  /** Its name. */
  readonly kind: Kind;
  /** What it is, in a line. */
  readonly summary: string;
  /** Names, sorted. */
  readonly plugins: readonly string[];
  /** JSON Schema of the options of every plugin of this kind. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What tests hold each of its plugins to. */
  readonly laws: readonly string[];
}

/** As `showKind`, for programs. */
export async function aboutKind(source: PluginSource, kind: Kind): Promise<KindFacts> {
  const { lawsOf } = await import("../contract/contract.ts");
  const { summary, options } = kinds[kind];
  const schema = inputSchema(z.object(options as z.ZodRawShape));
  return { kind, summary, plugins: source.names(kind), options: schema, laws: lawsOf(kind) };
}

/** A title with lines below it, the code among them unchanged. */
function section(title: string, lines: readonly string[]): string[] {
  return ["", title, ...lines.map((line) => (line === "" ? "" : `  ${line}`))];
}
