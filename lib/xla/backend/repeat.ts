/** Loops as one program: a step that is traced once, and computed as often as a call asks for. */
import * as tf from "@tensorflow/tfjs";
import { at, loop, type Value } from "../stablehlo/mod.ts";
import type { XlaBackend } from "./backend.ts";
import { mapTree, type Tree, visitTree } from "./tree.ts";

/** The first turn, and the one to stop before: integers, 0 ≤ from ≤ to. */
export type Turns = readonly [from: number, to: number];

/** The function to compile for a loop: the step's arguments, with the turns as two int32 scalars after the carried tree. */
export function loopOf<C extends Tree, T extends Tree, A extends readonly Tree[]>(
  backend: () => XlaBackend,
  step: (carried: C, tick: T, ...rest: A) => C,
  name: string,
): (carried: C, turns: readonly [tf.Tensor, tf.Tensor], ticks: T, ...rest: A) => C {
  return (carried, [from, to], ticks, ...rest) => {
    const current = backend();
    const tensorOf = (value: Value) => tf.engine().makeTensorFromTensorInfo(current.make(value));
    const start = leavesOf(carried, "carried");
    const results = loop(
      current.valueBehind(from),
      current.valueBehind(to),
      [...start.values()].map((tensor) => current.valueBehind(tensor)),
      (turn, values) => {
        let next = 0;
        const before = mapTree(carried, () => tensorOf(values[next++]!)) as C;
        const tick = mapTree(ticks, (tensor) => tensorOf(at(current.valueBehind(tensor), turn))) as T;
        const after = leavesOf(step(before, tick, ...rest), "carried");
        checkCarried(name, start, after);
        return [...start.keys()].map((path) => current.valueBehind(after.get(path)!));
      },
    );
    let next = 0;
    return mapTree(carried, () => tensorOf(results[next++]!)) as C;
  };
}

/** @throws RangeError where turns are none, or ticks do not reach */
export function checkTurns(name: string, [from, to]: Turns, ticks: Tree): void {
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to)) {
    throw new RangeError(`Cannot run "${name}" from turn ${from} to ${to}: both must be whole numbers, 0 ≤ from ≤ to`);
  }
  visitTree(ticks, `ticks of "${name}"`, (tensor, path) => {
    const [there = 0] = tensor.shape;
    if (there >= to) return;
    throw new RangeError(
      `Cannot run "${name}" up to turn ${to}: the tensor at ${path} has ${there} elements on its first axis, one for each turn`,
    );
  });
}

function leavesOf(tree: Tree, path: string): Map<string, tf.Tensor> {
  const leaves = new Map<string, tf.Tensor>();
  visitTree(tree, path, (tensor, path) => leaves.set(path, tensor));
  return leaves;
}

/** What a turn gives is what the next begins with: the same names, shapes and types. */
function checkCarried(name: string, before: Map<string, tf.Tensor>, after: Map<string, tf.Tensor>): void {
  const say = (tensor: tf.Tensor | undefined) =>
    tensor === undefined ? "nothing" : `${tensor.dtype} [${tensor.shape.join(", ")}]`;
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [first, then] = [say(before.get(path)), say(after.get(path))];
    if (first === then) continue;
    throw new TypeError(
      `Cannot repeat "${name}": it starts with ${first} at ${path} and gives ${then} there; a step returns what it takes, in the same shapes`,
    );
  }
}
