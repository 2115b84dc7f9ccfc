/** Programs after XLA's passes: the fields of `HloModuleProto` that tell what a program does. */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Shape and element type of an array, or the shapes of a tuple. */
export interface Shape {
  /** As HLO writes it, such as `f32` or `bf16`; `tuple` where it has parts. */
  readonly type: string;
  readonly dims: readonly number[];
  readonly parts: readonly Shape[];
}

/** An operation. */
export interface Instruction {
  readonly name: string;
  /** Such as `fusion` or `custom-call`. */
  readonly opcode: string;
  readonly shape: Shape;
  readonly id: number;
  /** Ids of its operands, in the same computation. */
  readonly operands: readonly number[];
  /** Ids of the computations that it calls. */
  readonly calls: readonly number[];
  /** Of a custom call: what is called. */
  readonly target: string;
  /** Of a fusion: `kLoop`, `kInput`, `kCustom` … */
  readonly fusion: string;
  /** What the compiler's back end noted: JSON. */
  readonly config: string;
  /** Of a convolution: the axis of the kernel that has the output's features. */
  readonly kernelOutputAxis: number;
  /** Of a product: the axes of the first factor that are summed over. */
  readonly contracted: readonly number[];
  /** Whether its factors keep all digits. */
  readonly highest: boolean;
}

/** Operations in an order in which each comes after its operands. */
export interface Computation {
  readonly id: number;
  readonly instructions: readonly Instruction[];
}

/** A program. */
export interface Module {
  readonly name: string;
  readonly entry: number;
  readonly computations: ReadonlyMap<number, Computation>;
}

/** Names of element types by their numbers in xla_data.proto. */
const types = [
  ..."invalid pred s8 s16 s32 s64 u8 u16 u32 u64 f16 f32 f64 tuple opaque c64 bf16 token c128 f8e5m2 f8e4m3fn".split(
    " ",
  ),
  ..."s4 u4 f8e4m3b11fnuz f8e5m2fnuz f8e4m3fnuz s2 u2 f8e4m3 f8e3m4 s1 u1 f4e2m1fn f8e8m0fnu".split(" "),
];

/** Reads a program in the format "hlo_with_config" or "hlo". @throws RangeError where the bytes are not such a message */
export function readModule(bytes: Uint8Array, format = "hlo_with_config"): Module {
  if (format === "hlo_with_config") {
    let inner: Uint8Array | undefined;
    fields(bytes, { 1: (reader) => inner = reader.bytes() });
    if (inner === undefined) throw new RangeError("Cannot read the compiled program: it has no module");
    return readModule(inner, "hlo");
  }
  const computations = new Map<number, Computation>();
  let name = "", entry = -1;
  fields(bytes, {
    1: (reader) => name = reader.string(),
    3: (reader) => {
      const one = computation(reader.bytes());
      computations.set(one.id, one);
    },
    6: (reader) => entry = Number(reader.int64()),
  });
  if (!computations.has(entry)) throw new RangeError("Cannot read the compiled program: it has no entry");
  return { name, entry, computations };
}

type Take = (reader: BinaryReader, wire: WireType) => void;

/** Goes through the fields of a message; what nobody takes is skipped. */
function fields(bytes: Uint8Array, takes: Readonly<Record<number, Take>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const take = takes[field];
    if (take === undefined) reader.skip(wire, field);
    else take(reader, wire);
  }
}

/** Appends whole numbers, packed or one by one. */
function numbers(into: number[]): Take {
  return (reader, wire) => {
    if (wire !== WireType.LengthDelimited) return void into.push(Number(reader.int64()));
    for (const end = reader.uint32() + reader.pos; reader.pos < end;) into.push(Number(reader.int64()));
  };
}

function computation(bytes: Uint8Array): Computation {
  const instructions: Instruction[] = [];
  let id = 0;
  fields(bytes, {
    2: (reader) => instructions.push(instruction(reader.bytes())),
    5: (reader) => id = Number(reader.int64()),
  });
  return { id, instructions };
}

function instruction(bytes: Uint8Array): Instruction {
  let name = "", opcode = "", target = "", fusion = "", config = "", id = 0, kernelOutputAxis = 0;
  let shape: Shape = { type: "invalid", dims: [], parts: [] };
  const operands: number[] = [], calls: number[] = [], contracted: number[] = [], precisions: number[] = [];
  fields(bytes, {
    1: (reader) => name = reader.string(),
    2: (reader) => opcode = reader.string(),
    3: (reader) => shape = shapeOf(reader.bytes()),
    11: (reader) => fusion = reader.string(),
    16: (reader) => fields(reader.bytes(), { 4: (inner) => kernelOutputAxis = Number(inner.int64()) }),
    28: (reader) => target = reader.string(),
    30: (reader) => fields(reader.bytes(), { 1: numbers(contracted) }),
    35: (reader) => id = Number(reader.int64()),
    36: numbers(operands),
    38: numbers(calls),
    43: (reader) => config = reader.string(),
    51: (reader) => fields(reader.bytes(), { 1: numbers(precisions) }),
  });
  const factors = precisions.slice(0, 2); // a bias may follow
  const highest = factors.length > 0 && factors.every((one) => one === 2);
  return { name, opcode, shape, id, operands, calls, target, fusion, config, kernelOutputAxis, contracted, highest };
}

function shapeOf(bytes: Uint8Array): Shape {
  const dims: number[] = [], parts: Shape[] = [];
  let type = "invalid";
  fields(bytes, {
    2: (reader) => type = types[reader.int32()] ?? "invalid",
    3: numbers(dims),
    4: (reader) => parts.push(shapeOf(reader.bytes())),
  });
  return { type, dims, parts };
}

/** Elements of an array. */
export function elementsOf({ dims }: Shape): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Bits of an element. */
function bitsOf(type: string): number {
  if (type === "pred") return 8;
  return Number(/^(?:bf|[sufc])(\d+)/.exec(type)?.[1] ?? 0);
}

/** Bytes of an array, or of all arrays of a tuple. */
export function bytesOf(shape: Shape): number {
  if (shape.type === "tuple") return shape.parts.reduce((sum, part) => sum + bytesOf(part), 0);
  return Math.ceil(elementsOf(shape) * bitsOf(shape.type) / 8);
}
