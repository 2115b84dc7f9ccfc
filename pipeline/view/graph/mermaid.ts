/** Draws a graph as Mermaid text, for Markdown. */
import { visible } from "../../../lib/text/mod.ts";
import type { Drawing, Group } from "./drawing.ts";

const fills: Record<Group, string> = {
  data: "fill:#e3f0fb,stroke:#3b82b8",
  model: "fill:#efe9fb,stroke:#7a5cc0",
  training: "fill:#fdeedb,stroke:#c9862b",
  sampling: "fill:#e4f5e6,stroke:#3f9a52",
};

/** Mermaid flowchart: solid lines are tensors that flow, dotted ones are slots. */
export function toMermaid({ title, nodes, edges }: Drawing): string {
  const name = (id: string) => id.replaceAll(/[^a-zA-Z0-9]+/g, "_").replace(/_$/, "");
  return [
    "---",
    `title: "${escape(title)}"`,
    "---",
    "flowchart TB",
    ...nodes.map(({ id, title, plugin, lines, group }) => {
      const text = [`<small>${escape(title)}</small>`, `<b>${escape(plugin)}</b>`, ...lines.map(escape)].join("<br>");
      return `  ${name(id)}["${text}"]:::${group}`;
    }),
    ...edges.map(({ from, to, label, type }) =>
      `  ${name(from)} ${type === "flow" ? "==>" : "-.->"}|"${escape(label)}"| ${name(to)}`
    ),
    ...Object.entries(fills).map(([group, style]) => `  classDef ${group} ${style},color:#1c1c28`),
    "",
  ].join("\n");
}

/** Characters that mean something to Mermaid, by their code. */
function escape(text: string): string {
  return visible(text).replaceAll(/["<>&#[\]{}|]/g, (character) => `#${character.codePointAt(0)};`);
}
