/** Draws a graph as SVG, laid out by Graphviz. */
import { escapeXml as escape } from "../../../lib/image/mod.ts";
import type { Drawing, DrawingNode, Group } from "./drawing.ts";

const colours: Record<Group, { fill: string; line: string }> = {
  data: { fill: "#e3f0fb", line: "#3b82b8" },
  model: { fill: "#efe9fb", line: "#7a5cc0" },
  training: { fill: "#fdeedb", line: "#c9862b" },
  sampling: { fill: "#e4f5e6", line: "#3f9a52" },
};

const font = "Helvetica,Arial,sans-serif";
const grey = "#6a6a78";

/** An SVG document: solid lines are tensors that flow, dashed ones are slots. */
export async function toSvg(drawing: Drawing): Promise<string> {
  const { instance } = await import("@viz-js/viz"); // for `graph` and `report` alone
  const viz = await instance();
  const svg = viz.renderString(toDot(drawing), { format: "svg" });
  // Graphviz writes its version into the file; the same graph should give the same bytes.
  return svg.replaceAll(/<!--[\s\S]*?-->\s*/g, "");
}

function toDot({ title, nodes, edges }: Drawing): string {
  return [
    "digraph {",
    `  graph [rankdir=TB, bgcolor="#ffffff", pad=0.3, nodesep=0.6, ranksep=0.55, splines=true, labelloc=t, ` +
    `fontname="${font}", label=<${heading(title)}>];`,
    `  node [shape=plain, fontname="${font}"];`,
    `  edge [fontname="${font}", fontsize=9, arrowsize=0.7, penwidth=1.3];`,
    ...nodes.map((node) => `  "${node.id}" [label=<${table(node)}>];`),
    ...Object.keys(colours).map((group) => {
      const row = nodes.filter((node) => node.group === group).map(({ id }) => `"${id}"`);
      return `  { rank=same; ${row.join("; ")} }`;
    }),
    ...edges.map(({ from, to, label, type }) => {
      const { line } = colours[nodes.find(({ id }) => id === from)!.group];
      const style = type === "flow"
        ? `color="${line}", fontcolor="${grey}", penwidth=2, weight=4`
        : `style=dashed, color="${line}", fontcolor="${line}", constraint=${!isBackwards(nodes, from, to)}`;
      return `  "${from}" -> "${to}" [label=<&nbsp;${escape(label)}&nbsp;>, ${style}];`;
    }),
    "}",
  ].join("\n");
}

/** Whether a line points from a later stage of a recipe to an earlier one: it then has no say in the layout. */
function isBackwards(nodes: readonly DrawingNode[], from: string, to: string): boolean {
  const at = (id: string) => nodes.findIndex((node) => node.id === id);
  return at(from) > at(to);
}

function heading(title: string): string {
  const legend = "solid: tensors that flow in a step · dashed: slots that a plugin asked for";
  const width = Math.ceil(Math.max(textWidth(title, 15, true), textWidth(legend, 10)));
  return `<table border="0" cellspacing="2"><tr><td width="${width}"><font point-size="15"><b>${
    escape(title)
  }</b></font>` +
    `</td></tr><tr><td><font point-size="10" color="${grey}">${legend}</font></td></tr><tr><td height="8"></td></tr></table>`;
}

/** Width of a text in points, generously: Graphviz reckons with Helvetica, and the reader may have a wider font. */
function textWidth(text: string, size: number, bold = false): number {
  return text.length * size * (bold ? 0.78 : 0.62);
}

function table({ title, plugin, lines, group }: DrawingNode): string {
  const { fill, line } = colours[group];
  const rows = [
    `<font point-size="9" color="${line}">${escape(title)}</font>`,
    `<font point-size="13"><b>${escape(plugin)}</b></font>`,
    ...lines.map((text) => `<font point-size="9" color="${grey}">${escape(text)}</font>`),
  ];
  const widths = [textWidth(title, 9), textWidth(plugin, 13, true), ...lines.map((text) => textWidth(text, 9))];
  return `<table border="1" cellborder="0" cellspacing="0" cellpadding="1" style="rounded" color="${line}" ` +
    `bgcolor="${fill}"><tr><td height="2" width="${Math.ceil(Math.max(...widths)) + 16}"></td></tr>` +
    rows.map((row) => `<tr><td align="left">&nbsp;${row}&nbsp;</td></tr>`).join("") +
    `<tr><td height="4"></td></tr></table>`;
}
