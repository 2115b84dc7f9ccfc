/** Draws charts: Vega-Lite lays them out without a browser, librsvg makes pixels of them. */
import { extname } from "node:path";
import { writeWhole } from "../../../lib/files/mod.ts";
import { encodePng, type Picture, renderSvg } from "../../../lib/image/mod.ts";
import { visibleLines } from "../../../lib/text/mod.ts";
import type { Spec } from "./spec.ts";

type Letters = { readonly fontSize?: number }; // Vega's types leave its measuring of texts out

/** A chart as an SVG document. */
export async function chartToSvg(spec: Spec): Promise<string> {
  // Loaded when the first chart is drawn: they take a third of a second.
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  // Without a canvas it takes letters for wider than those of Inter are, and leaves room that nothing fills.
  const { textMetrics } = vega as unknown as { textMetrics: { width: (item: Letters, text: unknown) => number } };
  textMetrics.width = ({ fontSize = 11 }, text) => 0.6 * fontSize * String(text ?? "").length;
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
  try {
    return visibleLines(fluid(await view.toSVG()));
  } finally {
    view.finalize();
  }
}

/** In a window that is narrower it shrinks as a whole, and nothing is cut. */
function fluid(svg: string): string {
  return svg.replace("<svg ", '<svg style="max-width: 100%; height: auto" ');
}

/** A chart as pixels, two for each of the SVG document's. */
export async function toPicture(spec: Spec): Promise<Picture> {
  return await renderSvg(await chartToSvg(spec), { scale: 2 });
}

/** Writes a chart: as an SVG document where the name ends in `.svg`, else as PNG. */
export async function writeChart(file: string, spec: Spec): Promise<void> {
  const svg = extname(file).toLowerCase() === ".svg";
  await writeWhole(file, svg ? await chartToSvg(spec) : await encodePng(await toPicture(spec)));
}
