/** `graph RECIPE`: the graph as text and as a drawing. */
import {
  builtins,
  DenoiseError,
  describeGraph,
  drawingOf,
  factsOf,
  files,
  readRecipe,
  toMermaid,
  toSvg,
  trainingCost,
  wire,
} from "../mod.ts";
import { pictureFormat } from "../pipeline/messages/pictures.ts";
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
    .option("--out <file>", "where the drawing goes: .svg, or .mmd or .md for Mermaid (default: NAME.svg)")
    .action((file: string, words: string[], options: TrustOptions & { out?: string }) =>
      untilInterrupted(done, async () => {
        const graph = await wire(await readRecipe(file, { plugins: builtins, ...trustOf(options, words) }));
        const out = options.out ?? `${graph.recipe.name}.svg`;
        const draw = drawers[out.slice(out.lastIndexOf(".") + 1)];
        if (draw === undefined) {
          throw new DenoiseError(pictureFormat(out, "a graph", Object.keys(drawers).map((ending) => `.${ending}`)));
        }
        const cost = await trainingCost(graph);
        await files.writeWhole(out, await draw(drawingOf(graph, factsOf(graph, cost))));
        say(`${describeGraph(graph, cost)}\ndrawing        ${out}`);
      })
    );

type Draw = (drawing: ReturnType<typeof drawingOf>) => string | Promise<string>;

const drawers: Readonly<Record<string, Draw>> = {
  svg: toSvg,
  mmd: toMermaid,
  md: (drawing) => `\`\`\`mermaid\n${toMermaid(drawing)}\n\`\`\`\n`,
};
