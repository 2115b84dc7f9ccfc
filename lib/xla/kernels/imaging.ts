/** Kernels that turn, crop and warp images. */
import * as tf from "@tensorflow/tfjs";
import {
  add,
  and,
  barrier,
  broadcast,
  compare,
  constant,
  convert,
  div,
  fullLike,
  max,
  min,
  mul,
  neg,
  or,
  reshape,
  reverse,
  select,
  slice,
  sub,
  unary,
  type Value,
} from "../stablehlo/mod.ts";
import { gatherPixels, mixed, pixelGrid, roundHalfUp } from "./sampling.ts";
import type { DeviceKernels } from "./types.ts";

interface Crop {
  readonly cropSize: [height: number, width: number];
  readonly method: "bilinear" | "nearest";
  readonly extrapolationValue: number;
}

/** Crops `[boxes, height, width, channels]`, resized. Boxes are `[y1, x1, y2, x2]`, from 0 to 1 over the image. */
function crop(image: Value, boxes: Value, boxInd: Value, { cropSize, method, extrapolationValue }: Crop): Value {
  const [height, width] = cropSize;
  const [n] = boxes.shape as [number];
  const shape = [n, height, width];
  if (n * height * width === 0) return constant([], [...shape, image.shape[3]!], "f32");
  const index = pixelGrid(n, height, width);
  const side = (i: number) => broadcast(reshape(slice(boxes, [0, i], [n, i + 1]), [n]), shape, [0]);
  const along = (from: Value, to: Value, size: number, count: number, step: Value): Value =>
    count > 1
      ? add(mul(from, size - 1), mul(step, div(mul(sub(to, from), size - 1), count - 1)))
      : mul(mul(add(from, to), 0.5), size - 1);
  const row = along(side(0), side(2), image.shape[1]!, height, index.row);
  const column = along(side(1), side(3), image.shape[2]!, width, index.column);
  const item = broadcast(boxInd, shape, [0]);
  const within = (x: Value, size: number) => and(compare("GE", x, 0), compare("LE", x, size - 1));
  const valid = and(within(row, image.shape[1]!), within(column, image.shape[2]!));
  const pixel = method === "nearest"
    ? convert(gatherPixels(image, item, roundHalfUp(row), roundHalfUp(column), 0), "f32")
    : mixed(image, item, row, column, 0);
  // Boxes of missing images stay zero.
  const outside = select(and(compare("GE", item, 0), compare("LT", item, image.shape[0]!)), fullLike(valid.type, 0), 1);
  const keep = broadcast(or(valid, outside), pixel.shape, [0, 1, 2]);
  return select(keep, pixel, extrapolationValue);
}

type FillMode = "constant" | "reflect" | "wrap" | "nearest";

/** Moves places outside of an axis of `size` inside, as a mode has it. */
function mapped(x: Value, size: number, mode: FillMode): Value {
  if (mode === "constant") return x;
  const clamp = (value: Value) => min(max(value, 0), size - 1);
  if (mode === "nearest" || size === 1) return clamp(x);
  const truncated = (value: Value) => select(compare("LT", value, 0), unary("ceil", value), unary("floor", value));
  if (mode === "reflect") {
    const twice = 2 * size;
    const lifted = add(mul(truncated(div(neg(x), twice)), twice), x);
    const before = select(compare("LT", lifted, -size), add(lifted, twice), sub(neg(lifted), 1));
    const rest = sub(x, mul(truncated(div(x, twice)), twice));
    const after = select(compare("GE", rest, size), sub(neg(rest), 1 - twice), rest);
    return clamp(select(compare("LT", x, 0), before, select(compare("GT", x, size - 1), after, x)));
  }
  const before = add(x, mul(add(truncated(div(neg(x), size - 1)), 1), size));
  const after = sub(x, mul(truncated(div(x, size - 1)), size));
  return clamp(select(compare("LT", x, 0), before, select(compare("GT", x, size - 1), after, x)));
}

interface Transform {
  readonly interpolation: "nearest" | "bilinear";
  readonly fillMode: FillMode;
  readonly fillValue: number;
  readonly outputShape?: [height: number, width: number] | null;
}

/** Warps images by projections `[batch or 1, 8]`, which lead from places of the output to places of the input. */
function transform(image: Value, transforms: Value, attributes: Transform): Value {
  const { interpolation, fillMode, fillValue, outputShape } = attributes;
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const [tall, wide] = outputShape ?? [height, width];
  if (batch * tall * wide * channels === 0) return constant([], [batch, tall, wide, channels], image.dtype);
  const { item, row, column } = pixelGrid(batch, tall, wide);
  const n = transforms.shape[0]!;
  const coefficient = (i: number) => {
    const one = reshape(slice(transforms, [0, i], [n, i + 1]), [n]);
    return broadcast(n === 1 ? reshape(one, []) : one, row.shape, n === 1 ? [] : [0]);
  };
  const line = (i: number) => add(add(mul(coefficient(i), column), mul(coefficient(i + 1), row)), coefficient(i + 2));
  const depth = add(add(mul(coefficient(6), column), mul(coefficient(7), row)), 1);
  // Each place is used many times: behind a barrier it is computed once, not again in each use's loop.
  const [inX, inY] = barrier([div(line(0), depth), div(line(3), depth)]) as [Value, Value];
  const [x, y] = barrier([mapped(inX, width, fillMode), mapped(inY, height, fillMode)]) as [Value, Value];
  const read = interpolation === "nearest"
    ? gatherPixels(image, item, roundHalfUp(y), roundHalfUp(x), fillValue)
    : mixed(image, item, y, x, fillValue);
  const finite = broadcast(compare("NE", depth, 0), read.shape, [0, 1, 2]);
  return convert(select(finite, read, fillValue), image.dtype);
}

interface Rotation {
  readonly radians: number;
  readonly fillValue: number | [number, number, number];
  readonly center: number | [number, number];
}

/** Turns images about a centre (in parts of width and height); the nearest pixel is taken. */
function rotate(image: Value, { radians, fillValue, center }: Rotation): Value {
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const [centerX, centerY] = tf.backend_util.getImageCenter(center, height, width);
  const { item, row, column } = pixelGrid(batch, height, width);
  const [dx, dy] = [sub(column, centerX), sub(row, centerY)];
  const [sine, cosine] = [Math.sin(radians), Math.cos(radians)];
  const x = roundHalfUp(add(sub(mul(dx, cosine), mul(dy, sine)), centerX));
  const y = roundHalfUp(add(add(mul(dx, sine), mul(dy, cosine)), centerY));
  if (typeof fillValue === "number") return gatherPixels(image, item, y, x, fillValue);
  // A colour's fourth channel is opaque.
  const colour = Array.from({ length: channels }, (_, channel) => channel === 3 ? 255 : fillValue[channel] ?? 0);
  return gatherPixels(image, item, y, x, broadcast(constant(colour, [channels], image.dtype), image.shape, [3]));
}

export const imaging: DeviceKernels = {
  CropAndResize: ({ image, boxes, boxInd }, attributes) => crop(image!, boxes!, boxInd!, attributes),
  Transform: ({ image, transforms }, attributes) => transform(image!, transforms!, attributes),
  RotateWithOffset: ({ image }, attributes) => rotate(image!, attributes),
  FlipLeftRight: ({ image }) => reverse(image!, [2]),
};
