/** Tests of reading compiled programs: messages written here, field by field, with answers known by hand. */
import assert from "node:assert/strict";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { hasLoop, kernelsOf } from "./kernels.ts";
import { bytesOf, readModule } from "./module.ts";

/** An operation to write. Operands and computations by their ids. */
interface Written {
  readonly id: number;
  readonly opcode: string;
  readonly shape: Uint8Array;
  readonly operands?: readonly number[];
  readonly calls?: readonly number[];
  readonly target?: string;
  readonly fusion?: string;
  readonly config?: string;
  readonly kernelOutputAxis?: number;
  readonly contracted?: readonly number[];
  readonly precisions?: readonly number[];
}

const [F32, BF16, U8, S32, TUPLE, PRED] = [11, 16, 6, 4, 13, 1] as const;

function array(type: number, ...dims: number[]): Uint8Array {
  const writer = new BinaryWriter().tag(2, WireType.Varint).int32(type);
  writer.tag(3, WireType.LengthDelimited).fork();
  for (const size of dims) writer.int64(size);
  return writer.join().finish();
}

function tuple(...parts: Uint8Array[]): Uint8Array {
  const writer = new BinaryWriter().tag(2, WireType.Varint).int32(TUPLE);
  for (const part of parts) writer.tag(4, WireType.LengthDelimited).bytes(part);
  return writer.finish();
}

function instruction(one: Written): Uint8Array {
  const writer = new BinaryWriter();
  const text = (field: number, value: string) => writer.tag(field, WireType.LengthDelimited).string(value);
  const packed = (field: number, values: readonly number[]) => {
    writer.tag(field, WireType.LengthDelimited).fork();
    for (const value of values) writer.int64(value);
    writer.join();
  };
  text(1, `${one.opcode}.${one.id}`);
  text(2, one.opcode);
  writer.tag(3, WireType.LengthDelimited).bytes(one.shape);
  if (one.fusion !== undefined) text(11, one.fusion);
  if (one.kernelOutputAxis !== undefined) {
    writer.tag(16, WireType.LengthDelimited).fork().tag(4, WireType.Varint).int64(one.kernelOutputAxis).join();
  }
  if (one.target !== undefined) text(28, one.target);
  if (one.contracted !== undefined) {
    writer.tag(30, WireType.LengthDelimited).fork();
    // Not packed, as older writers have it.
    for (const axis of one.contracted) writer.tag(1, WireType.Varint).int64(axis);
    writer.join();
  }
  writer.tag(35, WireType.Varint).int64(one.id);
  packed(36, one.operands ?? []);
  packed(38, one.calls ?? []);
  if (one.config !== undefined) text(43, one.config);
  if (one.precisions !== undefined) {
    writer.tag(51, WireType.LengthDelimited).fork();
    packed(1, one.precisions);
    writer.join();
  }
  text(7, "what nobody reads");
  return writer.finish();
}

/** A program; the last computation is where it begins. */
function module(computations: Readonly<Record<number, readonly Written[]>>, entry: number): Uint8Array {
  const inner = new BinaryWriter().tag(1, WireType.LengthDelimited).string("step");
  for (const [id, instructions] of Object.entries(computations)) {
    inner.tag(3, WireType.LengthDelimited).fork();
    for (const one of instructions) inner.tag(2, WireType.LengthDelimited).bytes(instruction(one));
    inner.tag(5, WireType.Varint).int64(id).join();
  }
  inner.tag(6, WireType.Varint).int64(entry);
  return new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(inner.finish()).finish();
}

const kernels = (computations: Parameters<typeof module>[0], entry: number) =>
  kernelsOf(readModule(module(computations, entry)));

/** Batch 2, 4×4 pixels, 3 channels to 5, 3×3 kernels; the kernel's axes are those of OHWI. */
const [x, k, y] = [array(F32, 2, 4, 4, 3), array(F32, 5, 3, 3, 3), array(F32, 2, 4, 4, 5)];
const flops = 2 * (2 * 4 * 4) * 5 * 3 * 3 * 3;
const bytes = { x: 4 * 96, k: 4 * 135, y: 4 * 160 };

Deno.test("kernelsOf() counts the FLOP of a convolution and of its gradients alike", () => {
  const [forward, input, filter] = kernels({
    1: [
      { id: 1, opcode: "parameter", shape: x },
      { id: 2, opcode: "parameter", shape: k },
      { id: 3, opcode: "parameter", shape: y },
      {
        ...{ id: 4, opcode: "custom-call", shape: tuple(y, array(U8, 100)), operands: [1, 2], kernelOutputAxis: 0 },
        target: "__cudnn$convBiasActivationForward",
      },
      {
        ...{ id: 5, opcode: "custom-call", shape: tuple(x, array(U8, 0)), operands: [3, 2], kernelOutputAxis: 0 },
        target: "__cudnn$convBackwardInput",
      },
      {
        ...{ id: 6, opcode: "custom-call", shape: tuple(k, array(U8, 0)), operands: [1, 3], kernelOutputAxis: 0 },
        ...{ target: "__cudnn$convBackwardFilter", precisions: [2, 2, 0] }, // as with a bias
      },
    ],
  }, 1);
  const shared = { library: "cuDNN", type: "f32", exact: false, flops };
  assert.deepEqual(forward!.work, [{ what: "convolution", ...shared }]);
  assert.deepEqual(input!.work, [{ what: "input gradient", ...shared }]);
  assert.deepEqual(filter!.work, [{ what: "filter gradient", ...shared, exact: true }]);
  assert.deepEqual([forward, input, filter].map((one) => one!.bytes), [
    bytes.x + bytes.k + bytes.y + 100,
    bytes.x + bytes.k + bytes.y,
    bytes.x + bytes.k + bytes.y,
  ]);
  assert.deepEqual([forward, input, filter].map((one) => one!.kind), Array(3).fill("convolution"));
});

Deno.test("kernelsOf() reads what a product sums over: of cuBLAS in its notes, of Triton in the fusion", () => {
  const [left, right, out] = [array(BF16, 7, 11), array(BF16, 11, 13), array(BF16, 7, 13)];
  const config = JSON.stringify({
    gemm_backend_config: {
      dot_dimension_numbers: { lhs_contracting_dimensions: ["1"] },
      precision_config: { operand_precision: ["HIGHEST", "HIGHEST"] },
    },
  });
  const inner: Written[] = [
    { id: 1, opcode: "parameter", shape: left },
    { id: 2, opcode: "parameter", shape: right },
    { id: 3, opcode: "dot", shape: out, operands: [1, 2], contracted: [1] },
  ];
  const found = kernels({
    1: inner,
    2: [
      ...inner.slice(0, 2),
      {
        ...{ id: 4, opcode: "custom-call", shape: tuple(out, array(U8, 9)), operands: [1, 2] },
        ...{ target: "__cublas$gemm", config },
      },
      {
        ...{ id: 5, opcode: "fusion", shape: out, operands: [1, 2], calls: [1], fusion: "kCustom" },
        config: `{"fusion_backend_config":{"kind":"__triton_gemm"}}`,
      },
      { id: 6, opcode: "custom-call", shape: out, operands: [1, 2], target: "__cublas$lt$matmul", config: "other" },
    ],
  }, 2);
  const shared = { what: "product", type: "bf16", flops: 2 * 7 * 11 * 13 };
  assert.deepEqual(found.map(({ work }) => work), [
    [{ ...shared, library: "cuBLAS", exact: true }],
    [{ ...shared, library: "Triton", exact: false }],
    [{ ...shared, library: "cuBLAS", exact: false, flops: 0 }], // what is not known is not made up
  ]);
  assert.deepEqual(found.map(({ kind }) => kind), ["product", "product", "product"]);
});

Deno.test("kernelsOf() counts the products of cuDNN's attention", () => {
  const [batch, heads, queries, keys, size] = [2, 3, 5, 7, 11];
  const dimensions = [batch, heads, queries, keys].map(String);
  const config = JSON.stringify({ cudnn_fmha_backend_config: { intermediate_tensor_shape: { dimensions } } });
  const shape = array(BF16, batch, heads, queries, size);
  const [forward, backward] = kernels({
    1: [
      { id: 1, opcode: "parameter", shape },
      { id: 2, opcode: "custom-call", shape, operands: [1], target: "__cudnn$fmhaSoftmax", config },
      { id: 3, opcode: "custom-call", shape, operands: [1], target: "__cudnn$fmhaSoftmaxBackward", config },
    ],
  }, 1);
  const product = 2 * batch * heads * queries * keys * size;
  assert.deepEqual(forward!.work[0], {
    what: "attention",
    library: "cuDNN",
    type: "bf16",
    exact: false,
    flops: 2 * product,
  });
  assert.equal(backward!.work[0]!.flops, 5 * product);
});

Deno.test("kernelsOf() tells copies, sums, exchanges and loops apart, and leaves out what starts nothing", () => {
  const four = array(F32, 4);
  const state = tuple(array(S32), four);
  const found = kernels({
    1: [
      { id: 1, opcode: "parameter", shape: four },
      { id: 2, opcode: "transpose", shape: four, operands: [1] },
      { id: 3, opcode: "bitcast", shape: four, operands: [2] },
    ],
    2: [
      { id: 1, opcode: "parameter", shape: four },
      { id: 2, opcode: "reduce", shape: array(F32), operands: [1] },
    ],
    3: [
      { id: 1, opcode: "parameter", shape: state },
      { id: 2, opcode: "get-tuple-element", shape: four, operands: [1] },
      { id: 3, opcode: "fusion", shape: array(F32), operands: [2], calls: [2], fusion: "kInput" },
      { id: 4, opcode: "tuple", shape: state, operands: [2, 2] },
    ],
    4: [
      { id: 1, opcode: "parameter", shape: state },
      { id: 2, opcode: "compare", shape: array(PRED), operands: [1] },
    ],
    5: [
      { id: 1, opcode: "parameter", shape: four },
      { id: 2, opcode: "constant", shape: array(S32) },
      { id: 3, opcode: "fusion", shape: four, operands: [1], calls: [1], fusion: "kInput" },
      { id: 4, opcode: "copy", shape: four, operands: [3] },
      { id: 5, opcode: "all-reduce-start", shape: four, operands: [4] },
      { id: 6, opcode: "all-reduce-done", shape: four, operands: [5] },
      { id: 7, opcode: "tuple", shape: state, operands: [2, 6] },
      { id: 8, opcode: "while", shape: state, operands: [7], calls: [4, 3] },
    ],
  }, 5);
  assert.deepEqual(found.map(({ kind, bytes, turn }) => [kind, bytes, turn]), [
    ["copy", 32, false],
    ["copy", 32, false],
    ["collective", 32, false],
    ["sum", 20, true],
  ]);
  const bytes = module({ 1: [{ id: 1, opcode: "parameter", shape: four }] }, 1);
  assert.equal(hasLoop(readModule(bytes)), false);
});

Deno.test("bytesOf() knows narrow types, and adds up tuples", () => {
  const shape = (type: string, ...dims: number[]) => ({ type, dims, parts: [] });
  assert.equal(bytesOf(shape("pred", 3)), 3);
  assert.equal(bytesOf(shape("s4", 3)), 2);
  assert.equal(bytesOf(shape("f8e4m3fn", 5)), 5);
  assert.equal(bytesOf(shape("c64", 2)), 16);
  assert.equal(bytesOf(shape("token")), 0);
  assert.equal(bytesOf({ type: "tuple", dims: [], parts: [shape("bf16", 2, 3), shape("f64")] }), 20);
});

Deno.test("readModule() refuses what is not a program", () => {
  assert.throws(() => readModule(new Uint8Array()), /^RangeError: Cannot read the compiled program: it has no module$/);
  assert.throws(() => readModule(new Uint8Array(), "hlo"), /it has no entry$/);
  const good = module({ 1: [{ id: 1, opcode: "parameter", shape: x }] }, 1);
  assert.throws(() => readModule(good.subarray(0, -9)), RangeError);
});
