/** Loops on any backend: as one program where it has that, else turn by turn. */
import * as tf from "@tensorflow/tfjs";
import { disposeTree, mapTree, type Tree } from "../../lib/tensor/mod.ts";
import type { Backend, Repeated } from "../kinds/backend.ts";

/** Compiles the step of a loop, as `Backend.repeat` says. */
export function repeatOn<C extends Tree, T extends Tree, A extends readonly Tree[]>(
  backend: Backend,
  step: (carried: C, tick: T, ...rest: A) => C,
  options: { name: string; precision?: "float32" },
): Repeated<C, T, A> {
  let run: Repeated<C, T, A> | undefined;
  return (carried, turns, ticks, ...rest) => {
    run ??= backend.repeat?.(step, options) ?? byTurns(backend, step, options); // known once the backend is started
    return run(carried, turns, ticks, ...rest);
  };
}

function byTurns<C extends Tree, T extends Tree, A extends readonly Tree[]>(
  backend: Backend,
  step: (carried: C, tick: T, ...rest: A) => C,
  options: { name: string; precision?: "float32" },
): Repeated<C, T, A> {
  const compiled = backend.compile(step, { ...options, donate: [0] });
  return async (carried, [from, to], ticks, ...rest) => {
    for (let turn = from; turn < to; turn++) {
      const tick = mapTree(ticks, (tensor) => tf.tidy(() => tf.squeeze(tf.slice(tensor, turn, 1), [0])));
      try {
        carried = await compiled(carried, tick, ...rest);
      } finally {
        disposeTree(tick);
      }
    }
    return carried;
  };
}
