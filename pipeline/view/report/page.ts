/** The page of a report: HTML that needs nothing but itself. */
import { escapeXml as escape } from "../../../lib/image/mod.ts";

/** The contents of the page. SVG documents are put in as they are. */
export interface Page {
  readonly title: string;
  readonly subtitle: string;
  /** CSS with the fonts of charts. */
  readonly fonts: string;
  /** Label and value. */
  readonly facts: readonly (readonly [string, string])[];
  readonly warnings: readonly string[];
  readonly charts: readonly string[];
  /** Grids of samples in their order, PNG. */
  readonly samples: readonly { readonly label: string; readonly png: Uint8Array }[];
  /** HTML: whether it repeats its training pictures. */
  readonly neighbours: string;
  /** The graph, SVG. */
  readonly graph: string;
  /** The resolved recipe, YAML. */
  readonly recipe: string;
}

const style = `
:root { color: #1f2430; background: #f4f5f8; font: 15px/1.5 Inter, system-ui, Helvetica, Arial, sans-serif; }
body { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1, h2 { font-family: "Inter SemiBold", Inter, system-ui, sans-serif; font-weight: normal; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 18px; margin: 0 0 14px; }
header p { margin: 4px 0 24px; color: #6a6a78; }
section { background: #fff; border: 1px solid #e3e5ec; border-radius: 10px; padding: 20px 22px; margin: 0 0 20px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 22px; margin: 0; } dt { color: #6a6a78; }
dd { margin: 0; } svg { max-width: 100%; height: auto; display: block; } .chart + .chart { margin-top: 18px; }
img { image-rendering: pixelated; max-width: 100%; height: auto; border-radius: 4px; }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 16px; }
figure { margin: 0; } figcaption { color: #6a6a78; font-size: 13px; margin-bottom: 4px; }
.last { margin-bottom: 18px; } pre { overflow-x: auto; background: #f4f5f8; padding: 14px; border-radius: 6px; font-size: 13px; }
.warning { border-left: 4px solid #c9862b; padding-left: 12px; margin: 6px 0; white-space: pre-wrap; }`;

/** A page that can be sent as one file: pictures are in it, and it loads nothing. */
export function toHtml(
  { title, subtitle, fonts, facts, warnings, charts, samples, neighbours, graph, recipe }: Page,
): string {
  const last = samples.at(-1);
  const section = (heading: string, content: string) =>
    content === "" ? "" : `<section>\n<h2>${heading}</h2>\n${content}\n</section>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${fonts}${style}
</style>
</head>
<body>
<header><h1>${escape(title)}</h1><p>${escape(subtitle)}</p></header>
${
    section(
      "Run",
      `<dl>${facts.map(([label, value]) => `<dt>${escape(label)}</dt><dd>${escape(value)}</dd>`).join("\n")}</dl>`,
    )
  }${section("Warnings", warnings.map((text) => `<p class="warning">${escape(text)}</p>`).join("\n"))}${
    section("Curves", charts.map((svg) => `<div class="chart">${svg}</div>`).join("\n"))
  }${
    section(
      "Samples",
      last === undefined ? "" : figure(last, "last") +
        `<div class="samples">${samples.slice(0, -1).map((each) => figure(each)).join("\n")}</div>`,
    )
  }${section("Nearest training pictures", neighbours)}${section("Graph", graph)}${
    section("Recipe", `<pre>${escape(recipe)}</pre>`)
  }</body>
</html>
`;
}

function figure({ label, png }: Page["samples"][number], className?: string): string {
  const source = `data:image/png;base64,${png.toBase64()}`;
  const name = className === undefined ? "" : ` class="${className}"`;
  return `<figure${name}><figcaption>${escape(label)}</figcaption><img alt="Samples, ${
    escape(label)
  }" src="${source}"></figure>`;
}
