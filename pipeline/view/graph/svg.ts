/** Draws a graph as SVG, laid out by Graphviz. */
import { escapeXml as escape, fontFamily, strongFontFamily } from "../../../lib/image/mod.ts";
import type { Drawing, DrawingNode, Group } from "./drawing.ts";

/** The colours of stages and of the lines that leave them, by what they are part of. */
export const groupColours: Readonly<Record<Group, { readonly fill: string; readonly line: string }>> = {
  data: { fill: "#e3f0fb", line: "#3b82b8" },
  model: { fill: "#efe9fb", line: "#7a5cc0" },
  training: { fill: "#fdeedb", line: "#c9862b" },
  sampling: { fill: "#e4f5e6", line: "#3f9a52" },
};

// Without the blanks of CSS: Graphviz takes what is before the first comma, and reckons with Helvetica where it has none.
const font = fontFamily.replaceAll(", ", ",");
const strongFont = strongFontFamily.replaceAll(", ", ",");
const grey = "#6a6a78";

/** How a graph is laid out. */
export interface SvgLayout {
  /**
   * Whether stages are below one another in the order of training, which is narrow. Default: a row for each of data, model,
   * training and sampling, and a heading above.
   */
  readonly upright?: boolean;
}

/** An SVG document: solid lines are tensors that flow, dashed ones are slots. */
export async function toSvg(drawing: Drawing, layout: SvgLayout = {}): Promise<string> {
  const { instance } = await import("@viz-js/viz"); // for `graph` and `report` alone
  const viz = await instance();
  const svg = viz.renderString(toDot(drawing, layout), { format: "svg" });
  // Graphviz writes its version into the file; the same graph should give the same bytes.
  return svg.replaceAll(/<!--[\s\S]*?-->\s*/g, "");
}

function toDot({ title, nodes, edges }: Drawing, { upright = false }: SvgLayout): string {
  const space = upright ? "pad=0.1, nodesep=0.25, ranksep=0.35" : "pad=0.3, nodesep=0.6, ranksep=0.55";
  return [
    "digraph {",
    `  graph [rankdir=TB, bgcolor="#ffffff", ${space}, splines=true, ` +
    `fontname="${font}"${upright ? "" : `, labelloc=t, label=<${heading(title)}>`}];`,
    `  node [shape=plain, fontname="${font}"];`,
    `  edge [fontname="${font}", fontsize=9, arrowsize=0.7, penwidth=1.3];`,
    ...nodes.map((node) => `  "${node.id}" [label=<${table(node)}>];`),
    ...(upright ? [] : Object.keys(groupColours)).map((group) => {
      const row = nodes.filter((node) => node.group === group).map(({ id }) => `"${id}"`);
      return `  { rank=same; ${row.join("; ")} }`;
    }),
    ...edges.map(({ from, to, label, type }) => {
      const { line } = groupColours[nodes.find(({ id }) => id === from)!.group];
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

/** What the lines mean. */
export const graphLegend = "solid: tensors that flow in a step · dashed: slots that a plugin asked for";

function heading(title: string): string {
  const width = Math.ceil(Math.max(textWidth(title, 15, true), textWidth(graphLegend, 10)));
  return `<table border="0" cellspacing="2"><tr><td width="${width}"><font point-size="15" face="${strongFont}">${
    escape(title)
  }</font>` +
    `</td></tr><tr><td><font point-size="10" color="${grey}">${graphLegend}</font></td></tr><tr><td height="8"></td></tr></table>`;
}

/** Width of a text in points, generously: Graphviz reckons with Helvetica, and the reader may have a wider font. */
function textWidth(text: string, size: number, bold = false): number {
  return text.length * size * (bold ? 0.78 : 0.62);
}

function table({ title, plugin, lines, group }: DrawingNode): string {
  const { fill, line } = groupColours[group];
  const rows = [
    `<font point-size="9" color="${line}">${escape(title)}</font>`,
    `<font point-size="13" face="${strongFont}">${escape(plugin)}</font>`,
    ...lines.map((text) => `<font point-size="9" color="${grey}">${escape(text)}</font>`),
  ];
  const widths = [textWidth(title, 9), textWidth(plugin, 13, true), ...lines.map((text) => textWidth(text, 9))];
  return `<table border="1" cellborder="0" cellspacing="0" cellpadding="1" style="rounded" color="${line}" ` +
    `bgcolor="${fill}"><tr><td height="2" width="${Math.ceil(Math.max(...widths)) + 16}"></td></tr>` +
    rows.map((row) => `<tr><td align="left">&nbsp;${row}&nbsp;</td></tr>`).join("") +
    `<tr><td height="4"></td></tr></table>`;
}
