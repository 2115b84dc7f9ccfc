/** Draws of events by their probabilities. */
import * as tf from "@tensorflow/tfjs";
import { broadcast, compare, convert, slice, sum, type Value } from "../stablehlo/mod.ts";
import { softmax } from "./reductions.ts";
import { scan } from "./scanning.ts";
import type { DeviceKernels, Supplies } from "./types.ts";

/** The event of each draw: how many events' cumulated probabilities lie at or below it. `[batch, draws]`. */
function multinomial(logits: Value, uniforms: Value, normalized: boolean): Value {
  const [batch, events] = logits.shape as [number, number];
  const probabilities = normalized ? logits : softmax(logits, false);
  // The last event is what is left.
  const first = slice(probabilities, [0, 0], [batch, events - 1]);
  const bounds = scan(first, { axis: 1, exclusive: false, reverse: false }, "add");
  const shape = [batch, uniforms.size, events - 1];
  const passed = compare("LE", broadcast(bounds, shape, [0, 2]), broadcast(uniforms, shape, [1]));
  return sum(convert(passed, "i32"), [2]);
}

export const multinomials: DeviceKernels = {
  Multinomial: ({ logits, uniforms }, { normalized }) => multinomial(logits!, uniforms!, normalized),
};

/** The draws of a seed are those of tfjs's other backends. As constants they would make each seed a program of its own. */
export const multinomialSupplies: Supplies = {
  Multinomial: ({ numSamples, seed }) => ({
    uniforms: tf.randomUniform([numSamples], 0, 1, "float32", seed),
  }),
};
