/** Resizing exactly as `tf.image.resize`: half-pixel centres, taps outside the picture dropped and the rest normalised. */
import { enlarge, type Picture } from "./picture.ts";

/** Interpolation kernels: triangle, Keys' cubic with a = -0.5, and the plain mean of the pixels covered. */
export type ResizeMethod = "bilinear" | "bicubic" | "box";

/** How to resize. */
export interface ResizeOptions {
  /** Pixels of the result. */
  readonly width: number;
  /** Pixels of the result. */
  readonly height: number;
  /** Interpolation kernel. */
  readonly method: ResizeMethod;
  /** Widens the kernel by the scale when shrinking, so that fine detail is averaged rather than skipped. Default true. */
  readonly antialias?: boolean;
}

const kernels: Record<ResizeMethod, { radius: number; weight: (distance: number) => number }> = {
  bilinear: { radius: 1, weight: (x) => Math.max(0, 1 - x) },
  // Keys 1981, "Cubic convolution interpolation for digital image processing", with a = -0.5.
  bicubic: {
    radius: 2,
    weight: (x) => (x <= 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0),
  },
  box: { radius: 0.5, weight: (x) => (x <= 0.5 ? 1 : 0) },
};

/** For each output pixel of one axis: the first input pixel it reads, how many, and their weights, `taps` a pixel. */
interface Spans {
  readonly start: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float64Array;
  readonly taps: number;
}

function spans(from: number, to: number, method: ResizeMethod, antialias: boolean): Spans {
  const { radius, weight } = kernels[method];
  const scale = from / to;
  const stretch = antialias ? Math.max(scale, 1) : 1;
  const reach = radius * stretch;
  const taps = Math.min(2 * Math.ceil(reach) + 1, from);
  const start = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.ceil(centre - reach - 0.5));
    const last = Math.min(from - 1, Math.floor(centre + reach - 0.5));
    let total = 0;
    for (let tap = first; tap <= last; tap++) {
      total += weights[i * taps + tap - first] = weight(Math.abs(tap + 0.5 - centre) / stretch);
    }
    for (let k = 0; k <= last - first; k++) weights[i * taps + k]! /= total;
    start[i] = first;
    count[i] = last - first + 1;
  }
  return { start, count, weights, taps };
}

/**
 * The weight of each input pixel in each output pixel along one axis, `to * from` numbers row by row: resizing as a
 * matrix product, for programs that do it on a device.
 */
export function resizeWeights(from: number, to: number, method: ResizeMethod, antialias: boolean): Float32Array {
  const { start, count, weights, taps } = spans(from, to, method, antialias);
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    for (let k = 0; k < count[i]!; k++) matrix[i * from + start[i]! + k] = weights[i * taps + k]!;
  }
  return matrix;
}

/**
 * Resizes values `[height, width, channels]` of any range, one axis after the other. Nothing is clipped: bicubic
 * overshoots at edges.
 */
export function resizeValues(
  data: ArrayLike<number>,
  shape: { readonly width: number; readonly height: number; readonly channels: number },
  { width, height, method, antialias = true }: ResizeOptions,
): Float32Array {
  const { channels } = shape;
  if (data.length !== shape.width * shape.height * channels || data.length === 0) {
    throw new RangeError(`Cannot resize ${data.length} values as ${shape.height}×${shape.width}×${channels}`);
  }
  if (![width, height].every((size) => Number.isInteger(size) && size > 0)) {
    throw new RangeError(`Cannot resize to ${height}×${width} pixels: expected whole numbers from 1`);
  }
  const across = spans(shape.width, width, method, antialias);
  const narrow = new Float32Array(shape.height * width * channels);
  for (let row = 0, out = 0; row < shape.height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * shape.width + across.start[column]!) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let k = 0; k < across.count[column]!; k++) {
          sum += across.weights[column * across.taps + k]! * data[from + k * channels + channel]!;
        }
        narrow[out++] = sum;
      }
    }
  }
  const down = spans(shape.height, height, method, antialias);
  const line = width * channels;
  const result = new Float32Array(height * line);
  const sums = new Float64Array(line);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    for (let k = 0; k < down.count[row]!; k++) {
      const weight = down.weights[row * down.taps + k]!;
      const from = (down.start[row]! + k) * line;
      for (let i = 0; i < line; i++) sums[i]! += weight * narrow[from + i]!;
    }
    result.set(sums, row * line);
  }
  return result;
}

/** Resizes a picture; values are rounded to the nearest byte and clipped to 0–255. */
export function resize(picture: Picture, options: ResizeOptions): Picture {
  if (picture.width === options.width && picture.height === options.height) return picture;
  const values = resizeValues(picture.data, { ...picture, channels: 3 }, options);
  const data = new Uint8Array(Uint8ClampedArray.from(values).buffer);
  return { width: options.width, height: options.height, data };
}

/** A picture `factor` times as large in both directions: each pixel repeated, or by bicubic interpolation. */
export function enlarged(picture: Picture, factor: number, smooth = false): Picture {
  if (!smooth || factor === 1) return enlarge(picture, factor);
  return resize(picture, { width: picture.width * factor, height: picture.height * factor, method: "bicubic" });
}
