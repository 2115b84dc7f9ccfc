/** `graph RECIPE`: the graph as text and as a drawing. */
import { extname } from "node:path";
import {
  builtins,
  checkOutput,
  DenoiseError,
  describeGraph,
  drawingOf,
  factsOf,
  files,
  messages,
  readRecipe,
  toMermaid,
  toSvg,
  trainingCost,
  wire,
} from "../mod.ts";
import {
  type AddCommand,
  say,
  trustOf,
  type TrustOptions,
  untilInterrupted,
  withPlugins,
  withRecipe,
} from "./command.ts";

export const graphCommand: AddCommand = (program, done) =>
  withPlugins(withRecipe(program.command("graph")))
    .description("Print and draw the graph of a recipe")
    .option("--out <file>", "output file: .svg, or .mmd or .md for Mermaid (default: NAME.svg)")
    .action((file: string, words: string[], options: TrustOptions & { out?: string }) =>
      untilInterrupted(done, async () => {
        if (options.out !== undefined) await checkDrawing(options.out);
        const graph = await wire(await readRecipe(file, { plugins: builtins, ...trustOf(options, words) }));
        const out = options.out ?? `${graph.recipe.name}.svg`;
        const draw = drawers[extname(out).toLowerCase()]!;
        const cost = await trainingCost(graph);
        await files.writeWhole(out, await draw(drawingOf(graph, factsOf(graph, cost))));
        say(`${describeGraph(graph, cost)}\ndrawing      ${out}`);
      })
    );

type Draw = (drawing: ReturnType<typeof drawingOf>) => string | Promise<string>;

const fence = "```mermaid\n";

const drawers: Readonly<Record<string, Draw>> = {
  ".svg": toSvg,
  ".mmd": toMermaid,
  ".md": (drawing) => `${fence}${toMermaid(drawing)}\n\`\`\`\n`,
};

/** Refuses another kind of file, and a page of Markdown that holds more than a drawing. */
async function checkDrawing(out: string): Promise<void> {
  const endings = Object.keys(drawers);
  const ending = extname(out).toLowerCase();
  if (!endings.includes(ending)) throw new DenoiseError(messages.pictureFormat(out, "a graph", endings));
  const isDrawing = (text: string) => ending !== ".md" || (text.startsWith(fence) && text.endsWith("\n```\n"));
  await checkOutput(out, "a graph", endings, isDrawing);
}
