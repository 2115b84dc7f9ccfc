/**
 * A backend of tfjs that computes in float64, so that formulas in tensors can be held to exact numbers.
 *
 * tfjs knows no such type: tensors call themselves float32 and hold Float64Arrays. Constants in the code of an op still
 * pass through float32, as `tf.mul(0.1, x)`; numbers of a plan do not. Only ops that samplers use are here.
 */
import * as tf from "@tensorflow/tfjs";
import { onBackend } from "../pipeline/contract/laws.ts";

const name = "float64";
type Info = tf.TensorInfo;

class Float64Backend extends tf.KernelBackend {
  readonly #stored = new Map<tf.DataId, { values: ArrayLike<number>; references: number }>();

  override numDataIds = () => this.#stored.size;
  override floatPrecision = () => 32 as const;
  override epsilon = () => 1e-16;
  override timerAvailable = () => false;
  override readSync = (id: tf.DataId) => this.#stored.get(id)!.values as Float32Array;
  override read = (id: tf.DataId) => Promise.resolve(this.readSync(id));
  override refCount = (id: tf.DataId) => this.#stored.get(id)?.references ?? 0;
  override incRef = (id: tf.DataId) => void this.#stored.get(id)!.references++;
  decRef = (id: tf.DataId) => void this.#stored.get(id)!.references--;
  override memory = () => ({ unreliable: true });

  override write(values: tf.BackendValues): tf.DataId {
    const id = {};
    const own: unknown = values;
    this.#stored.set(id, {
      values: own instanceof Float64Array ? own : Float64Array.from(values as Float32Array),
      references: 1,
    });
    return id;
  }
  override move(id: tf.DataId, values: tf.BackendValues, _: number[], __: tf.DataType, references: number): void {
    this.#stored.set(id, { values: Float64Array.from(values as Float32Array), references });
  }
  override disposeData(id: tf.DataId, force = false): boolean {
    const stored = this.#stored.get(id);
    if (stored === undefined) return true;
    if (--stored.references > 0 && !force) return false;
    return this.#stored.delete(id);
  }
  /** A result. */
  result(values: Float64Array, shape: readonly number[]): Info {
    return { dataId: this.write(values as unknown as Float32Array), shape: [...shape], dtype: "float32" };
  }
}

/** A tensor of float64 numbers, on the backend of `onFloat64`. */
export function tensor64<R extends tf.Rank>(values: ArrayLike<number>, shape: readonly number[]): tf.Tensor<R> {
  return tf.engine().makeTensor(
    Float64Array.from(values) as unknown as Float32Array,
    [...shape],
    "float32",
  ) as tf.Tensor<R>;
}

let registered = false;

/** Makes the backend the current one while `test` runs, and frees what it leaves behind. */
export async function onFloat64(test: () => void | Promise<void>): Promise<void> {
  if (!registered) register();
  registered = true;
  await onBackend(name, test);
}

type Kernel = (inputs: readonly Info[], attrs: Record<string, unknown>, on: Float64Backend) => Info | Info[];

function register(): void {
  tf.registerBackend(name, () => new Float64Backend());
  const add = (kernelName: string, kernel: Kernel) =>
    tf.registerKernel({
      kernelName,
      backendName: name,
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernel(
          (Array.isArray(inputs) ? inputs : Object.values(inputs)) as Info[],
          attrs as Record<string, unknown>,
          backend as Float64Backend,
        ),
    });
  for (const [kernel, op] of Object.entries(binary)) {
    add(kernel, ([a, b], _, on) => broadcast(on, [a!, b!], (x, y) => op(x!, y!)));
  }
  for (const [kernel, op] of Object.entries(unary)) {
    add(kernel, ([x], _, on) => on.result(Float64Array.from(on.readSync(x!.dataId), op), x!.shape));
  }
  add("AddN", (inputs, _, on) => broadcast(on, inputs, (...values) => values.reduce((sum, value) => sum + value)));
  add("Select", ([condition, a, b], _, on) => broadcast(on, [condition!, a!, b!], (is, x, y) => is ? x! : y!));
  add("Identity", ([x], _, on) => (on.incRef(x!.dataId), { ...x! }));
  add("Cast", ([x], _, on) => (on.incRef(x!.dataId), { ...x! }));
  add("Reshape", ([x], { shape }, on) => {
    on.incRef(x!.dataId);
    const size = x!.shape.reduce((a, b) => a * b, 1), known = (shape as number[]).filter((n) => n >= 0);
    const open = size / known.reduce((a, b) => a * b, 1);
    return { ...x!, shape: (shape as number[]).map((n) => n < 0 ? open : n) };
  });
  add("Slice", ([x], { begin, size }, on) => slice(on, x!, [begin as number[]].flat(), [size as number[]].flat()));
  add("SplitV", ([x], { numOrSizeSplits, axis }, on) => {
    const along = axis as number, count = numOrSizeSplits as number | number[];
    const sizes = Array.isArray(count) ? count : Array<number>(count).fill(x!.shape[along]! / count);
    let from = 0;
    return sizes.map((size) => {
      const begin = x!.shape.map((_, i) => i === along ? from : 0);
      from += size;
      return slice(on, x!, begin, x!.shape.map((whole, i) => i === along ? size : whole));
    });
  });
  add("Pack", (inputs, { axis }, on) => {
    if (axis !== 0) throw new Error("Cannot stack along another axis than the first");
    const all = inputs.flatMap((input) => [...on.readSync(input.dataId)]);
    return on.result(Float64Array.from(all), [inputs.length, ...inputs[0]!.shape]);
  });
  add("Sum", ([x], { axis, keepDims }, on) => reduce(on, x!, axis as number[], keepDims === true, 0, (a, b) => a + b));
  add(
    "Max",
    ([x], { reductionIndices, keepDims }, on) =>
      reduce(on, x!, reductionIndices as number[], keepDims === true, -Infinity, Math.max),
  );
  add("ZerosLike", ([x], _, on) => on.result(new Float64Array(on.readSync(x!.dataId).length), x!.shape));
  add("Fill", (_, { shape, value }, on) => {
    const size = (shape as number[]).reduce((a, b) => a * b, 1);
    return on.result(new Float64Array(size).fill(value as number), shape as number[]);
  });
}

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Maximum: Math.max,
  Minimum: Math.min,
  Pow: Math.pow,
  SquaredDifference: (a, b) => (a - b) ** 2,
  Less: (a, b) => Number(a < b),
  LessEqual: (a, b) => Number(a <= b),
  Greater: (a, b) => Number(a > b),
  GreaterEqual: (a, b) => Number(a >= b),
  LogicalAnd: (a, b) => Number(a !== 0 && b !== 0),
};

const unary: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Abs: Math.abs,
  Exp: Math.exp,
  Expm1: Math.expm1,
  Log: Math.log,
  Sqrt: Math.sqrt,
  Square: (x) => x * x,
  Tanh: Math.tanh,
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  LogicalNot: (x) => Number(x === 0),
};

/** Where each value of a result comes from, by the shapes of the inputs: the same few come again and again. */
const places = new Map<string, { shape: number[]; of: Int32Array[] }>();

function placesOf(inputs: readonly Info[]): { shape: number[]; of: Int32Array[] } {
  const key = inputs.map(({ shape }) => shape.join()).join(";");
  const found = places.get(key);
  if (found !== undefined) return found;
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  const shapes = inputs.map(({ shape }) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
  const shape = Array.from({ length: rank }, (_, i) => Math.max(...shapes.map((shape) => shape[i]!)));
  const size = shape.reduce((a, b) => a * b, 1);
  const of = shapes.map((own) =>
    Int32Array.from({ length: size }, (_, i) => {
      let place = 0;
      for (let axis = rank - 1, stride = 1; axis >= 0; axis--) {
        if (own[axis] !== 1) place += i % shape[axis]! * stride;
        i = Math.floor(i / shape[axis]!);
        stride *= own[axis]!;
      }
      return place;
    })
  );
  places.set(key, { shape, of });
  return { shape, of };
}

function broadcast(on: Float64Backend, inputs: readonly Info[], op: (...values: number[]) => number): Info {
  const { shape, of } = placesOf(inputs);
  const [a, b] = inputs.map(({ dataId }) => on.readSync(dataId)) as [Float32Array, Float32Array];
  const result = new Float64Array(of[0]!.length);
  if (inputs.length === 2) {
    const [ofA, ofB] = of as [Int32Array, Int32Array];
    for (let i = 0; i < result.length; i++) result[i] = op(a[ofA[i]!]!, b[ofB[i]!]!);
  } else {
    const values = inputs.map(({ dataId }) => on.readSync(dataId));
    for (let i = 0; i < result.length; i++) result[i] = op(...values.map((own, input) => own[of[input]![i]!]!));
  }
  return on.result(result, shape);
}

function slice(on: Float64Backend, { dataId, shape }: Info, begin: readonly number[], size: readonly number[]): Info {
  const sizes = size.map((n, i) => n < 0 ? shape[i]! - begin[i]! : n);
  const values = on.readSync(dataId);
  const result = new Float64Array(sizes.reduce((a, b) => a * b, 1));
  for (let i = 0; i < result.length; i++) {
    let place = 0;
    for (let axis = sizes.length - 1, rest = i, stride = 1; axis >= 0; axis--) {
      place += (begin[axis]! + rest % sizes[axis]!) * stride;
      rest = Math.floor(rest / sizes[axis]!);
      stride *= shape[axis]!;
    }
    result[i] = values[place]!;
  }
  return on.result(result, sizes);
}

function reduce(
  on: Float64Backend,
  { dataId, shape }: Info,
  axes: number | readonly number[],
  keep: boolean,
  start: number,
  op: (a: number, b: number) => number,
): Info {
  const over = [axes].flat().map((axis) => (axis as number) < 0 ? (axis as number) + shape.length : axis as number);
  const kept = shape.map((size, i) => over.includes(i) ? 1 : size);
  const result = new Float64Array(kept.reduce((a, b) => a * b, 1)).fill(start);
  const values = on.readSync(dataId);
  for (let i = 0; i < values.length; i++) {
    let place = 0;
    for (let axis = shape.length - 1, rest = i, stride = 1; axis >= 0; axis--) {
      if (!over.includes(axis)) place += rest % shape[axis]! * stride;
      rest = Math.floor(rest / shape[axis]!);
      stride *= kept[axis]!;
    }
    result[place] = op(result[place]!, values[i]!);
  }
  return on.result(result, keep ? kept : shape.filter((_, i) => !over.includes(i)));
}
