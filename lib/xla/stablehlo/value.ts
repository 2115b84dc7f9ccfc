/** The graph: operations, and the values they give. Immutable but for what its owner notes on an operation. */
import { type ElementType, sizeOf, type Type } from "./type.ts";

/** A function body inside an operation: block arguments, and what it returns. */
export interface Region {
  readonly args: readonly Value[];
  readonly results: readonly Value[];
}

let origin = "";

/** Runs `fn`; operations made in it say that they are of `name`, such as a tfjs kernel. */
export function within<T>(name: string, fn: () => T): T {
  const outer = origin;
  origin = name;
  try {
    return fn();
  } finally {
    origin = outer;
  }
}

/** One operation. */
export class Op {
  /** What it was made for: the name given to `within`. */
  readonly origin = origin;
  /** For the graph's owner: how many tensors and operations use it; undefined while nobody owns it. */
  uses: number | undefined;
  /** For the graph's owner: where the results are, by index. An operation that has them is an input of a program. */
  held: unknown[] | undefined;
  /** Operands; none any more once the results are there. */
  operands: readonly Value[];

  constructor(
    /** Name with its dialect, such as `stablehlo.add`. */
    readonly name: string,
    operands: readonly Value[],
    /** Attributes in MLIR's generic form, without braces. */
    readonly attributes: string,
    readonly results: readonly Type[],
    readonly regions: readonly Region[] = [],
  ) {
    this.operands = operands;
  }
}

/** A result of an operation. */
export class Value {
  constructor(readonly op: Op, readonly index = 0) {}

  get type(): Type {
    return this.op.results[this.index]!;
  }
  get shape(): readonly number[] {
    return this.type.shape;
  }
  get dtype(): ElementType {
    return this.type.dtype;
  }
  get rank(): number {
    return this.type.shape.length;
  }
  get size(): number {
    return sizeOf(this.type.shape);
  }
}

/** An operation with one result. */
export function single(
  name: string,
  operands: readonly Value[],
  attributes: string,
  type: Type,
  regions: readonly Region[] = [],
): Value {
  return new Value(new Op(name, operands, attributes, [type], regions));
}

/** An operation with several results. */
export function several(
  name: string,
  operands: readonly Value[],
  attributes: string,
  types: readonly Type[],
  regions: readonly Region[] = [],
): Value[] {
  const op = new Op(name, operands, attributes, types, regions);
  return types.map((_, index) => new Value(op, index));
}

/** A value from outside: an input of every program that uses it. `held` is for the graph's owner. */
export function source(type: Type, held: unknown): Value {
  const value = single("source", [], "", type);
  value.op.held = [held];
  return value;
}

/** A region whose body is made by a function of its block arguments. */
export function region(types: readonly Type[], body: (...args: Value[]) => Value | readonly Value[]): Region {
  const args = types.map((type) => single("argument", [], "", type));
  const results = body(...args);
  return { args, results: results instanceof Value ? [results] : results };
}
