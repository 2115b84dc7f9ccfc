/**
 * Draws the layers of this repository from its imports: `deno task architecture` writes docs/architecture.svg.
 *
 * @module
 */
import { instance } from "@viz-js/viz";
import { importsOf, targetOf } from "./imports.ts";
import { isTest, sourceFiles, textOf } from "./source_files.ts";

/** The picture, from the root. */
export const picture = "docs/architecture.svg";

/** Folders, and the folders that each imports from. */
export type Layers = ReadonlyMap<string, ReadonlySet<string>>;

/** The layer that a file belongs to: a folder of `pipeline/` or `lib/`, a folder of the root, or a file there. */
function layerOf(file: string): string {
  const [, layer] = /^((?:pipeline|lib)\/[^/]+|[^/]+)/.exec(file)!;
  return layer === "cli.ts" ? "cli" : layer!;
}

/** Not among the layers: tests, programs on top, what `deno task new` writes, and the number that all may read. */
const leftOut = /^(examples|pipeline\/registry\/templates)\/|^pipeline\/version\.ts$|^deno\.json$/;

/** The layers, from the imports of all files. */
export async function readLayers(): Promise<Layers> {
  const layers = new Map<string, Set<string>>();
  const layer = (name: string) => layers.get(name) ?? layers.set(name, new Set()).get(name)!;
  for (const file of await sourceFiles()) {
    if (isTest(file) || leftOut.test(file)) continue;
    const from = layerOf(file);
    const all = layer(from);
    for (const one of importsOf(await textOf(file))) {
      const target = targetOf(file, one);
      if (target === undefined || leftOut.test(target)) continue;
      const to = layerOf(target);
      layer(to);
      if (to !== from) all.add(to);
    }
  }
  return layers;
}

/** Only the arrows that do not follow from others: where A imports B and B imports C, that of A to C is left out. */
export function reduced(layers: Layers): Layers {
  const reached = (from: string, seen = new Set<string>()): Set<string> => {
    for (const to of layers.get(from) ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      reached(to, seen);
    }
    return seen;
  };
  return new Map([...layers].map(([from, all]) => {
    const indirect = new Set([...all].flatMap((to) => [...reached(to)]));
    if (indirect.has(from)) throw new Error(`Layers import each other: ${from} is among them`);
    return [from, new Set([...all].filter((to) => !indirect.has(to)))];
  }));
}

const groups: readonly { readonly of: RegExp; readonly fill: string; readonly line: string }[] = [
  { of: /^pipeline\//, fill: "#e3f0fb", line: "#3b82b8" },
  { of: /^lib\//, fill: "#e4f5e6", line: "#3f9a52" },
  { of: /^plugins$/, fill: "#efe9fb", line: "#7a5cc0" },
  { of: /./, fill: "#fdeedb", line: "#c9862b" }, // what a user sees
];

/** The picture as an SVG document. The same layers give the same bytes. */
export async function drawLayers(layers: Layers): Promise<string> {
  const font = "Helvetica,Arial,sans-serif";
  const names = [...layers.keys()].sort();
  const dot = [
    "digraph {",
    `  graph [rankdir=TB, bgcolor="#ffffff", pad=0.3, nodesep=0.25, ranksep=0.35, fontname="${font}"];`,
    `  node [shape=box, style="rounded,filled", height=0.3, margin="0.12,0.04", fontsize=11, fontname="${font}"];`,
    `  edge [color="#8a8a98", arrowsize=0.6];`,
    ...names.map((name) => {
      const { fill, line } = groups.find(({ of }) => of.test(name))!;
      return `  "${name}" [fillcolor="${fill}", color="${line}"];`;
    }),
    ...names.flatMap((from) => [...layers.get(from)!].sort().map((to) => `  "${from}" -> "${to}";`)),
    "}",
  ].join("\n");
  const svg = (await instance()).renderString(dot, { format: "svg" });
  return svg.replaceAll(/<!--[\s\S]*?-->\s*/g, ""); // Graphviz writes its version there
}

if (import.meta.main) {
  const svg = await drawLayers(reduced(await readLayers()));
  await Deno.writeTextFile(new URL(`../${picture}`, import.meta.url), svg);
  console.log(`wrote ${picture}`);
}
