/** Convolutions of stride 1 in WebAssembly: the code of the kernels. */
import { type Body, type Local, op, type, type WasmFunction } from "./assemble.ts";

// Each function runs one task of several: `(task, list, scratch)`, where `list` is the address of its arguments.
// Registers hold 4 rows of sums (pixels, or channels of x) by 12 or 8 columns (channels of the output). Deno checks the
// bounds of every access to memory, which costs more than a multiplication: so four numbers are loaded at once, and
// spread over registers one by one. Of all sizes tried 4 x 12 was the fastest, 4 x 8 close.

const params = [type.i32, type.i32, type.i32] as const;
const rows = 4; // of registers
const unrolled = 4; // pixels in one turn of the inner loop of `gatherFilter`

/** Arguments of `convolve`, by name. */
export const convolveArguments = [
  ...["x", "weights", "bias", "out", "height", "rowBytes", "pixelBytes", "outHeight", "outWidth", "outPixelBytes"],
  ...["top", "leftBytes", "filterHeight", "steps", "blockRows", "blocks", "paddedBytes", "direct"],
  ...["tiles3", "tiles2", "tiles1"],
] as const;

/** Arguments of `gatherFilter`, by name. */
export const gatherFilterArguments = [
  ...["x", "dy", "out", "batch", "height", "width", "outHeight", "outWidth", "channels", "pixelBytes", "outPixelBytes"],
  ...["top", "left", "filterWidth", "groups", "tiles", "firstBytes", "blockRows"],
] as const;

/** Columns of output channels, each of `4 * vectors` channels: `tiles[3]` of 12, then `tiles[2]` of 8, then `tiles[1]` of 4. */
export function splitChannels(channels: number): Readonly<Record<1 | 2 | 3, number>> {
  const vectors = channels / 4;
  if (vectors === 1) return { 3: 0, 2: 0, 1: 1 };
  const two = [0, 2, 1][vectors % 3]!;
  return { 3: (vectors - 2 * two) / 3, 2: two, 1: 0 };
}

/** Channels of x that a task of `gatherFilter` goes through: 64 bytes, a line of cache. */
export const groupChannels = 16;

function named<Name extends string>(f: Body, list: Local, names: readonly Name[]): Record<Name, Local> {
  return Object.fromEntries(names.map((name, i) => [name, f.argument(list, i)])) as Record<Name, Local>;
}

/** Pushes a vector of four times lane `lane` of `source`. */
function spread(f: Body, source: Local, lane: number): Body {
  const bytes = Array.from({ length: 16 }, (_, i) => 4 * lane + (i % 4));
  return f.get(source).get(source).simd(op.shuffle, ...bytes);
}

/** `sum += a * b`. Without relaxed SIMD, in two roundings. */
function multiplyAdd(f: Body, sum: Local, a: Local, b: Local, relaxed: boolean): void {
  if (relaxed) f.get(a).get(b).get(sum).simd(op.multiplyAdd).set(sum);
  else f.get(a).get(b).simd(op.mul).get(sum).simd(op.add).set(sum);
}

/** Output pixels of a block of rows of one picture. */
export function convolve(relaxed: boolean): WasmFunction {
  return {
    name: "convolve",
    params,
    body(f, task, list, scratch) {
      const $ = named(f, list, convolveArguments);
      const picture = f.let(() => f.get(task).get($.blocks).divide());
      const firstRow = f.let(() => f.get(task).get($.blocks).remainder().get($.blockRows).mul());
      const left = f.let(() => f.get($.outHeight).get(firstRow).sub());
      const count = f.let(() => f.smaller($.blockRows, left));
      const base = f.local(type.i32);
      const stride = f.local(type.i32);
      f.get($.direct).either(() => {
        f.get(picture).get($.height).mul().get(firstRow).add().get($.rowBytes).mul().get($.x).add().set(base);
        f.get($.rowBytes).set(stride);
      }, () => {
        padRows(f, $, picture, firstRow, count, scratch);
        f.get(scratch).set(base);
        f.get($.paddedBytes).set(stride);
      });
      const lastPixel = f.let(() => f.get($.outWidth).i32(rows).sub());
      const weights = f.let(() => f.get($.weights));
      const bias = f.let(() => f.get($.bias));
      const firstOut = f.let(() => {
        f.get(picture).get($.outHeight).mul().get(firstRow).add().get($.outWidth).mul().get($.outPixelBytes).mul();
        f.get($.out).add();
      });
      const outRowBytes = f.let(() => f.get($.outWidth).get($.outPixelBytes).mul());
      for (const vectors of [3, 2, 1] as const) {
        const tileBytes = f.let(() => f.get($.filterHeight).get($.steps).mul().i32(64 * vectors).mul());
        f.each(0, $[`tiles${vectors}`], 1, () => {
          f.each(0, count, 1, (row) => {
            const from = f.let(() => f.get(row).get(stride).mul().get(base).add());
            const to = f.let(() => f.get(row).get(outRowBytes).mul().get(firstOut).add());
            f.each(0, $.outWidth, rows, (counter) => {
              // The last pixels may be computed twice.
              const pixel = f.let(() => f.smaller(counter, lastPixel));
              const seen = f.let(() => f.get(pixel).get($.pixelBytes).mul().get(from).add());
              const target = f.let(() => f.get(pixel).get($.outPixelBytes).mul().get(to).add());
              convolvePixels(f, $, vectors, relaxed, { weights, bias, seen, target, stride });
            });
          });
          f.increase(weights, tileBytes);
          f.increase(bias, 16 * vectors);
          f.increase(firstOut, 16 * vectors);
        });
      }
    },
  };
}

/** Four output pixels: `seen` and `target` are the addresses of the first pixel that they see, and of the first of them. */
function convolvePixels(
  f: Body,
  $: Record<(typeof convolveArguments)[number], Local>,
  vectors: number,
  relaxed: boolean,
  at: Record<"weights" | "bias" | "seen" | "target" | "stride", Local>,
): void {
  const sums = Array.from({ length: rows * vectors }, () => f.local(type.v128));
  const columns = Array.from({ length: vectors }, () => f.local(type.v128));
  const pixels = Array.from({ length: rows }, () => f.local(type.v128));
  const number = f.local(type.v128);
  const pointers = Array.from({ length: rows }, () => f.local(type.i32));
  const weight = f.let(() => f.get(at.weights));
  const kernelRows = f.let(() => f.get($.filterHeight));
  const steps = f.local(type.i32);
  for (let v = 0; v < vectors; v++) {
    f.get(at.bias).load(16 * v).set(sums[v]!);
    for (let m = 1; m < rows; m++) f.get(sums[v]!).set(sums[m * vectors + v]!);
  }
  f.repeat(kernelRows, () => {
    f.get(at.seen).set(pointers[0]!);
    for (let m = 1; m < rows; m++) f.get(pointers[m - 1]!).get($.pixelBytes).add().set(pointers[m]!);
    f.get($.steps).set(steps);
    f.repeat(steps, () => {
      for (let m = 0; m < rows; m++) f.get(pointers[m]!).load().set(pixels[m]!);
      for (let k = 0; k < 4; k++) {
        for (let v = 0; v < vectors; v++) f.get(weight).i32(16 * (k * vectors + v)).add().load().set(columns[v]!);
        for (let m = 0; m < rows; m++) {
          spread(f, pixels[m]!, k).set(number);
          for (let v = 0; v < vectors; v++) multiplyAdd(f, sums[m * vectors + v]!, number, columns[v]!, relaxed);
        }
      }
      for (const pointer of pointers) f.increase(pointer, 16);
      f.increase(weight, 64 * vectors);
    });
    f.increase(at.seen, at.stride);
  });
  for (let m = 0; m < rows; m++) {
    for (let v = 0; v < vectors; v++) f.get(at.target).get(sums[m * vectors + v]!).store(16 * v);
    f.increase(at.target, $.outPixelBytes);
  }
}

/** Copies the input rows that `count` output rows see to `scratch`, with zeros around. */
function padRows(
  f: Body,
  $: Record<(typeof convolveArguments)[number], Local>,
  picture: Local,
  firstRow: Local,
  count: Local,
  scratch: Local,
): void {
  const needed = f.let(() => f.get(count).get($.filterHeight).add().i32(1).sub());
  const target = f.let(() => f.get(scratch));
  const tail = f.let(() => f.get($.leftBytes).get($.rowBytes).add());
  f.each(0, needed, 1, (row) => {
    const at = f.let(() => f.get(row).get(firstRow).add().get($.top).sub());
    // Unsigned: rows above the picture are large numbers.
    f.get(at).get($.height).emit(0x49).either(() => {
      f.get(target).i32(0).get($.leftBytes).fill();
      f.get(target).get($.leftBytes).add();
      f.get(picture).get($.height).mul().get(at).add().get($.rowBytes).mul().get($.x).add();
      f.get($.rowBytes).copy();
      f.get(target).get(tail).add().i32(0).get($.paddedBytes).get(tail).sub().fill();
    }, () => {
      f.get(target).i32(0).get($.paddedBytes).fill();
    });
    f.increase(target, $.paddedBytes);
  });
}

/**
 * The filter gradient for one row of the filter, up to 16 input channels and `vectors * 4` output channels, added to
 * what `out` holds. Sums run over blocks of pixels first, then over blocks, which also loses fewer digits.
 */
export function gatherFilter(vectors: number, relaxed: boolean): WasmFunction {
  return {
    name: `gatherFilter${vectors}`,
    params,
    body(f, task, list) {
      const $ = named(f, list, gatherFilterArguments);
      const zero = f.let(() => f.i32(0));
      const perRow = f.let(() => f.get($.groups).get($.tiles).mul());
      const kernelRow = f.let(() => f.get(task).get(perRow).divide());
      const rest = f.let(() => f.get(task).get(perRow).remainder());
      const firstChannel = f.let(() => f.get(rest).get($.tiles).divide().i32(groupChannels).mul());
      const groupEnd = f.let(() => f.get(firstChannel).i32(groupChannels).add());
      const lastChannel = f.let(() => f.smaller(groupEnd, $.channels));
      const columnBytes = f.let(() =>
        f.get(rest).get($.tiles).remainder().i32(16 * vectors).mul().get($.firstBytes).add()
      );
      // Output rows whose input row lies in the picture.
      const shift = f.let(() => f.get(kernelRow).get($.top).sub());
      const above = f.let(() => f.get($.top).get(kernelRow).sub());
      const firstRow = f.let(() => f.larger(above, zero));
      const below = f.let(() => f.get($.height).get(shift).sub());
      const endRow = f.let(() => f.smaller($.outHeight, below));

      const sums = Array.from({ length: rows * vectors }, () => f.local(type.v128));
      const columns = Array.from({ length: vectors }, () => f.local(type.v128));
      const [channelValues, number] = [f.local(type.v128), f.local(type.v128)];
      const [from, upstream, steps] = Array.from({ length: 3 }, () => f.local(type.i32));

      f.each(0, $.batch, 1, (picture) => {
        f.each(firstRow, endRow, $.blockRows, (blockStart) => {
          const blockEnd = f.let(() => f.get(blockStart).get($.blockRows).add());
          const blockLast = f.let(() => f.smaller(blockEnd, endRow));
          f.each(0, $.filterWidth, 1, (kernelColumn) => {
            const before = f.let(() => f.get($.left).get(kernelColumn).sub());
            const firstPixel = f.let(() => f.larger(before, zero));
            const right = f.let(() => f.get($.width).get(before).add());
            const endPixel = f.let(() => f.smaller($.outWidth, right));
            const pixels = f.let(() => f.get(endPixel).get(firstPixel).sub());
            f.get(pixels).i32(0).emit(0x4a).either(() => {
              f.each(firstChannel, lastChannel, rows, (channel) => {
                for (const sum of sums) f.constant(0).set(sum);
                f.each(blockStart, blockLast, 1, (row) => {
                  f.get(picture).get($.height).mul().get(row).add().get(shift).add().get($.width).mul();
                  f.get(firstPixel).add().get(before).sub().get($.pixelBytes).mul();
                  f.get(channel).i32(4).mul().add().get($.x).add().set(from!);
                  f.get(picture).get($.outHeight).mul().get(row).add().get($.outWidth).mul().get(firstPixel).add();
                  f.get($.outPixelBytes).mul().get(columnBytes).add().get($.dy).add().set(upstream!);
                  const pixel = () => {
                    for (let v = 0; v < vectors; v++) f.get(upstream!).i32(16 * v).add().load().set(columns[v]!);
                    f.get(from!).load().set(channelValues);
                    for (let m = 0; m < rows; m++) {
                      spread(f, channelValues, m).set(number);
                      for (let v = 0; v < vectors; v++) {
                        multiplyAdd(f, sums[m * vectors + v]!, number, columns[v]!, relaxed);
                      }
                    }
                    f.increase(from!, $.pixelBytes);
                    f.increase(upstream!, $.outPixelBytes);
                  };
                  f.get(pixels).i32(unrolled).divide().emit(0x22, steps!.index).either(() => {
                    f.repeat(steps!, () => {
                      for (let i = 0; i < unrolled; i++) pixel();
                    });
                  });
                  f.get(pixels).i32(unrolled).remainder().emit(0x22, steps!.index).either(() => {
                    f.repeat(steps!, pixel);
                  });
                });
                const target = f.let(() => {
                  f.get(kernelRow).get($.filterWidth).mul().get(kernelColumn).add().get($.channels).mul();
                  f.get(channel).add().get($.outPixelBytes).mul().get(columnBytes).add().get($.out).add();
                });
                for (let m = 0; m < rows; m++) {
                  for (let v = 0; v < vectors; v++) {
                    f.get(target).get(target).load(16 * v).get(sums[m * vectors + v]!).simd(op.add).store(16 * v);
                  }
                  f.increase(target, $.outPixelBytes);
                }
              });
            });
          });
        });
      });
    },
  };
}
