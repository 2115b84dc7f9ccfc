/** Whether the pictures have the classes that the network is told. */
import type { Pictures } from "../data/mod.ts";
import type { Graph } from "../graph/types.ts";
import { classCount, classesMissing } from "../problems/messages/classes.ts";
import { DenoiseError } from "../problems/problem.ts";

/** @throws {DenoiseError} at `network.classes`, where the pictures have none, or another number of them */
export function checkClasses({ recipe, one }: Graph, { classes, train }: Pictures): void {
  const { stage, path } = one("network");
  const expected = stage.offers?.classes;
  if (expected === undefined || (classes?.length === expected && train.labels !== undefined)) return;
  const text = classes === undefined || train.labels === undefined
    ? classesMissing(expected)
    : classCount(expected, classes);
  throw new DenoiseError(recipe.problem([...path, "classes"], text));
}
