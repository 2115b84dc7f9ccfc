/** Sums over pixels and changes per channel in WebAssembly. Tensors are matrices of pixels by channels, in fours. */
import { type Body, type Local, op, type, type WasmFunction } from "./assemble.ts";

const params = [type.i32, type.i32, type.i32] as const;

/** Arguments of every function here. `a`, `b` and `out` are matrices of `rows` by `channels`; `p`, `q`, `r` one row. */
export const channelArguments = ["a", "b", "out", "rows", "channelBytes", "chunkRows", "p", "q", "r"] as const;

type Names = Record<(typeof channelArguments)[number], Local>;

/** What a task works on: its rows, and for each vector of channels the addresses of its first numbers. */
function eachColumn(
  f: Body,
  task: Local,
  list: Local,
  body: (
    $: Names,
    at: { channel: Local; a: Local; b: Local; out: Local; rows: Local; partial: Local },
  ) => void,
): void {
  const $ = Object.fromEntries(channelArguments.map((name, i) => [name, f.argument(list, i)])) as Names;
  const first = f.let(() => f.get(task).get($.chunkRows).mul());
  const left = f.let(() => f.get($.rows).get(first).sub());
  const count = f.let(() => f.smaller($.chunkRows, left));
  const offset = f.let(() => f.get(first).get($.channelBytes).mul());
  // Two results of sums lie side by side for each task.
  const partialRow = f.let(() => f.get(task).get($.channelBytes).mul().i32(2).mul().get($.out).add());
  f.each(0, $.channelBytes, 16, (channel) => {
    const start = f.let(() => f.get(offset).get(channel).add());
    const place = (matrix: Local) => f.let(() => f.get(matrix).get(start).add());
    const rows = f.let(() => f.get(count));
    const partial = f.let(() => f.get(partialRow).get(channel).add());
    body($, { channel, a: place($.a), b: place($.b), out: place($.out), rows, partial });
  });
}

/** Sum of each channel, and the sum of squared distances from the mean of the chunk, for each chunk of rows. */
const moments: WasmFunction = {
  name: "moments",
  params,
  body(f, task, list) {
    eachColumn(f, task, list, ($, { a, rows, partial }) => {
      const [sum, mean, squares, distance] = Array.from({ length: 4 }, () => f.local(type.v128));
      const start = f.let(() => f.get(a));
      const again = f.let(() => f.get(rows));
      f.constant(0).set(sum!);
      f.get(rows).emit(0xb2).simd(0x13).set(mean!); // the number of rows, as numbers
      f.repeat(rows, () => {
        f.get(sum!).get(a).load().simd(op.add).set(sum!);
        f.increase(a, $.channelBytes);
      });
      f.get(sum!).get(mean!).simd(op.div).set(mean!);
      f.constant(0).set(squares!);
      f.repeat(again, () => {
        f.get(start).load().get(mean!).simd(op.sub).set(distance!);
        f.get(distance!).get(distance!).simd(op.mul).get(squares!).simd(op.add).set(squares!);
        f.increase(start, $.channelBytes);
      });
      f.get(partial).get(sum!).store();
      f.get(partial).get($.channelBytes).add().get(squares!).store();
    });
  },
};

/** Sum of each channel of `a`, and of the products `a * b`, for each chunk of rows. */
const products: WasmFunction = {
  name: "products",
  params,
  body(f, task, list) {
    eachColumn(f, task, list, ($, { a, b, rows, partial }) => {
      const [sum, product, value] = Array.from({ length: 3 }, () => f.local(type.v128));
      for (const total of [sum!, product!]) f.constant(0).set(total);
      f.repeat(rows, () => {
        f.get(a).load().set(value!);
        f.get(sum!).get(value!).simd(op.add).set(sum!);
        f.get(value!).get(b).load().simd(op.mul).get(product!).simd(op.add).set(product!);
        f.increase(a, $.channelBytes);
        f.increase(b, $.channelBytes);
      });
      f.get(partial).get(sum!).store();
      f.get(partial).get($.channelBytes).add().get(product!).store();
    });
  },
};

/** Calls `body` for every four numbers of a chunk of rows, one row of the matrix after the other. */
function eachRow(f: Body, task: Local, list: Local, body: ($: Names, channel: Local, at: Local) => void): void {
  const $ = Object.fromEntries(channelArguments.map((name, i) => [name, f.argument(list, i)])) as Names;
  const first = f.let(() => f.get(task).get($.chunkRows).mul());
  const limit = f.let(() => f.get(first).get($.chunkRows).add());
  const end = f.let(() => f.smaller(limit, $.rows));
  f.each(first, end, 1, (row) => {
    const offset = f.let(() => f.get(row).get($.channelBytes).mul());
    f.each(0, $.channelBytes, 16, (channel) => body($, channel, f.let(() => f.get(offset).get(channel).add())));
  });
}

/** `(a - p) * q + r` */
const normalize: WasmFunction = {
  name: "normalize",
  params,
  body(f, task, list) {
    eachRow(f, task, list, ($, channel, at) => {
      f.get($.out).get(at).add();
      f.get($.a).get(at).add().load();
      f.get($.p).get(channel).add().load().simd(op.sub).get($.q).get(channel).add().load().simd(op.mul);
      f.get($.r).get(channel).add().load().simd(op.add).store();
    });
  },
};

/** `((a - p) - b * q) * r` */
const denormalize: WasmFunction = {
  name: "normalizeGradient",
  params,
  body(f, task, list) {
    eachRow(f, task, list, ($, channel, at) => {
      f.get($.out).get(at).add();
      f.get($.a).get(at).add().load().get($.p).get(channel).add().load().simd(op.sub);
      f.get($.b).get(at).add().load().get($.q).get(channel).add().load().simd(op.mul).simd(op.sub);
      f.get($.r).get(channel).add().load().simd(op.mul).store();
    });
  },
};

/** Pushes `1 / (1 + exp(-x))`, right to 3e-7 (Cephes' polynomial for the exponential). */
function sigmoid(f: Body, x: Local): void {
  const [power, rest, series] = Array.from({ length: 3 }, () => f.local(type.v128));
  f.constant(88).constant(-87).get(x).simd(0xe1).simd(op.max).simd(op.min).set(rest!); // -x, where exp is finite
  f.get(rest!).constant(Math.LOG2E).simd(op.mul).simd(op.nearest).set(power!);
  f.get(rest!).get(power!).constant(0.693359375).simd(op.mul).simd(op.sub);
  f.get(power!).constant(-2.12194440e-4).simd(op.mul).simd(op.sub).set(rest!);
  f.constant(1.9875691500e-4).set(series!);
  for (const c of [1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 1]) {
    f.get(series!).get(rest!).simd(op.mul).constant(c).simd(op.add).set(series!);
  }
  // Two to a whole power, by its exponent.
  f.get(power!).simd(op.truncate).emit(0x41, 0xff, 0x00).simd(0x11).simd(op.addIntegers).i32(23).simd(op.shiftLeft);
  f.get(series!).simd(op.mul).set(series!);
  f.constant(1).constant(1).get(series!).simd(op.add).simd(op.div);
}

/** `a * sigmoid(a)` */
const swish: WasmFunction = {
  name: "swish",
  params,
  body(f, task, list) {
    eachRow(f, task, list, ($, _, at) => {
      const x = f.local(type.v128);
      f.get($.a).get(at).add().load().set(x);
      f.get($.out).get(at).add();
      sigmoid(f, x);
      f.get(x).simd(op.mul).store();
    });
  },
};

/** `b * s * (1 + a * (1 - s))` with `s = sigmoid(a)` */
const swishGradient: WasmFunction = {
  name: "swishGradient",
  params,
  body(f, task, list) {
    eachRow(f, task, list, ($, _, at) => {
      const [x, s] = [f.local(type.v128), f.local(type.v128)];
      f.get($.a).get(at).add().load().set(x);
      sigmoid(f, x);
      f.set(s);
      f.get($.out).get(at).add();
      f.constant(1).get(s).simd(op.sub).get(x).simd(op.mul).constant(1).simd(op.add).get(s).simd(op.mul);
      f.get($.b).get(at).add().load().simd(op.mul).store();
    });
  },
};

/** Arguments of `copyColumns`: rows of `bytes` (in sixteens) from one matrix to another. */
export const copyArguments = ["from", "fromBytes", "to", "toBytes", "bytes", "rows", "chunkRows"] as const;

/** Copies some channels of every pixel. */
const copyColumns: WasmFunction = {
  name: "copyColumns",
  params,
  body(f, task, list) {
    const $ = Object.fromEntries(copyArguments.map((name, i) => [name, f.argument(list, i)])) as Record<
      (typeof copyArguments)[number],
      Local
    >;
    const first = f.let(() => f.get(task).get($.chunkRows).mul());
    const limit = f.let(() => f.get(first).get($.chunkRows).add());
    const end = f.let(() => f.smaller(limit, $.rows));
    f.each(first, end, 1, (row) => {
      const from = f.let(() => f.get(row).get($.fromBytes).mul().get($.from).add());
      const to = f.let(() => f.get(row).get($.toBytes).mul().get($.to).add());
      f.each(0, $.bytes, 16, (at) => f.get(to).get(at).add().get(from).get(at).add().load().store());
    });
  },
};

/** All of them. */
export const channelFunctions: readonly WasmFunction[] = [
  moments,
  products,
  normalize,
  denormalize,
  swish,
  swishGradient,
  copyColumns,
];
