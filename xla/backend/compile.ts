/** Functions compiled whole: traced once for each signature, then run as one program. */
import * as tf from "@tensorflow/tfjs";
import type { Executable } from "../pjrt/mod.ts";
import { program, sameShape, type Type, type Value } from "../stablehlo/mod.ts";
import type { XlaBackend } from "./backend.ts";
import { pairDonated } from "./donation.ts";
import { elementTypes, isDeviceType } from "./entry.ts";
import { checkDivides } from "./placement.ts";
import { Runner } from "./runner.ts";
import { Trace } from "./trace.ts";
import { mapTree, type Tree, visitTree } from "./tree.ts";

export interface CompileFunctionOptions {
  /** Stands in messages. */
  readonly name: string;
  /** Arguments that are consumed: their memory is reused for results. */
  readonly donate?: readonly number[] | undefined;
  /** Arguments whose tensors are split along their first axis where there are several devices; others are copied to each. */
  readonly batch?: readonly number[] | undefined;
  /** Devices to split the work over. Default 1. */
  readonly devices?: number | undefined;
}

interface Leaf {
  readonly tensor: tf.Tensor;
  readonly path: string;
  readonly argument: number;
}

/** The program for one signature of shapes and types. */
interface Specialised {
  readonly paths: readonly string[];
  readonly types: readonly Type[];
  readonly runner: Promise<Runner>;
}

/** Compiles a pure function of trees of tensors. See `XlaEngine.compile`. */
export function compileFunction<A extends readonly Tree[], R extends Tree>(
  backend: () => XlaBackend,
  fn: (...args: A) => R,
  options: CompileFunctionOptions,
): (...args: A) => Promise<R> {
  const known: Specialised[] = [];
  let owner: XlaBackend | undefined;
  return async (...args) => {
    const current = backend();
    if (owner !== current) known.length = 0;
    owner = current;
    const leaves = flatten(args, options.name);
    let found = known.find((each) => fits(each, leaves));
    if (found === undefined) {
      const types = leaves.map(typeOfLeaf);
      const runner = specialise(current, args, fn as unknown as (...args: Tree[]) => Tree, leaves, types, options);
      found = { paths: leaves.map(({ path }) => path), types, runner };
      known.push(found);
      const added = found;
      runner.catch(() => known.splice(known.indexOf(added), 1));
    }
    const runner = await found.runner;
    const results = await runner.run(leaves.map(({ tensor }) => tensor), leaves.map(({ path }) => path));
    for (const i of runner.donated) leaves[i]!.tensor.dispose();
    let next = 0;
    return mapTree(runner.result, () => results[next++]!) as R;
  };
}

function flatten(args: readonly Tree[], name: string): Leaf[] {
  const leaves: Leaf[] = [];
  args.forEach((arg, argument) => {
    const path = `argument ${argument + 1} of "${name}"`;
    visitTree(arg, arg instanceof tf.Tensor ? path : `${path}: `, (tensor, path) => {
      if (tensor.isDisposed) {
        throw new TypeError(
          `Cannot use the tensor at ${path}: it is freed, perhaps because an earlier call consumed it`,
        );
      }
      leaves.push({ tensor, path, argument });
    });
  });
  return leaves;
}

function typeOfLeaf({ tensor, path }: Leaf): Type {
  if (isDeviceType(tensor.dtype)) return { shape: [...tensor.shape], dtype: elementTypes[tensor.dtype] };
  throw new TypeError(`Cannot compile for ${tensor.dtype} at ${path}: the xla backend has float32, int32 and bool`);
}

function fits({ types, paths }: Specialised, leaves: readonly Leaf[]): boolean {
  return types.length === leaves.length && types.every(({ shape, dtype }, i) => {
    const { tensor, path } = leaves[i]!;
    return path === paths[i] && elementTypes[tensor.dtype as "bool"] === dtype && sameShape(shape, tensor.shape);
  });
}

async function specialise(
  backend: XlaBackend,
  args: readonly Tree[],
  fn: (...args: Tree[]) => Tree,
  leaves: readonly Leaf[],
  types: readonly Type[],
  { name, donate = [], batch = [], devices = 1 }: CompileFunctionOptions,
): Promise<Runner> {
  const split = leaves.map(({ argument }) => devices > 1 && batch.includes(argument));
  leaves.forEach(({ path, tensor }, i) => split[i] && checkDivides(tensor.shape, devices, path));
  const traced = new Trace(name, backend).run(args, fn, types);
  const donated = leaves.flatMap(({ argument }, i) => donate.includes(argument) && !split[i] ? [i] : []);
  const passed = traced.outputs.map(({ value }) => {
    const i = traced.parameters.findIndex(({ op }) => op === value.op);
    return i >= 0 && !donated.includes(i) && !split[i] ? i : undefined;
  });
  const computed = traced.outputs.filter((_, i) => passed[i] === undefined);
  const aliases = pairDonated(
    leaves.map(({ path }, i) => ({ path, type: types[i]! })),
    donated,
    computed.map(({ value, path }) => ({ type: value.type, path })),
  );
  const { text, inputs } = program(computed.map(({ value }) => value), {
    parameters: traced.parameters,
    aliases,
    partitions: devices,
    shardings: split.map((yes, i) => yes ? sharding(types[i]!.shape.length, devices) : "{replicated}"),
  });
  const executable: Executable = await backend.device.program(text, devices);
  const captured: readonly Value[] = inputs.slice(traced.parameters.length);
  return new Runner(backend, {
    name,
    executable,
    text,
    donated,
    split,
    passed,
    captured,
    devices,
    result: traced.result,
  });
}

/** XLA's words for a split of the first axis. */
function sharding(rank: number, devices: number): string {
  return `{devices=[${[devices, ...Array.from({ length: rank - 1 }, () => 1)].join(",")}]<=[${devices}]}`;
}
