/** Parts of values, computed from parts of what they are computed from. */
import { slice } from "./arrange.ts";
import { Op, single, Value } from "./value.ts";

/** A part of a value: where it begins and ends along each axis. */
interface Box {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

const whole = ({ shape }: { readonly shape: readonly number[] }): Box => ({ from: shape.map(() => 0), to: shape });
const equal = (a: Box, b: Box) => a.from.every((n, i) => n === b.from[i]) && a.to.every((n, i) => n === b.to[i]);
const isWhole = (box: Box, { shape }: { readonly shape: readonly number[] }) => equal(box, whole({ shape }));
const shapeOf = ({ from, to }: Box) => to.map((n, i) => n - from[i]!);

/** Operations whose elements are each computed from those at the same place. */
const elementwise = new Set([
  ..."abs add and clamp compare convert cosine divide exponential exponential_minus_one log log_plus_one logistic maximum"
    .split(" "),
  ..."minimum multiply negate not or power remainder rsqrt select sign sine sqrt subtract tanh xor".split(" "),
].map((name) => `stablehlo.${name}`));

const numbersIn = (attributes: string, name: string): number[] =>
  (new RegExp(`${name} = array<i64(?:: ([^>]*))?>`).exec(attributes)?.[1] ?? "").split(",").filter(Boolean).map(Number);

/** The parts of its operands that a part of an operation's results is computed from; undefined where it takes them whole. */
function needed(op: Op, box: Box): Box[] | undefined {
  const { name, operands, attributes, results } = op;
  const [first] = operands;
  const pick = (of: Box, axis: number): [number, number] => [of.from[axis]!, of.to[axis]!];
  const boxOf = (sides: readonly (readonly [number, number])[]): Box => ({
    from: sides.map(([from]) => from),
    to: sides.map(([, to]) => to),
  });
  if (elementwise.has(name)) {
    const alike = operands.every(({ shape, rank }) =>
      rank === box.from.length && shape.every((n, i) => n === results[0]!.shape[i])
    );
    return alike ? operands.map(() => box) : undefined;
  }
  if (name === "stablehlo.constant") return attributes.includes("[") ? undefined : [];
  if (name === "stablehlo.broadcast_in_dim") {
    const axes = numbersIn(attributes, "broadcast_dimensions");
    return [boxOf(first!.shape.map((n, i) => n === 1 ? [0, 1] : pick(box, axes[i]!)))];
  }
  if (name === "stablehlo.transpose") {
    const order = numbersIn(attributes, "permutation");
    return [boxOf(first!.shape.map((_, axis) => pick(box, order.indexOf(axis))))];
  }
  if (name === "stablehlo.slice") {
    const starts = numbersIn(attributes, "start_indices");
    if (numbersIn(attributes, "strides").some((stride) => stride !== 1)) return undefined;
    return [boxOf(starts.map((start, i) => [start + box.from[i]!, start + box.to[i]!]))];
  }
  if (name === "stablehlo.concatenate") {
    const axis = Number(/dimension = (\d+)/.exec(attributes)![1]);
    if (box.from[axis] !== 0 || box.to[axis] !== results[0]!.shape[axis]) return undefined;
    return operands.map(({ shape }) => boxOf(shape.map((n, i) => i === axis ? [0, n] : pick(box, i))));
  }
  if (name === "stablehlo.reduce") {
    const gone = numbersIn(attributes, "dimensions");
    let next = 0;
    const along = boxOf(first!.shape.map((n, i) => gone.includes(i) ? [0, n] : pick(box, next++)));
    return operands.map((operand, i) => i < operands.length / 2 ? along : whole(operand));
  }
  if (name === "stablehlo.convolution") return neededOfConvolution(op, box);
  return undefined;
}

/** Channels of a convolution's output are those of its kernel. */
function neededOfConvolution({ operands, attributes, results }: Op, box: Box): Box[] | undefined {
  const [x, kernel] = operands as [Value, Value];
  const [, filter, output] = /conv<\[(.*?)\]x\[(.*?)\]->\[(.*?)\]>/.exec(attributes)!.slice(1).map((axes) =>
    axes.split(", ")
  );
  const channels = output!.indexOf("f"), { shape } = results[0]!;
  const others = shape.every((n, i) => i === channels || box.from[i] === 0 && box.to[i] === n);
  const grouped = !/batch_group_count = 1 /.test(attributes) || !/feature_group_count = 1 /.test(attributes);
  if (!others || grouped) return undefined;
  const at = filter!.indexOf("o");
  return [whole(x), {
    from: kernel.shape.map((_, i) => i === at ? box.from[channels]! : 0),
    to: kernel.shape.map((n, i) => i === at ? box.to[channels]! : n),
  }];
}

/** The operation, of other operands, with a part of its results. */
function remade({ name, attributes, results, regions }: Op, operands: readonly Value[], box: Box | undefined): Op {
  const types = results.map(({ shape, dtype }) => ({ shape: box === undefined ? shape : shapeOf(box), dtype }));
  return new Op(name, operands, attributes, types, regions);
}

/** A part of a value; of one that is joined of others, joined of their parts, so that it does not have to wait for the whole. */
export function partOf(value: Value, from: readonly number[], to: readonly number[]): Value {
  const { op } = value;
  const parts = op.name === "stablehlo.concatenate" && op.held === undefined ? needed(op, { from, to }) : undefined;
  if (parts === undefined) return slice(value, from, to);
  const operands = op.operands.map((operand, i) => partOf(operand, parts[i]!.from, parts[i]!.to));
  return single(op.name, operands, op.attributes, { shape: shapeOf({ from, to }), dtype: value.dtype });
}

/**
 * The values, computed without what nobody uses: where all who use a value take the same part of it, such as some of its
 * channels, no more is computed.
 */
export function narrow(values: readonly Value[]): Value[] {
  const order = consumersFirst(values);
  const wanted = new Map<Op, Box>();
  const want = ({ op }: Value, box: Box) => {
    const before = wanted.get(op);
    wanted.set(op, before === undefined || equal(before, box) ? box : whole(op.results[0]!));
  };
  for (const value of values) want(value, whole(value));
  /** What of an operation's results is computed, all of it where nothing is said, and of what parts of its operands. */
  const plans = new Map<Op, { readonly box: Box | undefined; readonly parts: readonly Box[] }>();
  for (const op of order) {
    const alike = op.results.every(({ shape }) => shape.join() === op.results[0]!.shape.join());
    const box = alike && !isWhole(wanted.get(op)!, op.results[0]!) ? wanted.get(op)! : undefined;
    const narrower = box === undefined && op.name !== "stablehlo.slice"
      ? undefined
      : needed(op, box ?? whole(op.results[0]!));
    const parts = narrower ?? op.operands.map(whole);
    plans.set(op, { box: narrower === undefined ? undefined : box, parts });
    if (op.held === undefined) op.operands.forEach((operand, i) => want(operand, parts[i]!));
  }
  const made = new Map<Op, Op>();
  const partMade = (value: Value, box: Box): Value => {
    const now = new Value(made.get(value.op)!, value.index);
    const there = plans.get(value.op)!.box ?? whole(value);
    if (equal(there, box)) return now;
    return slice(now, box.from.map((n, i) => n - there.from[i]!), box.to.map((n, i) => n - there.from[i]!));
  };
  for (const op of order.toReversed()) {
    const { box, parts } = plans.get(op)!;
    if (op.held !== undefined || op.operands.length === 0 && box === undefined) {
      made.set(op, op);
      continue;
    }
    const operands = op.operands.map((operand, i) => partMade(operand, parts[i]!));
    const isSame = box === undefined && operands.every((operand, i) => operand.op === op.operands[i]!.op);
    if (isSame) {
      made.set(op, op);
      continue;
    }
    const size = box === undefined ? op.results[0]!.shape : shapeOf(box), [first] = operands;
    const isPart = op.name === "stablehlo.slice" && first!.op.results.length === 1 &&
      first!.shape.join() === size.join();
    made.set(op, isPart ? first!.op : remade(op, operands, box));
  }
  return values.map((value) => partMade(value, whole(value)));
}

/** All operations that values are computed from, each after those that use it. */
function consumersFirst(values: readonly Value[]): Op[] {
  const order: Op[] = [], seen = new Set<Op>();
  const stack: (readonly [op: Op, done: boolean])[] = values.map(({ op }) => [op, false]);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [op, done] = next;
    if (done) order.push(op);
    else if (!seen.has(op)) {
      seen.add(op);
      stack.push([op, true]);
      if (op.held === undefined) { for (const operand of op.operands) stack.push([operand.op, false]); }
    }
  }
  return order.reverse();
}
