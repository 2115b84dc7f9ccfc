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
import { type AddCommand, trustOf, type TrustOptions, untilInterrupted, withPlugins, withRecipe } from "./command.ts";
import { graphAnswer } from "./graph_answer.ts";

export const graphCommand: AddCommand = (program, done, voice) =>
  withPlugins(withRecipe(program.command("graph")))
    .description("Print the graph of a recipe, and draw it where --out says")
    .option("-o, --out <file>", "file for a drawing: .svg, or .mmd or .md for Mermaid (default: none is drawn)")
    .action((file: string, words: string[], options: TrustOptions & { out?: string }) =>
      untilInterrupted(done, async () => {
        const { out } = options;
        if (out !== undefined) await checkDrawing(out);
        const graph = await wire(await readRecipe(file, { plugins: builtins, ...trustOf(options, words) }));
        const cost = await trainingCost(graph);
        if (out !== undefined) {
          const draw = drawers[extname(out).toLowerCase()]!;
          await files.writeWhole(out, await draw(drawingOf(graph, factsOf(graph, cost))));
        }
        voice.answer("graph", { ...graphAnswer(graph, cost), drawing: out ?? null });
        voice.say(describeGraph(graph, cost) + (out === undefined ? "" : `\ndrawing      ${out}`));
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
