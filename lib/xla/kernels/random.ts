/** Random draws as device code: Threefry4x32-20 (Salmon et al. 2011, doi:10.1145/2063384.2063405). */
import {
  add,
  barrier,
  binary,
  bitcast,
  broadcast,
  compare,
  concat,
  constant,
  convert,
  full,
  gather,
  iota,
  mul,
  or,
  reshape,
  select,
  sizeOf,
  slice,
  sub,
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

/** A word of a key, at every place of a shape. */
const everywhere = (word: Value, shape: readonly number[]) => broadcast(reshape(bitcast(word, "ui32"), []), shape, []);

/** Four arrays of words of a shape: of the streams, items and blocks given for each place. */
function words({ seed, step }: Inputs, stream: Value, item: Value, block: Value): Value[] {
  const { shape } = block;
  const word = (i: number) => everywhere(slice(seed!, [i], [i + 1]), shape);
  const zero = full(shape, "ui32", 0);
  return threefry([word(0), word(1), stream, everywhere(step!, shape)], [item, block, zero, zero]);
}

/** Four arrays of words, `[items, blocks]` each: word `w` of block `b` is element `4 b + w` of an item. */
function blocksOf(inputs: Inputs, stream: number, size: number): Value[] {
  const shape = [inputs.items!.size, Math.ceil(size / 4)];
  const item = broadcast(bitcast(inputs.items!, "ui32"), shape, [0]);
  return words(inputs, full(shape, "ui32", stream >>> 0), item, iota(shape, "ui32", 1));
}

interface Part {
  readonly stream: number;
  readonly size: number;
}

/** Four arrays of words, `[1, blocks]` each: the blocks of all parts in turn. */
function packedBlocksOf(inputs: Inputs, parts: readonly Part[]): Value[] {
  const starts = [0];
  for (const { size } of parts) starts.push(starts.at(-1)! + Math.ceil(size / 4));
  const total = starts.pop()!;
  const place = iota([total], "i32", 0), part = lastNotAfter(place, starts);
  const streams = tableOf(parts.map(({ stream }) => stream | 0));
  const block = sub(place, lookUp(tableOf(starts), part));
  const drawn = words(
    inputs,
    bitcast(lookUp(streams, part), "ui32"),
    everywhere(inputs.items!, [total]),
    bitcast(block, "ui32"),
  );
  // Each part is a slice of these: without the barrier XLA draws for each of them again, in a kernel that it compiles again.
  return barrier(drawn).map((word) => reshape(word, [1, total]));
}

/** A table of numbers. Behind a barrier, as XLA otherwise looks up all places, one by one, while it compiles. */
const tableOf = (numbers: readonly number[]): Value => barrier([constant(numbers, [numbers.length], "i32")])[0]!;

/** Elements of a table `[n]` at places. */
const lookUp = (table: Value, places: Value): Value =>
  gather(table, places, { offset: [], collapsed: [0], startIndexMap: [0], indexVector: 1 }, [1]);

/** For each place the number of the last start that is not after it, by bisection. The first start is 0. */
function lastNotAfter(place: Value, starts: readonly number[]): Value {
  let bit = 1;
  while (bit < starts.length) bit *= 2;
  const never = 2 ** 31 - 1;
  const table = tableOf(Array.from({ length: 2 * bit }, (_, i) => starts[i] ?? never));
  let found = full(place.shape, "i32", 0);
  for (; bit >= 1; bit /= 2) {
    const next = add(found, bit);
    found = select(compare("GE", place, lookUp(table, next)), next, found);
  }
  return found;
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

type Transform = (words: Value[]) => Value[];

const draw = (transform: Transform) => (inputs: Inputs, { stream, shape }: Attributes): Value => {
  const size = sizeOf(shape);
  const whole = [...inputs.items!.shape, ...shape];
  return reshape(interleave(transform(blocksOf(inputs, stream, size)), size), whole);
};

const drawPacked = (transform: Transform) => (inputs: Inputs, { parts }: { parts: readonly Part[] }): Value => {
  const blocks = transform(packedBlocksOf(inputs, parts));
  const size = 4 * blocks[0]!.size;
  return reshape(interleave(blocks, size), [size]);
};

const toBits: Transform = (words) => words.map((word) => bitcast(word, "i32"));
const toUniforms: Transform = (words) => words.map(fraction);
const toNormals: Transform = ([a, b, c, d]) => [...normals(a!, b!), ...normals(c!, d!)];

export const random: DeviceKernels = {
  DenoiseRandomBits: draw(toBits),
  DenoiseRandomUniform: draw(toUniforms),
  DenoiseRandomNormal: draw(toNormals),
  DenoiseRandomPackedBits: drawPacked(toBits),
  DenoiseRandomPackedUniform: drawPacked(toUniforms),
  DenoiseRandomPackedNormal: drawPacked(toNormals),
};
