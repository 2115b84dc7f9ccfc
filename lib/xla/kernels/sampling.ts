/** Pixels of images read at places that are computed. */
import {
  add,
  and,
  barrier,
  broadcast,
  compare,
  convert,
  fullLike,
  iota,
  mul,
  reshape,
  select,
  sub,
  unary,
  type Value,
} from "../stablehlo/mod.ts";
import { isInRange, takeRows } from "./indices.ts";

/** Nearest whole number; halves up, as JavaScript rounds. */
export const roundHalfUp = (x: Value): Value => unary("floor", add(x, 0.5));

/**
 * Pixels `[…, channels]` of `images` `[batch, height, width, channels]` at f32 whole-number places; `fill` outside.
 *
 * @param item which image, i32 `[…]`
 * @param fill a number, or a value of the result's shape
 */
export function gatherPixels(images: Value, item: Value, row: Value, column: Value, fill: number | Value): Value {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  // Kept near the image first: what is far away, or not a number, has no integer.
  const whole = (x: Value, size: number) => convert(select(withinFloat(x, size), x, -1), "i32");
  const [y, x] = [whole(row, height), whole(column, width)];
  const valid = and(and(isInRange(y, height), isInRange(x, width)), isInRange(item, batch));
  const places = add(mul(add(mul(item, height), y), width), x);
  const [flat] = barrier([reshape(select(valid, places, -1), [places.size])]) as [Value];
  const taken = reshape(takeRows(reshape(images, [batch * height * width, channels]), flat), [
    ...places.shape,
    channels,
  ]);
  if (fill === 0) return taken;
  return select(broadcast(valid, taken.shape, places.shape.map((_, axis) => axis)), taken, fill);
}

const withinFloat = (x: Value, size: number) => and(compare("GE", x, 0), compare("LT", x, size));

/** As `pixels`, at places between pixels: mixed of the four around. The result is f32. */
export function mixed(images: Value, item: Value, row: Value, column: Value, fill: number): Value {
  const [top, left] = barrier([unary("floor", row), unary("floor", column)]) as [Value, Value];
  const [below, right] = [sub(row, top), sub(column, left)];
  const at = (dy: number, dx: number) => convert(gatherPixels(images, item, add(top, dy), add(left, dx), fill), "f32");
  const blend = (a: Value, b: Value, share: Value) => {
    const wide = broadcast(share, a.shape, share.shape.map((_, axis) => axis));
    return add(mul(a, sub(fullLike(wide.type, 1), wide)), mul(b, wide));
  };
  return blend(blend(at(0, 0), at(0, 1), right), blend(at(1, 0), at(1, 1), right), below);
}

/** f32 row and column numbers of `[batch, height, width]` places, and their items. */
export function pixelGrid(batch: number, height: number, width: number): { item: Value; row: Value; column: Value } {
  const shape = [batch, height, width];
  return { item: iota(shape, "i32", 0), row: iota(shape, "f32", 1), column: iota(shape, "f32", 2) };
}
