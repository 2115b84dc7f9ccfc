/** Which stage needs which, and an order in which each comes after what it needs. */
import type { Kind, Slot } from "../kinds/mod.ts";
import * as messages from "../problems/messages/graph.ts";
import { unknownSampler } from "../problems/messages/recipe.ts";
import type { Problem } from "../problems/problem.ts";
import { stagesOf } from "../recipe/of_kind.ts";
import type { Recipe, RecipeStage } from "../recipe/types.ts";
import type { Edge } from "./types.ts";

/** Where each slot of a stage comes from. */
export interface Wiring {
  /** Stages in order; those that cannot be wired are left out. */
  readonly order: readonly RecipeStage[];
  readonly edges: readonly Edge[];
  /** The stage behind each slot of a stage, by stage id. `image` and `augment` come from the last augmentation, or the dataset. */
  supplier(id: string, slot: Slot): RecipeStage;
  readonly problems: readonly Problem[];
}

/** Resolves the `needs` of every stage. Problems come all at once. */
export function order(recipe: Recipe): Wiring {
  const problems: Problem[] = [];
  const edges: Edge[] = [];
  const suppliers = new Map<string, RecipeStage>();
  const needed = new Map<RecipeStage, RecipeStage[]>();
  const unwired = new Set<RecipeStage>();

  const images: RecipeStage[] = [...stagesOf(recipe, "dataset"), ...stagesOf(recipe, "augmentation")];
  const link = (from: RecipeStage, to: RecipeStage, slot: Slot) => {
    edges.push({ from: from.id, to: to.id, slot });
    suppliers.set(`${to.id} ${slot}`, from);
    needed.set(to, [...needed.get(to) ?? [], from]);
  };
  // The shape of an image passes from the dataset through each augmentation.
  images.slice(1).forEach((stage, i) => link(images[i]!, stage, "image"));

  for (const stage of recipe.stages) {
    const declared = new Set<Slot>((stage.plugin.needs ?? []) as Slot[]);
    if (stage.kind === "augmentation") declared.delete("image"); // it has that of the stage before it
    for (const slot of declared) {
      const found = find(recipe, stage, slot, images);
      if (found.supplier !== undefined) link(found.supplier, stage, slot);
      else {
        problems.push(found.problem);
        unwired.add(stage);
      }
    }
  }

  const sorted: RecipeStage[] = [];
  const done = new Set<RecipeStage>();
  const visit = (stage: RecipeStage, path: readonly RecipeStage[]): void => {
    if (path.includes(stage)) {
      const ring = [...path.slice(path.indexOf(stage)), stage];
      problems.push(recipe.problem(stage.path, messages.cycle(ring.map(({ id }) => id))));
      ring.forEach((member) => unwired.add(member));
      return;
    }
    if (done.has(stage)) return;
    for (const other of needed.get(stage) ?? []) visit(other, [...path, stage]);
    if (done.has(stage)) return; // a ring has been through here
    done.add(stage);
    if ((needed.get(stage) ?? []).some((other) => unwired.has(other))) unwired.add(stage);
    sorted.push(stage);
  };
  recipe.stages.forEach((stage) => visit(stage, []));
  return {
    order: sorted.filter((stage) => !unwired.has(stage)),
    edges,
    supplier: (id, slot) => suppliers.get(`${id} ${slot}`)!,
    problems,
  };
}

type Found = { supplier: RecipeStage } | { supplier?: undefined; problem: Problem };

function find(recipe: Recipe, stage: RecipeStage, slot: Slot, images: readonly RecipeStage[]): Found {
  const plugin = `${stage.plugin.kind}/${stage.plugin.name}`;
  if (slot === "sampler") {
    const name = stage.options.sampler;
    if (typeof name !== "string") {
      return { problem: recipe.problem(stage.path, messages.samplerOptionMissing(plugin)) };
    }
    const samplers = stagesOf(recipe, "sampler");
    const supplier = samplers.find(({ path }) => path[1] === name);
    if (supplier !== undefined) return { supplier };
    const names = samplers.map(({ path }) => String(path[1]));
    return { problem: recipe.problem([...stage.path, "sampler"], unknownSampler(name, names)) };
  }
  const kind: Kind = slot === "image" || slot === "augment" || slot === "batchSize" ? "dataset" : slot;
  const supplier = slot === "image" || slot === "augment" ? images.at(-1) : stagesOf(recipe, kind)[0];
  if (supplier !== undefined) return { supplier };
  return { problem: recipe.problem(stage.path, messages.stageAbsent(plugin, kind)) };
}
