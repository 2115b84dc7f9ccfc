/** Convolutions of stride 1 and their gradients for tfjs's wasm backend, on all cores. */
import * as tf from "@tensorflow/tfjs";
import { convolveArguments, gatherFilterArguments, groupChannels, splitChannels } from "./convolution_code.ts";
import type { WasmRuntime } from "./wasm_runtime.ts";

type Shape4 = [number, number, number, number];

/** A convolution of stride 1 as a kernel sees it. */
export interface Geometry {
  readonly batch: number;
  readonly input: readonly [height: number, width: number, channels: number];
  readonly output: readonly [height: number, width: number, channels: number];
  readonly filter: readonly [height: number, width: number];
  /** Zeros above and to the left; those below and to the right follow. */
  readonly pad: readonly [top: number, left: number];
}

/** How a kernel call asks for a convolution. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
  readonly dilations?: number | [number, number];
  readonly dataFormat?: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** The geometry of a convolution; undefined where its strides or dilations are not 1, or its channels come first. */
export function geometryOf(x: number[], filter: number[], attributes: ConvolutionAttributes): Geometry | undefined {
  const { strides, pad, dilations = 1, dataFormat = "NHWC", dimRoundingMode } = attributes;
  if (dataFormat !== "NHWC") return undefined;
  const shapes = [x as Shape4, filter as Shape4] as const;
  const info = tf.backend_util.computeConv2DInfo(...shapes, strides, dilations, pad, dimRoundingMode);
  if ([info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth].some((n) => n !== 1)) return;
  const { outHeight, outWidth, outChannels, padInfo: { top, left } } = info;
  const size = [info.inHeight + info.padInfo.top + info.padInfo.bottom, info.inWidth + left + info.padInfo.right];
  // tfjs computes a wrong size from a plain number and a filter that is not square: leave that to it.
  if (outHeight !== size[0]! - filter[0]! + 1 || outWidth !== size[1]! - filter[1]! + 1) return;
  return {
    batch: x[0]!,
    input: [x[1]!, x[2]!, x[3]!],
    output: [outHeight, outWidth, outChannels],
    filter: [filter[0]!, filter[1]!],
    pad: [top, left],
  };
}

/** The geometry of the convolution of `dy` that gives the input gradient: the filter turned round. */
export function turned({ batch, input, output, filter, pad }: Geometry): Geometry | undefined {
  const [top, left] = [filter[0] - 1 - pad[0], filter[1] - 1 - pad[1]];
  const below = input[0] + filter[0] - 1 - output[0] - top;
  const right = input[1] + filter[1] - 1 - output[1] - left;
  if (Math.min(top, left, below, right) < 0) return undefined;
  return { batch, input: output, output: input, filter, pad: [top, left] };
}

/** Whether the kernels here can do it: numbers are taken four at a time. */
export function fits({ input, output, filter }: Geometry): boolean {
  return (filter[1] * input[2]) % 4 === 0 && output[2] % 4 === 0 && output[1] >= 4 && output[0] > 0;
}

/** Convolves. `around`: the filter belongs to the convolution whose input gradient this is. */
export function runConvolution(
  runtime: WasmRuntime,
  geometry: Geometry,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  options: { bias?: tf.TensorInfo | undefined; around?: boolean } = {},
): tf.TensorInfo {
  const { batch, input: [height, width, channels], output: [outHeight, outWidth, outChannels], pad } = geometry;
  const [filterHeight, filterWidth] = geometry.filter;
  const out = runtime.output([batch, outHeight, outWidth, outChannels]);
  if (batch === 0) return out;
  const direct = filterHeight === 1 && filterWidth === 1 && pad[0] === 0 && pad[1] === 0;
  const paddedBytes = 4 * (outWidth + filterWidth - 1) * channels;
  const blockRows = rowsOfBlock(batch, outHeight, paddedBytes, runtime.pool.size);
  const blocks = Math.ceil(outHeight / blockRows);
  const scratchBytes = direct ? 0 : 64 * Math.ceil((blockRows + filterHeight - 1) * paddedBytes / 64);

  const weightCount = filterHeight * filterWidth * channels * outChannels;
  const room = runtime.allocate(4 * (weightCount + outChannels) + scratchBytes * runtime.pool.size);
  const bias = room + 4 * weightCount;
  const source = runtime.floats(runtime.address(filter), weightCount);
  pack(source, runtime.floats(room, weightCount), geometry, options.around ?? false);
  const biases = runtime.floats(bias, outChannels);
  if (options.bias === undefined) biases.fill(0);
  else biases.set(runtime.floats(runtime.address(options.bias), outChannels));

  const tiles = splitChannels(outChannels);
  runtime.run("convolve", batch * blocks, convolveArguments, {
    ...{ x: runtime.address(x), weights: room, bias, out: runtime.address(out) },
    ...{ height, rowBytes: 4 * width * channels, pixelBytes: 4 * channels },
    ...{ outHeight, outWidth, outPixelBytes: 4 * outChannels, top: pad[0], leftBytes: 4 * pad[1] * channels },
    ...{ filterHeight, steps: filterWidth * channels / 4, blockRows, blocks, paddedBytes, direct: Number(direct) },
    ...{ tiles3: tiles[3], tiles2: tiles[2], tiles1: tiles[1] },
  }, { address: bias + 4 * outChannels, bytes: scratchBytes });
  runtime.free(room);
  return out;
}

/** Rows of a task: few enough that they stay in the cache and that every thread gets some. */
function rowsOfBlock(batch: number, rows: number, rowBytes: number, threads: number): number {
  const inCache = Math.max(4, Math.floor(2 ** 18 / rowBytes));
  const shared = Math.ceil(rows * batch / (4 * threads));
  return Math.max(1, Math.min(rows, inCache, shared));
}

/** Weights in the order in which `convolve` reads them: for each tile of output channels, row by row of its matrix. */
function pack(from: Float32Array, to: Float32Array, { input, output, filter }: Geometry, around: boolean): void {
  const [channels, outChannels, taps] = [input[2], output[2], filter[0] * filter[1]];
  const tiles = splitChannels(outChannels);
  let at = 0;
  let first = 0;
  for (const vectors of [3, 2, 1] as const) {
    for (let tile = 0; tile < tiles[vectors]; tile++, first += 4 * vectors) {
      for (let tap = 0; tap < taps; tap++) {
        // Turned round, the filter is [taps reversed, in, out] with `in` and `out` exchanged.
        const tapFrom = (around ? taps - 1 - tap : tap) * channels * outChannels;
        const [step, across] = around ? [1, channels] : [outChannels, 1];
        for (let channel = 0; channel < channels; channel++) {
          const from0 = tapFrom + channel * step + first * across;
          for (let i = 0; i < 4 * vectors; i++) to[at++] = from[from0 + i * across]!;
        }
      }
    }
  }
}

/** The filter gradient of a convolution. */
export function runFilterGradient(
  runtime: WasmRuntime,
  geometry: Geometry,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
): tf.TensorInfo {
  const { batch, input: [height, width, channels], output: [outHeight, outWidth, outChannels], filter, pad } = geometry;
  const out = runtime.output([...filter, channels, outChannels]);
  runtime.floats(runtime.address(out), filter[0] * filter[1] * channels * outChannels).fill(0);
  const groups = Math.ceil(channels / groupChannels);
  const tiles = splitChannels(outChannels);
  let firstBytes = 0;
  for (const vectors of [3, 2, 1] as const) {
    if (tiles[vectors] === 0) continue;
    runtime.run(`gatherFilter${vectors}`, filter[0] * groups * tiles[vectors], gatherFilterArguments, {
      ...{
        x: runtime.address(x),
        dy: runtime.address(dy),
        out: runtime.address(out),
        batch,
        height,
        width,
        outHeight,
        outWidth,
      },
      ...{ channels, pixelBytes: 4 * channels, outPixelBytes: 4 * outChannels, top: pad[0], left: pad[1] },
      ...{ filterWidth: filter[1], groups, tiles: tiles[vectors], firstBytes },
      blockRows: Math.max(1, Math.floor(64 / outWidth)),
    });
    firstBytes += 16 * vectors * tiles[vectors];
  }
  return out;
}

/** Whether `runFilterGradient` can do it: both channels are taken four at a time. */
export function fitsFilterGradient({ input, output }: Geometry): boolean {
  return input[2] % 4 === 0 && output[2] % 4 === 0;
}
