/** Functions compiled whole: traced once for each signature, then run as one program. */
import * as tf from "@tensorflow/tfjs";
import { emitIn, type Precision, settings } from "../kernels/settings.ts";
import { narrow, program, type Type, type Value } from "../stablehlo/mod.ts";
import type { XlaBackend } from "./backend.ts";
import { pairDonated } from "./donation.ts";
import { elementTypes, isDeviceType } from "./tensor_entry.ts";
import { build, collect, structureOf, type TreeStructure } from "./tree_structure.ts";
import { checkFits } from "./memory.ts";
import { checkDivides } from "./placement.ts";
import { Runner, type RunnerParts } from "./runner.ts";
import { Trace } from "./trace.ts";
import { type Tree, visitTree } from "./tree.ts";

/** Most signatures of a function whose programs it holds. */
const mostSignatures = 128;

/** How a function is compiled. */
export interface CompileFunctionOptions {
  /** For messages. */
  readonly name: string;
  /** Arguments that are consumed: their memory is reused for results. */
  readonly donate?: readonly number[] | undefined;
  /** Arguments whose tensors are split along their first axis where there are several devices; others are copied to each. */
  readonly batch?: readonly number[] | undefined;
  /** float32: no factor is rounded, whatever the backend's precision and the device's habits. Default: the backend's. */
  readonly precision?: "float32" | undefined;
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
  readonly structure: TreeStructure;
  readonly types: readonly { readonly shape: readonly number[]; readonly dtype: string }[];
  /** The path of each tensor, for messages. */
  readonly paths: readonly string[];
  readonly runner: Promise<Runner>;
  /** Calls that have not started their run yet. */
  calls: number;
  /** Whether it made room for others: its program is released after the last of these calls. */
  dropped: boolean;
}

/**
 * Compiles a pure function of trees of tensors. See `XlaEngine.compile`.
 *
 * @param most signatures whose programs it holds: the oldest goes first
 */
export function compileFunction<A extends readonly Tree[], R extends Tree>(
  backend: () => XlaBackend,
  fn: (...args: A) => R,
  options: CompileFunctionOptions,
  most = mostSignatures,
): (...args: A) => Promise<R> {
  const known: Specialised[] = [];
  let owner: XlaBackend | undefined;
  return async (...args) => {
    const current = backend();
    if (owner !== current) known.splice(0).forEach(drop);
    owner = current;
    let tensors: readonly tf.Tensor[] | undefined;
    let found = known.find((each) => (tensors = fitting(each, args)) !== undefined);
    if (found === undefined) {
      const leaves = flatten(args, options.name);
      tensors = leaves.map(({ tensor }) => tensor);
      found = {
        structure: structureOf(args as Tree),
        types: tensors.map(({ shape, dtype }) => ({ shape: [...shape], dtype })),
        paths: leaves.map(({ path }) => path),
        runner: specialise(current, args, fn as unknown as (...args: Tree[]) => Tree, leaves, options),
        calls: 0,
        dropped: false,
      };
      known.push(found);
      if (known.length > most) drop(known.shift()!);
      const added = found;
      found.runner.catch(() => {
        if (known.includes(added)) known.splice(known.indexOf(added), 1);
      });
    }
    found.calls++;
    let runner: Runner, results: tf.Tensor[];
    try {
      runner = await found.runner;
      results = await runner.run(tensors!, found.paths);
    } finally {
      if (--found.calls === 0 && found.dropped) release(found);
    }
    for (const i of runner.donated) tensors![i]!.dispose();
    let next = 0;
    return build(runner.result, () => results[next++]!) as R;
  };
}

function drop(specialised: Specialised): void {
  specialised.dropped = true;
  if (specialised.calls === 0) release(specialised);
}

/** What could not be compiled holds nothing. */
function release({ runner }: Specialised): void {
  runner.then((runner) => runner.release(), () => {});
}

/** The tensors of arguments that have the signature; undefined where they have another, or one is freed. */
function fitting({ structure, types }: Specialised, args: readonly Tree[]): readonly tf.Tensor[] | undefined {
  const tensors: tf.Tensor[] = [];
  if (!collect(structure, args, tensors)) return undefined;
  for (let i = 0; i < types.length; i++) {
    const tensor = tensors[i]!, { shape, dtype } = types[i]!;
    if (tensor.dtype !== dtype || tensor.isDisposed || tensor.shape.length !== shape.length) return undefined;
    for (let axis = 0; axis < shape.length; axis++) if (tensor.shape[axis] !== shape[axis]) return undefined;
  }
  return tensors;
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
  throw new TypeError(
    `Cannot compile for ${tensor.dtype} at ${path}: the xla backend supports float32, int32 and bool`,
  );
}

/** The program of a function for one signature, not compiled yet. */
export interface Emitted extends Omit<RunnerParts, "executable"> {
  /** Shape and type of each output. */
  readonly outputs: readonly Type[];
}

/** Traces a function for the types of some arguments. */
export function emitFunction(
  backend: XlaBackend,
  args: readonly Tree[],
  fn: (...args: Tree[]) => Tree,
  options: CompileFunctionOptions,
): Emitted {
  return emit(backend, args, fn, flatten(args, options.name), options);
}

function emit(
  backend: XlaBackend,
  args: readonly Tree[],
  fn: (...args: Tree[]) => Tree,
  leaves: readonly Leaf[],
  { name, donate = [], batch = [], devices: most = 1, precision }: CompileFunctionOptions,
): Emitted {
  const types = leaves.map(typeOfLeaf);
  const split = leaves.map(({ argument }) => most > 1 && batch.includes(argument));
  leaves.forEach(({ path, tensor }, i) => split[i] && checkDivides(tensor.shape, most, path));
  const devices = split.includes(true) ? most : 1; // with nothing to share, the others would do the same work
  const traced = inPrecision(precision, () => new Trace(name, backend).run(args, fn, types));
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
  const values = computed.map(({ value }) => value);
  // Not on a CPU, where it would change the order in which sums are taken, and so the last bits.
  const { text, inputs } = program(settings.platform === "cpu" ? values : narrow(values), {
    parameters: traced.parameters,
    aliases,
    partitions: devices,
    shardings: split.map((yes, i) => yes ? sharding(types[i]!.shape.length, devices) : "{replicated}"),
  });
  const captured: readonly Value[] = inputs.slice(traced.parameters.length);
  const outputs = traced.outputs.map(({ value }) => value.type);
  return { name, text, donated, split, passed, captured, devices, result: structureOf(traced.result), outputs };
}

async function specialise(
  backend: XlaBackend,
  args: readonly Tree[],
  fn: (...args: Tree[]) => Tree,
  leaves: readonly Leaf[],
  options: CompileFunctionOptions,
): Promise<Runner> {
  const emitted = emit(backend, args, fn, leaves, options);
  const executable = await backend.device.program(emitted.text, emitted.name, emitted.devices);
  try {
    checkFits(executable, backend.device.client.devices[0]!, emitted.name);
    return new Runner(backend, { ...emitted, executable });
  } catch (error) {
    backend.device.release(executable);
    throw error;
  }
}

/** Traces at this precision, if any is given. */
function inPrecision<T>(precision: Precision | undefined, trace: () => T): T {
  const { precision: before, exact } = settings;
  if (precision !== undefined) emitIn(precision);
  try {
    return trace();
  } finally {
    settings.precision = before;
    settings.exact = exact;
  }
}

/** XLA's words for a split of the first axis. */
function sharding(rank: number, devices: number): string {
  return `{devices=[${[devices, ...Array.from({ length: rank - 1 }, () => 1)].join(",")}]<=[${devices}]}`;
}
