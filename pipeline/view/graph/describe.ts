/** A graph in words: its stages as a tree, what each was given, and what training it costs. */
import { visible } from "../../../lib/text/mod.ts";
import type { Kind } from "../../kinds/mod.ts";
import { wrap } from "../../terminal/width.ts";
import { bytes, count, counted, scaled } from "../../terminal/units.ts";
import type { TrainingCost } from "../../programs/cost.ts";
import { evaluationsOf } from "../../programs/evaluations.ts";
import { setOptions } from "./drawing.ts";
import { averagesOf } from "../../programs/averages.ts";
import { estimatedBytes, processMemory } from "../../programs/memory.ts";
import type { Graph, Stage } from "../../graph/types.ts";

const width = 100; // columns of a page
const labelWidth = 13; // as the lines that training prints

/** `network      …`, wrapped. */
export function line(label: string, text: string): string {
  return wrap(visible(text), width - labelWidth)
    .map((part, i) => `${(i === 0 ? label : "").padEnd(labelWidth)}${part}`).join("\n");
}

/** Facts about stages that need numbers, by stage id: for the text and for the drawing. */
export function factsOf(graph: Graph, cost: TrainingCost | undefined): Record<string, string[]> {
  const shape = ({ height, width, channels }: Graph["image"]) => `${height} × ${width} × ${channels}`;
  const facts: Record<string, string[]> = {
    [graph.one("dataset").id]: [`pictures of ${shape(graph.datasetImage)}`],
    ...(cost && {
      [graph.one("network").id]: [
        counted(cost.parameters, "parameter"),
        `${scaled(cost.stepFlops, "FLOP")} a step at batch ${cost.batch}`,
      ],
    }),
  };
  const crop = graph.all("augmentation").at(-1);
  if (crop !== undefined && shape(graph.image) !== shape(graph.datasetImage)) {
    facts[crop.id] = [`to ${shape(graph.image)}`];
  }
  for (const sampler of graph.all("sampler")) {
    const { id, stage } = sampler;
    const evaluations = evaluationsOf(sampler);
    facts[id] = [
      counted(stage.steps, "step") + (evaluations === stage.steps ? "" : `, ${counted(evaluations, "evaluation")}`),
      `${stage.stochastic ? "stochastic" : "deterministic"}, order ${stage.order}`,
      ...(cost ? [`${scaled(evaluations * cost.evaluationFlops / cost.batch, "FLOP")} an image`] : []),
    ];
  }
  for (const { id, stage, options } of graph.all("metric")) {
    facts[id] = [Object.keys(stage.better).join(", "), `every ${options.every}`];
  }
  return facts;
}

/** The stages as a tree in the order in which a batch passes them, with facts, set options and what came by default. */
function stageTree(graph: Graph, cost: TrainingCost | undefined): string {
  const facts = factsOf(graph, cost);
  const of = (kind: Kind) => graph.all(kind) as readonly Stage[];
  const chain = ["dataset", "augmentation", "normalizer", "network", "parametrization", "loss", "optimizer", "ema"]
    .flatMap((kind) => of(kind as Kind));
  const rows = chain.map((stage, depth) => ({
    name: depth === 0 ? stage.id : `${" ".repeat(depth - 1)}└ ${stage.id}`,
    stage,
  }));
  const leaves = [...of("sampler"), ...of("metric")];
  leaves.forEach((stage, i) =>
    rows.push({
      name: `${" ".repeat(chain.length - 1)}${i === leaves.length - 1 ? "└" : "├"} ${stage.id}`,
      stage,
    })
  );
  const noise = of("schedule")[0]!;
  rows.push({ name: noise.id, stage: noise });
  const names = Math.max(...rows.map(({ name }) => name.length)) + 2;
  const plugins = Math.max(...rows.map(({ stage }) => stage.plugin.name.length)) + 2;
  return rows.flatMap(({ name, stage }) => {
    const told = stage.kind === "metric" ? "every" : stage.kind === "sampler" ? "steps" : undefined; // by the facts
    const set = setOptions(graph, stage).filter(([key]) => key !== told).map(([key, value]) => `${key} ${value}`);
    const chosen = graph.recipe.origin([...stage.path, "use"]).from === "default" ? ["by default"] : [];
    const needs = graph.edges.filter(({ to, slot }) => to === stage.id && slot === "sampler").map(({ from }) =>
      `by ${from}`
    );
    const text = [...facts[stage.id] ?? [], ...needs, ...set, ...chosen].join(" · ");
    return wrap(visible(text), width - 2 - names - plugins).map((part, i) =>
      `  ${(i === 0 ? name : "").padEnd(names)}${(i === 0 ? stage.plugin.name : "").padEnd(plugins)}${part}`.trimEnd()
    );
  }).join("\n");
}

/** A graph and its cost, as `graph RECIPE` prints it. */
export function describeGraph(graph: Graph, cost: TrainingCost | undefined): string {
  const { recipe } = graph;
  return [
    line("recipe", `${recipe.name} (${recipe.file}), seed ${recipe.seed}`),
    line("backend", graph.one("backend").stage.description),
    "graph",
    stageTree(graph, cost),
    ...(cost === undefined
      ? [line("cost", "not known: a plugin uses an op that has no rule of shapes")]
      : costLines(graph, cost)),
  ].join("\n");
}

function costLines(graph: Graph, cost: TrainingCost): string[] {
  const { memory, name, description } = graph.one("backend").stage;
  const limit = memory === undefined ? "no limit is known here" : `${bytes(memory)} on the ${name} backend`;
  const process = processMemory(cost, description);
  const { length: averages } = averagesOf(graph);
  const kept = averages === 1 ? "their average" : `their ${averages} averages`;
  return [
    line(
      "a step",
      `${scaled(cost.stepFlops, "FLOP")} forward and backward for ${counted(cost.batch, "image")}, ` +
        `${scaled(cost.convolutionFlops, "FLOP")} of them in convolutions`,
    ),
    line(
      "state",
      `${count(cost.parameters)} weights, ${kept} and the optimizer's moments: ${bytes(cost.stateBytes)}`,
    ),
    line("memory", `${bytes(cost.stepBytes)} of tensors in a step, ${bytes(estimatedBytes(cost))} with gaps; ${limit}`),
    ...(process === undefined ? [] : [
      line(
        "",
        `the whole process: about ${bytes(process.compiling)} while it compiles, ${bytes(process.training)} after`,
      ),
    ]),
  ];
}
