/** Kernels of normalisation that read what they sum up no more often than they must. */
import {
  add,
  binary,
  broadcast,
  div,
  max,
  mul,
  partOf,
  reduceWith,
  region,
  reshape,
  scalar,
  sub,
  type Value,
} from "../stablehlo/mod.ts";
import { settings } from "./settings.ts";
import { sumAlong } from "./sum.ts";
import type { DeviceKernels } from "./types.ts";

/** Sums of several values of one shape, f32, along the same axes, in one pass over them. */
function sumsTogether(values: readonly Value[], axes: readonly number[]): Value[] {
  const type = { shape: [], dtype: "f32" as const };
  const body = region(
    [...values, ...values].map(() => type),
    (...pairs) => values.map((_, i) => binary("add", pairs[i]!, pairs[values.length + i]!)),
  );
  return reduceWith(values, values.map(() => scalar(0, "f32")), axes, body);
}

/** Means of values of one shape over all axes but the last. */
function channelMeans(values: readonly Value[]): Value[] {
  const [{ shape, size }] = values as [Value];
  const channels = shape.at(-1)!, count = size / channels;
  if (settings.platform !== "cpu") {
    return sumsTogether(values, shape.map((_, i) => i).slice(0, -1)).map((sum) => div(sum, count));
  }
  // Row by row first, as tfjs would be told to without this kernel: the same bits.
  const rows = shape.slice(0, -2).reduce((product, n) => product * n, 1), width = shape.at(-2)!;
  return values.map((value) => {
    const means = div(sumAlong(reshape(value, [rows, width, channels]), [1]), width);
    return div(sumAlong(means, [0]), rows);
  });
}

const along = (perChannel: Value, x: Value) => broadcast(perChannel, x.shape, [x.rank - 1]);

/**
 * Mean and biased variance of each channel.
 *
 * On a GPU in one pass, of distances from one element of the channel in the middle of the first image: of plain numbers,
 * the mean of squares less the square of the mean loses its digits where a channel is nearly constant; of such distances
 * it does not, as they then are nearly zero (Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance").
 */
function moments(x: Value): Value[] {
  if (settings.platform === "cpu") {
    const [mean] = channelMeans([x]) as [Value];
    const distance = sub(x, along(mean, x));
    return [mean, ...channelMeans([mul(distance, distance)])];
  }
  const channel = x.rank - 1;
  const middle = x.shape.map((n, i) => i === 0 || i === channel ? 0 : n >> 1);
  const one = partOf(x, middle, x.shape.map((n, i) => i === channel ? n : middle[i]! + 1));
  const pivot = reshape(one, [x.shape[channel]!]);
  const distance = sub(x, along(pivot, x));
  const [mean, square] = channelMeans([distance, mul(distance, distance)]) as [Value, Value];
  return [add(pivot, mean), max(sub(square, mul(mean, mean)), 0)];
}

function batchNormGradient(dy: Value, output: Value, inverse: Value): Value {
  const [byMean, byVariance] = channelMeans([dy, mul(dy, output)]) as [Value, Value];
  const rest = sub(sub(dy, along(byMean, dy)), mul(output, along(byVariance, dy)));
  return mul(rest, along(inverse, dy));
}

/** As `moments`, of each group of channels of each image: `[batch, pixels, groups, inner]` to `[batch, 1, groups, 1]`. */
function groupMoments(x: Value): Value[] {
  const [batch, pixels, groups, inner] = x.shape as [number, number, number, number];
  const kept = [batch, 1, groups, 1];
  const wide = (perGroup: Value) => broadcast(reshape(perGroup, [batch, groups]), x.shape, [0, 2]);
  if (settings.platform === "cpu") {
    const meanOf = (x: Value) => {
      const byChannel = div(sumAlong(x, [1]), pixels);
      return reshape(div(sumAlong(reshape(byChannel, [batch, 1, groups, inner]), [3]), inner), kept);
    };
    const mean = meanOf(x), distance = sub(x, wide(mean));
    return [mean, meanOf(mul(distance, distance))];
  }
  const middle = pixels >> 1;
  const pivot = reshape(partOf(x, [0, middle, 0, 0], [batch, middle + 1, groups, 1]), [batch, groups]);
  const distance = sub(x, wide(pivot));
  const byChannel = sumsTogether([distance, mul(distance, distance)], [1]);
  const [mean, square] = sumsTogether(byChannel, [2]).map((sum) => div(sum, pixels * inner)) as [Value, Value];
  return [add(pivot, mean), max(sub(square, mul(mean, mean)), 0)].map((value) => reshape(value, kept));
}

function pixelSums(dy: Value, values: Value): Value[] {
  const [batch, , groups, inner] = dy.shape as [number, number, number, number];
  const both = [dy, mul(dy, values)];
  const sums = settings.platform === "cpu" ? both.map((value) => sumAlong(value, [1])) : sumsTogether(both, [1]);
  return sums.map((sum) => reshape(sum, [batch, 1, groups, inner]));
}

export const channelMoments: DeviceKernels = {
  DenoiseMoments: ({ x }) => moments(x!),
  DenoiseBatchNormGradient: ({ dy, output, inverse }) => batchNormGradient(dy!, output!, inverse!),
  DenoiseGroupMoments: ({ x }) => groupMoments(x!),
  DenoisePixelSums: ({ dy, values }) => pixelSums(dy!, values!),
};
