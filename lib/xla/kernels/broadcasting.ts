/** Shapes brought together as NumPy does. */
import { broadcastShape, broadcastTo, type Value } from "../stablehlo/mod.ts";

/** Both values in their common shape. */
export function broadcastTogether(a: Value, b: Value): [a: Value, b: Value] {
  const shape = broadcastShape(a.shape, b.shape);
  return [broadcastTo(a, shape), broadcastTo(b, shape)];
}
