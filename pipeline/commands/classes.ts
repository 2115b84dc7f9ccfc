/** Pictures of classes that are asked for by name. */
import { classUnknown, classUnused } from "../problems/messages/classes.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Model } from "../run/load.ts";

/** Pictures to generate: for each its seed, its class, and what that is called. */
export interface Chosen {
  readonly seeds: readonly number[];
  /** Undefined: the classes in turn, as without a choice. */
  readonly labels: readonly number[] | undefined;
  /** Name of the class of each picture, where one was chosen that has a name. */
  readonly names: readonly (string | undefined)[] | undefined;
  /** Pictures in a row, where each row is a class. */
  readonly columns: number | undefined;
}

/** What is asked for by these words, unless a class is called so. */
const [every, none] = ["all", "none"];

/**
 * Pictures of a class: `all` gives one of each seed for every class, class by class, and `none` those that the network
 * makes without being told a class.
 *
 * @throws {DenoiseError} for a name that no class has, and for a model that knows no classes
 */
export function chosenOf({ session, position }: Model, name: string | undefined, seeds: readonly number[]): Chosen {
  if (name === undefined) return { seeds, labels: undefined, names: undefined, columns: undefined };
  if (session.graph.one("network").stage.offers?.classes === undefined) throw new DenoiseError(classUnused(name));
  const classes = position.classes ?? [];
  const label = classes.indexOf(name);
  if (label < 0 && name === every) {
    return {
      seeds: classes.flatMap(() => seeds),
      labels: classes.flatMap((_, label) => seeds.map(() => label)),
      names: classes.flatMap((name) => seeds.map(() => name)),
      columns: seeds.length,
    };
  }
  if (label < 0 && name !== none) throw new DenoiseError(classUnknown(name, classes));
  return {
    seeds,
    labels: seeds.map(() => label),
    names: seeds.map(() => classes[label]),
    columns: undefined,
  };
}
