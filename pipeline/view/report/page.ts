/** The page of a report: HTML that needs nothing but itself. */
import { escapeXml as escape } from "../../../lib/image/mod.ts";
import type { Fact } from "./facts.ts";
import { style } from "./style.ts";

/** The contents of the page. SVG documents are put in as they are. */
export interface Page {
  readonly title: string;
  readonly subtitle: string;
  /** CSS with the fonts of charts. */
  readonly fonts: string;
  readonly facts: readonly Fact[];
  readonly warnings: readonly string[];
  readonly charts: readonly DrawnChart[];
  /** Grids of samples in their order, PNG. */
  readonly samples: readonly { readonly label: string; readonly png: Uint8Array }[];
  /** HTML: whether it repeats its training pictures. */
  readonly neighbours: string;
  /** The graph, SVG. */
  readonly graph: string;
  /** What the lines of the graph mean. */
  readonly graphLegend: string;
  /** The resolved recipe, YAML. */
  readonly recipe: string;
}

/** A chart, SVG. One that is as broad as the page has a second drawing for phones. */
export interface DrawnChart {
  readonly title: string;
  readonly text: string;
  readonly svg: string;
  readonly narrow?: string | undefined;
}

/** A page that can be sent as one file: pictures are in it, and it loads nothing. */
export function toHtml(page: Page): string {
  const { title, subtitle, fonts, facts, warnings, charts, samples, neighbours, graph, graphLegend, recipe } = page;
  const last = samples.at(-1);
  const section = (heading: string, content: string) =>
    content === "" ? "" : `<section>\n<h2>${heading}</h2>\n${content}\n</section>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<style>${fonts}${style}
</style>
</head>
<body>
<header><h1>${escape(title)}</h1><p>${escape(subtitle)}</p></header>
${section("Run", `<dl>${facts.map(fact).join("\n")}</dl>`)}${
    section("Warnings", warnings.map((text) => `<p class="warning">${escape(text)}</p>`).join("\n"))
  }${section("Curves", charts.length === 0 ? "" : `<div class="charts">${charts.map(chart).join("\n")}</div>`)}${
    section(
      "Samples",
      last === undefined ? "" : figure(last, "last") +
        `<div class="samples">${samples.slice(0, -1).map((each) => figure(each)).join("\n")}</div>`,
    )
  }${section("Nearest training pictures", neighbours)}${
    section("Graph", `${note(graphLegend)}<div class="graph">${graph}</div>`)
  }${section("Recipe", `<pre>${escape(recipe)}</pre>`)}</body>
</html>
`;
}

function fact({ label, value, note: text }: Fact): string {
  return `<dt>${escape(label)}</dt><dd>${escape(value)}${note(text)}</dd>`;
}

function note(text = ""): string {
  return text === "" ? "" : `<span class="note">${escape(text)}</span>`;
}

function chart({ title, text, svg, narrow }: DrawnChart): string {
  const drawn = narrow === undefined ? svg : `<div class="narrow">${narrow}</div><div class="broad-only">${svg}</div>`;
  return `<div${narrow === undefined ? "" : ` class="broad"`}><h3>${escape(title)}</h3>${note(text)}${drawn}</div>`;
}

function figure({ label, png }: Page["samples"][number], className?: string): string {
  const source = `data:image/png;base64,${png.toBase64()}`;
  const name = className === undefined ? "" : ` class="${className}"`;
  return `<figure${name}><figcaption>${escape(label)}</figcaption><img alt="Samples, ${
    escape(label)
  }" src="${source}"></figure>`;
}
