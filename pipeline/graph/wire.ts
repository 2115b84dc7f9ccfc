/** Wires a recipe's stages into a graph, and refuses what cannot work before anything runs. */
import type { ImageShape } from "../kinds/common.ts";
import type { Kind, Slot } from "../kinds/mod.ts";
import * as messages from "../problems/messages/graph.ts";
import { unknownSampler } from "../problems/messages/recipe.ts";
import { DenoiseError, type Problem } from "../problems/problem.ts";
import { checkRead } from "../recipe/given.ts";
import type { Recipe, RecipeStage } from "../recipe/types.ts";
import { checkAccumulation } from "./accumulation.ts";
import { checkRequirements } from "./requirements.ts";
import { type Attempt, attempt, createStage, pluginId } from "./create.ts";
import { ofKind } from "./of_kind.ts";
import { order, type Wiring } from "./order.ts";
import { checkShapes } from "./shapes.ts";
import type { Graph, Stage } from "./types.ts";

/**
 * Creates the stages of a recipe, each from its options and the slots it asked for.
 *
 * @param options `training: false` for a model that is used: what its recipe would do in training is not checked
 * @throws {DenoiseError} with everything that cannot work, each at its line
 */
export async function wire(
  recipe: Recipe,
  { training = true }: { readonly training?: boolean } = {},
): Promise<Graph> {
  checkRead(recipe);
  const wiring = order(recipe);
  const problems: Problem[] = [...wiring.problems];
  const made = new Map<string, Stage>();
  const shapes = new Map<string, ImageShape>();
  const told = new Map<string, number>();
  for (const stage of wiring.order) {
    const slots = slotsOf(stage, wiring, made, { shapes, told });
    if (slots === undefined) continue; // what it needs has failed, and that has been said
    const result = await createStage(recipe, stage, slots);
    if ("problems" in result) {
      problems.push(...result.problems);
      continue;
    }
    const created = { ...stage, stage: result.value } as Stage;
    made.set(stage.id, created);
    if (stage.kind !== "dataset" && stage.kind !== "augmentation") continue;
    const { tells } = stage.kind === "augmentation" ? (created as Stage<"augmentation">).stage : {};
    told.set(stage.id, (told.get(wiring.supplier(stage.id, "image")?.id) ?? 0) + (tells?.numbers ?? 0));
    const shape = await shapeOf(recipe, created, wiring, shapes);
    if ("problems" in shape) problems.push(...shape.problems);
    else if (shape.value !== undefined) shapes.set(stage.id, shape.value);
  }
  const stages = [...made.values()];
  problems.push(...await checkRequirements(recipe, stages, { training }));
  if (problems.length > 0) throw new DenoiseError(byLine(recipe, problems));
  const graph = assemble(recipe, stages, wiring, { shapes, told });
  const around = (id: string) => ({
    before: shapes.get(wiring.supplier(id, "image")?.id) ?? graph.datasetImage,
    after: shapes.get(id) ?? graph.image,
  });
  const misshapen = await checkShapes(recipe, stages, { image: graph.image, around });
  if (misshapen.length > 0) throw new DenoiseError(byLine(recipe, misshapen));
  const undivided = training ? await checkAccumulation(graph) : [];
  if (undivided.length > 0) throw new DenoiseError(byLine(recipe, undivided));
  return graph;
}

/** Problems by line, those of the recipe's own file first. */
function byLine(recipe: Recipe, problems: readonly Problem[]): Problem[] {
  const other = ({ place }: Problem) => Number(place !== undefined && place.file !== recipe.file);
  return problems.toSorted((a, b) =>
    other(a) - other(b) || (a.place?.file ?? "").localeCompare(b.place?.file ?? "") ||
    (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0)
  );
}

/** What passes along the pictures, by the id of the dataset or augmentation that it comes from. */
interface Passed {
  /** Shape of the pictures. */
  readonly shapes: ReadonlyMap<string, ImageShape>;
  /** Numbers for the network on what was done to a picture so far. */
  readonly told: ReadonlyMap<string, number>;
}

/** The slots of a stage, or undefined when one of them could not be made. */
function slotsOf(
  stage: RecipeStage,
  wiring: Wiring,
  made: ReadonlyMap<string, Stage>,
  { shapes, told }: Passed,
): Partial<Record<Slot, unknown>> | undefined {
  const slots: Partial<Record<Slot, unknown>> = {};
  for (const slot of (stage.plugin.needs ?? []) as Slot[]) {
    const { id } = wiring.supplier(stage.id, slot);
    const value = slot === "image"
      ? shapes.get(id)
      : slot === "augment"
      ? told.get(id)
      : slot === "batchSize"
      ? (made.get(id) as Stage<"dataset"> | undefined)?.options.batch_size
      : made.get(id)?.stage;
    if (value === undefined) return undefined;
    slots[slot] = value;
  }
  return slots;
}

/** Shape of the images that a dataset or an augmentation gives; undefined when the stage before it has none. */
async function shapeOf(
  recipe: Recipe,
  stage: Stage,
  wiring: Wiring,
  shapes: ReadonlyMap<string, ImageShape>,
): Promise<Attempt<ImageShape | undefined>> {
  let shape: ImageShape;
  if (stage.kind === "dataset") shape = (stage as Stage<"dataset">).stage.image;
  else {
    const before = shapes.get(wiring.supplier(stage.id, "image")?.id);
    if (before === undefined) return { value: undefined };
    const result = await attempt(recipe, stage, "shape", () => (stage as Stage<"augmentation">).stage.shape(before));
    if ("problems" in result) return result;
    shape = result.value;
  }
  const sizes = [shape?.height, shape?.width, shape?.channels];
  if (sizes.every((size) => Number.isInteger(size) && size! >= 1)) return { value: shape };
  const text = messages.imageShapeUnfit(stage.id, pluginId(stage), sizes.join(" × "));
  return { problems: [recipe.problem(stage.path, text)] };
}

function assemble(
  recipe: Recipe,
  stages: readonly Stage[],
  wiring: Wiring,
  { shapes, told }: Passed,
): Graph {
  const inRecipe = recipe.stages.map(({ id }) => stages.find((stage) => stage.id === id)!);
  const all = <K extends Kind>(kind: K) => ofKind(inRecipe, kind);
  const dataset = all("dataset")[0]!;
  return {
    recipe,
    stages,
    edges: wiring.edges.filter(({ from, slot }) => slot !== "augment" || told.get(from) !== 0),
    datasetImage: shapes.get(dataset.id)!,
    image: shapes.get((all("augmentation").at(-1) ?? dataset).id)!,
    all,
    one<K extends Kind>(kind: K): Stage<K> {
      const found = all(kind);
      if (found.length !== 1) throw new TypeError(`Recipe has ${found.length} stages of kind "${kind}", not one`);
      return found[0]!;
    },
    sampler(name) {
      const samplers = all("sampler");
      const found = samplers.find(({ path }) => path[1] === name);
      if (found !== undefined) return found;
      throw new DenoiseError(unknownSampler(name, samplers.map(({ path }) => String(path[1]))));
    },
  };
}
