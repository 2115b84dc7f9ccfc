/** Kernels of pooling over two or three axes, and their gradients. */
import {
  broadcast,
  constant,
  div,
  fullLike,
  iota,
  isNaN,
  mul,
  pad,
  reduceWindow,
  reduceWindowFirst,
  reshape,
  scatterToSelected,
  select,
  sub,
  sum,
  type Value,
} from "../stablehlo/mod.ts";
import { isTrivial, type Pool, pool2d, pool3d, type PoolAttributes, windowOf } from "./pool_window.ts";
import type { DeviceKernel, DeviceKernels } from "./types.ts";

/** Elements that each window holds, those of the padding left out. */
function counts({ axes }: Pool): number[] {
  const along = axes.map(({ size, out, filter, stride, dilation, before }) =>
    Array.from({ length: out }, (_, i) => {
      let inside = 0;
      for (let k = 0; k < filter; k++) {
        const at = i * stride - before + k * dilation;
        if (at >= 0 && at < size) inside++;
      }
      return inside;
    })
  );
  return along.reduce((all, axis) => all.flatMap((count) => axis.map((inside) => count * inside)), [1]);
}

function average(x: Value, pool: Pool): Value {
  const { axes } = pool;
  // Windows that tile the image are a plain reduction, which vectorises along the channels.
  const tiles = axes.every(({ size, out, filter, stride, dilation, before, after }) =>
    size === out * filter && stride === filter && dilation === 1 && before === 0 && after === 0
  );
  if (tiles) {
    const apart = [x.shape[0]!, ...axes.flatMap(({ out, filter }) => [out, filter]), x.shape.at(-1)!];
    const volume = axes.reduce((product, { filter }) => product * filter, 1);
    return div(sum(reshape(x, apart), axes.map((_, i) => 2 + 2 * i)), volume);
  }
  const total = reduceWindow(x, "add", windowOf(pool));
  // Where a window holds nothing, tfjs gives NaN in two dimensions and 0 in three.
  const least = axes.length === 3 ? 1 : 0;
  const held = constant(counts(pool).map((count) => Math.max(count, least)), axes.map(({ out }) => out), "f32");
  return div(total, broadcast(held, total.shape, axes.map((_, i) => i + 1)));
}

/** The gradient of an average, as tfjs has it: each element gets a share, by the window's size, of each window it is in. */
function averageGradient(dy: Value, { axes }: Pool): Value {
  const volume = axes.reduce((product, { filter }) => product * filter, 1);
  const zeros = [0, ...axes.map(() => 0), 0];
  const apart = pad(div(dy, volume), zeros, zeros, 0, [0, ...axes.map(({ stride }) => stride - 1), 0]);
  return reduceWindow(apart, "add", {
    size: [1, ...axes.map(({ filter }) => filter), 1],
    dilation: [1, ...axes.map(({ dilation }) => dilation), 1],
    padding: [
      [0, 0],
      ...axes.map(({ size, out, stride, reach, before }): [number, number] => [
        reach - 1 - before,
        size + before - ((out - 1) * stride + 1),
      ]),
      [0, 0],
    ],
  });
}

/** Values and places of the maxima; of equal ones the first. */
function maximaWithPlaces(x: Value, pool: Pool, withBatch: boolean): Value[] {
  const flat = reshape(iota([x.size], "i32", 0), x.shape);
  const perItem = x.size / x.shape[0]!;
  const batch = mul(iota(x.shape, "i32", 0), perItem);
  return reduceWindowFirst(numbers(x), withBatch ? flat : sub(flat, batch), windowOf(pool));
}

/** Maxima pass over NaN, as in tfjs. */
const numbers = (x: Value): Value => x.dtype === "f32" ? select(isNaN(x), fullLike(x.type, -Infinity), x) : x;

type PoolOf = (x: Value, attributes: PoolAttributes) => Pool;

const family = (
  poolOf: PoolOf,
): Record<"average" | "averageGradient" | "maximum" | "maximumGradient", DeviceKernel> => ({
  average: ({ x }, attributes) => {
    const pool = poolOf(x!, attributes);
    return isTrivial(pool) ? x! : average(x!, pool);
  },
  averageGradient: ({ dy, input }, attributes) => averageGradient(dy!, poolOf(input!, attributes)),
  maximum: ({ x }, attributes) => {
    const pool = poolOf(x!, attributes);
    return isTrivial(pool) ? x! : reduceWindow(numbers(x!), "maximum", windowOf(pool));
  },
  maximumGradient: ({ dy, input }, attributes) =>
    scatterToSelected(numbers(input!), dy!, windowOf(poolOf(input!, attributes))),
});

const two = family(pool2d), three = family(pool3d);

export const pooling: DeviceKernels = {
  AvgPool: two.average,
  AvgPoolGrad: two.averageGradient,
  MaxPool: two.maximum,
  MaxPoolGrad: two.maximumGradient,
  MaxPoolWithArgmax: ({ x }, { includeBatchInIndex, ...attributes }) =>
    maximaWithPlaces(x!, pool2d(x!, attributes as PoolAttributes), includeBatchInIndex),
  AvgPool3D: three.average,
  AvgPool3DGrad: three.averageGradient,
  MaxPool3D: three.maximum,
  MaxPool3DGrad: three.maximumGradient,
};
