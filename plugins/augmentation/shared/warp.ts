/**
 * Scales, turns and shifts pictures without blurring them or making jagged edges: as the augmentations of Karras et al. 2020,
 * arXiv:2006.06676, appendix B, that Karras et al. 2022 train diffusion with.
 */
import { tf } from "denoise/plugin";

/**
 * The low pass of the wavelet sym6 (Daubechies 1992, "Ten lectures on wavelets", table 8.1). Enlarging by it and shrinking
 * again gives the very picture: what is not moved, or moved by whole pixels, stays sharp however often it is done.
 */
const lowPass = [
  0.015404109327027373,
  0.0034907120842174702,
  -0.11799011114819057,
  -0.048311742585633,
  0.4910559419267466,
  0.787641141030194,
  0.3379294217276218,
  -0.07263752278646252,
  -0.021060292512300564,
  0.04472490177066578,
  0.0017677118642428036,
  -0.007800708325034148,
];
const reach = lowPass.length - 2; // samples beyond twice the pixels that shrinking looks at

/** Where each pixel comes from: `(xx xy; yx yy) · (pixel - shift)`, in pixels from the middle of the picture, x first. */
export interface Affine {
  /** Matrix of each picture, `[batch]` each. */
  readonly xx: tf.Tensor;
  readonly xy: tf.Tensor;
  readonly yx: tf.Tensor;
  readonly yy: tf.Tensor;
  /** Shift to the right, in pixels, `[batch]`. */
  readonly x: tf.Tensor;
  /** Shift downwards. */
  readonly y: tf.Tensor;
}

/**
 * Moves pixels: enlarged twice by the wavelet, read between samples by bilinear interpolation at twice the density of the
 * result, and shrunk by the wavelet. Beyond its edges a picture is mirrored (the edge is not repeated), as often as needed.
 *
 * @param images `[batch, height, width, channels]`; the result may overshoot their range at edges
 */
export function warp(images: tf.Tensor4D, { xx, xy, yx, yy, x, y }: Affine): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const [tall, wide] = [2 * period(height), 2 * period(width)];
  const fine = along(images, enlarging(height), enlarging(width));
  const [rows, columns] = [2 * height + reach, 2 * width + reach];

  const each = (tensor: tf.Tensor) => tf.reshape(tensor, [batch, 1, 1]);
  // The samples of the result, in pixels from its middle.
  const right = tf.sub(tf.reshape(places(columns, width), [1, 1, columns]), each(x));
  const down = tf.sub(tf.reshape(places(rows, height), [1, rows, 1]), each(y));
  const from = (byX: tf.Tensor, byY: tf.Tensor, size: number) =>
    tf.add(tf.mul(tf.add(tf.mul(each(byX), right), tf.mul(each(byY), down)), 2), size - 1);
  const [fromX, fromY] = [from(xx, xy, width), from(yx, yy, height)];
  const [left, above] = [tf.floor(fromX), tf.floor(fromY)];
  const [partX, partY] = [tf.sub(fromX, left), tf.sub(fromY, above)].map((part) => tf.expandDims(part, 3));

  const samples: tf.Tensor = tf.reshape(fine, [-1, channels]);
  const first = tf.reshape(tf.mul(tf.range(0, batch, 1, "int32"), tf.scalar(tall, "int32")), [batch, 1, 1]);
  const read = (row: tf.Tensor, column: tf.Tensor): tf.Tensor => {
    const line = tf.mul(tf.add(first, row), tf.scalar(wide, "int32"));
    return tf.gather(samples, tf.add(line, column) as tf.Tensor3D);
  };
  const [top, bottom] = [within(above, tall), within(tf.add(above, 1), tall)] as const;
  const [west, east] = [within(left, wide), within(tf.add(left, 1), wide)] as const;
  const mix = (a: tf.Tensor, b: tf.Tensor, part: tf.Tensor) => tf.add(a, tf.mul(tf.sub(b, a), part));
  const upper = mix(read(top, west), read(top, east), partX!);
  const lower = mix(read(bottom, west), read(bottom, east), partX!);
  return along(mix(upper, lower, partY!) as tf.Tensor4D, shrinking(height), shrinking(width));
}

/** After how many pixels a picture that is mirrored at both edges is back where it began. */
function period(size: number): number {
  return Math.max(1, 2 * (size - 1));
}

/** Places of the samples that are shrunk to a side of `size` pixels, in pixels from its middle. */
function places(samples: number, size: number): tf.Tensor {
  return tf.div(tf.sub(tf.range(0, samples), size + (reach - 2) / 2), 2);
}

/** An index that is a whole float, as int32 within `[0, size)`. */
function within(index: tf.Tensor, size: number): tf.Tensor {
  // Half a sample more, so that no rounding of the quotient takes a multiple to the turn before.
  const turns = tf.floor(tf.div(tf.add(index, 0.5), size));
  return tf.cast(tf.sub(index, tf.mul(turns, size)), "int32");
}

/** `rows · picture · columnsᵀ` of each channel. */
function along(images: tf.Tensor4D, rows: tf.Tensor2D, columns: tf.Tensor2D): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const [tall, wide] = [rows.shape[0], columns.shape[0]];
  const high = tf.matMul(tf.expandDims(rows, 0), tf.reshape(images, [batch, height, width * channels]));
  const both = tf.matMul(tf.expandDims(columns, 0), tf.reshape(high, [batch * tall, width, channels]));
  return tf.reshape(both, [batch, tall, wide, channels]);
}

/** Twice the samples of a side that is mirrored at its edges, over a whole period: `[2 · period, size]`. */
function enlarging(size: number): tf.Tensor2D {
  const whole = period(size);
  return matrix(2 * whole, size, (add) => {
    for (let sample = 0; sample < 2 * whole; sample++) {
      for (const [tap, weight] of lowPass.entries()) {
        const twice = sample + reach / 2 - tap; // of the pixel that this tap falls on
        if (twice % 2 !== 0) continue;
        const pixel = ((twice / 2) % whole + whole) % whole;
        add(sample, Math.min(pixel, whole - pixel) % size, weight);
      }
    }
  });
}

/** Half the samples: `[size, 2 · size + reach]`. */
function shrinking(size: number): tf.Tensor2D {
  return matrix(size, 2 * size + reach, (add) => {
    for (let pixel = 0; pixel < size; pixel++) {
      for (const [tap, weight] of lowPass.entries()) add(pixel, 2 * pixel + tap, weight);
    }
  });
}

function matrix(
  rows: number,
  columns: number,
  fill: (add: (row: number, column: number, weight: number) => void) => void,
): tf.Tensor2D {
  const values = new Float32Array(rows * columns);
  fill((row, column, weight) => void (values[row * columns + column]! += weight));
  return tf.tensor2d(values, [rows, columns]);
}
