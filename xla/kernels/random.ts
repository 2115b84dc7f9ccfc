/** Random draws as device code: Threefry4x32-20 (Salmon et al. 2011, doi:10.1145/2063384.2063405). */
import {
  add,
  binary,
  bitcast,
  broadcast,
  concat,
  convert,
  full,
  iota,
  mul,
  or,
  reshape,
  sizeOf,
  slice,
  unary,
  type Value,
} from "../stablehlo/mod.ts";
import type { DeviceKernels, Inputs } from "./types.ts";

const rotations = [[10, 26], [11, 21], [13, 27], [23, 5], [6, 20], [17, 11], [25, 10], [18, 20]] as const;
const parity = 0x1bd11bda;

const rotate = (x: Value, bits: number) =>
  or(binary("shift_left", x, bits), binary("shift_right_logical", x, 32 - bits));

/** Twenty rounds on four words of ui32 values of one shape. */
function threefry(key: readonly Value[], counter: readonly Value[]): Value[] {
  const last = key.reduce((sum, word) => binary("xor", sum, word), full(key[0]!.shape, "ui32", parity));
  const keys = [...key, last];
  let words = counter.map((word, i) => add(word, keys[i]!));
  for (let round = 0; round < 20; round++) {
    const [a, b] = rotations[round % 8]!;
    const [w, x, y, z] = words as [Value, Value, Value, Value];
    // Even rounds mix neighbours, odd rounds cross over.
    const [p, q] = round % 2 === 0 ? [x, z] : [z, x];
    const [w2, y2] = [add(w, p), add(y, q)];
    const [p2, q2] = [binary("xor", rotate(p, a), w2), binary("xor", rotate(q, b), y2)];
    words = round % 2 === 0 ? [w2, p2, y2, q2] : [w2, q2, y2, p2];
    if (round % 4 !== 3) continue;
    const inject = (round + 1) / 4;
    words = words.map((word, i) => add(word, keys[(inject + i) % 5]!));
    words[3] = add(words[3]!, inject);
  }
  return words;
}

/** Four arrays of words, `[items, blocks]` each: word `w` of block `b` is element `4 b + w` of an item. */
function blocksOf({ seed, step, items }: Inputs, stream: number, size: number): Value[] {
  const shape = [items!.size, Math.ceil(size / 4)];
  const word = (i: number) => broadcast(reshape(bitcast(slice(seed!, [i], [i + 1]), "ui32"), []), shape, []);
  const key = [word(0), word(1), full(shape, "ui32", stream >>> 0), broadcast(bitcast(step!, "ui32"), shape, [])];
  const item = broadcast(bitcast(items!, "ui32"), shape, [0]);
  const zero = full(shape, "ui32", 0);
  return threefry(key, [item, iota(shape, "ui32", 1), zero, zero]);
}

/** Puts arrays `[items, blocks]` side by side, element by element, and cuts what is left over. */
function interleave(parts: readonly Value[], size: number): Value {
  const [items, blocks] = parts[0]!.shape as [number, number];
  const all = reshape(concat(parts.map((part) => reshape(part, [items, blocks, 1])), 2), [
    items,
    blocks * parts.length,
  ]);
  return slice(all, [0, 0], [items, size]);
}

/** 24 bits of each word, in [0, 1). */
const fraction = (word: Value): Value => mul(convert(binary("shift_right_logical", word, 8), "f32"), 2 ** -24);

/** Normals of two words by Box and Muller (1958). */
function normals(a: Value, b: Value): Value[] {
  const radius = unary("sqrt", mul(unary("log", add(fraction(a), 2 ** -24)), -2));
  const angle = mul(fraction(b), 2 * Math.PI);
  return [mul(radius, unary("cosine", angle)), mul(radius, unary("sine", angle))];
}

interface Attributes {
  readonly stream: number;
  readonly shape: readonly number[];
}

const draw = (transform: (words: Value[]) => Value[]) => (inputs: Inputs, { stream, shape }: Attributes): Value => {
  const size = sizeOf(shape);
  const whole = [...inputs.items!.shape, ...shape];
  return reshape(interleave(transform(blocksOf(inputs, stream, size)), size), whole);
};

export const random: DeviceKernels = {
  DenoiseRandomBits: draw((words) => words.map((word) => bitcast(word, "i32"))),
  DenoiseRandomUniform: draw((words) => words.map(fraction)),
  DenoiseRandomNormal: draw(([a, b, c, d]) => [...normals(a!, b!), ...normals(c!, d!)]),
};
