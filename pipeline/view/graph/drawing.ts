/** What a drawing of a graph shows, whatever draws it: a node for each stage, the slots between them, and the tensors that flow. */
import { z } from "zod";
import { type Kind, kinds, type Slot } from "../../kinds/mod.ts";
import { literal } from "../../registry/show.ts";
import type { Graph, Stage } from "../../graph/types.ts";

/** What a stage is part of; a colour each. */
export type Group = "data" | "model" | "training" | "sampling";

/** A stage. */
export interface DrawingNode {
  /** Id of the stage. */
  readonly id: string;
  /** Its path in the recipe, such as `samplers.preview`. */
  readonly title: string;
  /** Name of its plugin. */
  readonly plugin: string;
  /** Options that the recipe sets, and facts. */
  readonly lines: readonly string[];
  /** What it is part of. */
  readonly group: Group;
}

/** A line between stages: a slot that the one asked for, or tensors that pass between them in every step. */
export interface DrawingEdge {
  /** Id of a node. */
  readonly from: string;
  /** Id of a node. */
  readonly to: string;
  /** The slot, or what passes. */
  readonly label: string;
  /** Whether it is asked for once, or passed in every step. */
  readonly type: "slot" | "flow";
}

/** A drawing, not drawn yet. */
export interface Drawing {
  /** Title above the drawing. */
  readonly title: string;
  /** The stages. */
  readonly nodes: readonly DrawingNode[];
  /** The lines between them. */
  readonly edges: readonly DrawingEdge[];
}

const groups: Record<Exclude<Kind, "backend">, Group> = {
  dataset: "data",
  augmentation: "data",
  normalizer: "data",
  schedule: "model",
  network: "model",
  parametrization: "model",
  loss: "training",
  optimizer: "training",
  ema: "training",
  sampler: "sampling",
  metric: "sampling",
};

/** The drawing of a graph. `facts` are lines to add to a stage, by its id. */
export function drawingOf(graph: Graph, facts: Readonly<Record<string, readonly string[]>> = {}): Drawing {
  const { height, width, channels } = graph.image;
  const stages = graph.recipe.stages.map(({ id }) => graph.stages.find((stage) => stage.id === id)!);
  return {
    title: `${graph.recipe.name}: images of ${height} × ${width} × ${channels}, ` +
      `in batches of ${graph.one("dataset").options.batch_size}`,
    nodes: stages.filter(({ kind }) => kind !== "backend").map((stage) => ({
      id: stage.id,
      title: stage.id,
      plugin: stage.plugin.name,
      lines: [
        ...setOptions(graph, stage)
          // Facts of a sampler begin with its steps.
          .filter(([key]) => key !== "steps" || facts[stage.id] === undefined)
          .map(([key, value]) => short(`${key}: ${value}`)),
        ...facts[stage.id] ?? [],
      ],
      group: groups[stage.kind as Exclude<Kind, "backend">],
    })),
    edges: [...flow(graph), ...slots(graph)],
  };
}

/** Options that the recipe sets to something else than their default, as it would write them. */
export function setOptions(graph: Graph, stage: Stage): [name: string, value: string][] {
  const own = stage.plugin.options.safeParse({});
  const common = Object.entries(kinds[stage.kind].options as z.ZodRawShape)
    .map(([key, schema]) => [key, z.safeParse(schema, undefined).data]);
  const defaults: Record<string, unknown> = { ...Object.fromEntries(common), ...(own.success ? own.data : {}) };
  return Object.entries(stage.options).flatMap(([key, value]): [string, string][] => {
    if (value === undefined || graph.recipe.origin([...stage.path, key]).from === "default") return [];
    return JSON.stringify(defaults[key]) === JSON.stringify(value) ? [] : [[key, literal(value)]];
  });
}

const short = (line: string) => (line.length > 34 ? `${line.slice(0, 33)}…` : line);

/** What the pipeline itself passes from stage to stage, in training and in sampling. */
function flow(graph: Graph): DrawingEdge[] {
  const path = [graph.one("dataset"), ...graph.all("augmentation"), graph.one("normalizer")] as Stage[];
  const edge = (from: string, to: string, label: string): DrawingEdge => ({ from, to, label, type: "flow" });
  return [
    ...path.slice(1).map((stage, i) => edge(path[i]!.id, stage.id, "pictures")),
    edge("normalizer", "network", "images + noise"),
    edge("network", "parametrization", "raw output"),
    edge("parametrization", "loss", "prediction"),
    edge("loss", "optimizer", "gradients"),
    edge("optimizer", "ema", "weights"),
    ...graph.all("sampler").map(({ id }) => edge("ema", id, "average")),
    ...graph.all("metric").map(({ id }) => edge("ema", id, "average")),
  ];
}

/** What stages asked for. Shapes that pass along the pictures are not drawn a second time. */
function slots(graph: Graph): DrawingEdge[] {
  const along = (id: string) => graph.stages.find((stage) => stage.id === id)?.kind === "augmentation";
  const labels: Partial<Record<Slot, string>> = {
    image: "image shape",
    batchSize: "batch size",
    augment: "what was changed",
  };
  return graph.edges.filter(({ slot, to }) => slot !== "image" || !along(to))
    .map(({ from, to, slot }) => ({ from, to, label: labels[slot] ?? slot, type: "slot" }));
}
