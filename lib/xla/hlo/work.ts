/** The convolutions and matrix products of a kernel: whose code computes them, in which type, and how many FLOP. */
import { type Computation, elementsOf, type Instruction, type Shape } from "./module.ts";

/** A convolution or a matrix product. */
export interface Work {
  /** `input gradient` and `filter gradient` of a convolution are what cuDNN has calls of their own for. */
  readonly what: "convolution" | "input gradient" | "filter gradient" | "product" | "attention";
  /** Whose kernel it is: `XLA` where it is part of a loop that XLA writes itself. */
  readonly library: "cuDNN" | "cuBLAS" | "Triton" | "XLA";
  /** Type of the factors, as HLO writes it. */
  readonly type: string;
  /** Whether factors of float32 keep all digits where the device would round them to TF32. */
  readonly exact: boolean;
  /** Floating point operations, a multiply-add counting as two; 0 where they cannot be counted. */
  readonly flops: number;
}

/** What a kernel computes. `operands`: the operations that give its operands. */
export function workOf(
  one: Instruction,
  operands: readonly Instruction[],
  called: readonly Computation[],
): readonly Work[] {
  const { target } = one;
  if (/^__cudnn\$conv/.test(target)) return [convolutionCall(one, operands)];
  if (/^__cudnn\$fmha/.test(target)) return [attentionCall(one, operands)];
  if (/^__cublas\$/.test(target)) return [productCall(one, operands)];
  const library = one.config.includes("__cudnn$fusion") ? "cuDNN" : one.config.includes("triton") ? "Triton" : "XLA";
  if (one.opcode === "dot" || one.opcode === "convolution") return plain(one, operands, library);
  return called.flatMap(({ instructions }) => {
    const known = new Map(instructions.map((each) => [each.id, each]));
    return instructions.flatMap((each) => plain(each, each.operands.flatMap((id) => known.get(id) ?? []), library));
  });
}

/** A product or convolution that is written out. */
function plain(one: Instruction, [left, right]: readonly Instruction[], library: Work["library"]): Work[] {
  if (left === undefined || right === undefined) return [];
  const shared = { library, type: left.shape.type, exact: one.highest } as const;
  if (one.opcode === "dot") {
    const summed = one.contracted.reduce((product, axis) => product * (left.shape.dims[axis] ?? 1), 1);
    return [{ ...shared, what: "product", flops: 2 * elementsOf(one.shape) * summed }];
  }
  if (one.opcode !== "convolution") return [];
  return [{ ...shared, what: "convolution", flops: convolutionFlops(one.shape, right.shape, one.kernelOutputAxis) }];
}

/** A call's result: the first part where there is memory to work in besides. */
function resultOf({ shape }: Instruction): Shape {
  return shape.parts[0] ?? shape;
}

/** Axes are those of the forward convolution, in the calls of its gradients too (`output`: what that gives). */
function convolutionFlops(output: Shape, kernel: Shape, kernelOutputAxis: number): number {
  return 2 * elementsOf(output) * elementsOf(kernel) / (kernel.dims[kernelOutputAxis] ?? 1);
}

function convolutionCall(one: Instruction, [first, second]: readonly Instruction[]): Work {
  const result = resultOf(one);
  const [what, output, kernel] = /BackwardInput$/.test(one.target)
    ? ["input gradient", first?.shape, second?.shape] as const
    : /BackwardFilter$/.test(one.target)
    ? ["filter gradient", second?.shape, result] as const
    : ["convolution", result, second?.shape] as const;
  const flops = output && kernel ? convolutionFlops(output, kernel, one.kernelOutputAxis) : 0;
  return { what, library: "cuDNN", type: first?.shape.type ?? result.type, exact: one.highest, flops };
}

/** What XLA notes of a call, as far as it is read here. */
interface Notes {
  readonly gemm_backend_config?: {
    readonly dot_dimension_numbers?: { readonly lhs_contracting_dimensions?: readonly (string | number)[] };
    readonly precision_config?: { readonly operand_precision?: readonly string[] };
  };
  readonly cudnn_fmha_backend_config?: {
    /** `[batch, heads, queries, keys]`. */
    readonly intermediate_tensor_shape?: { readonly dimensions?: readonly (string | number)[] };
  };
}

function notesOf({ config }: Instruction): Notes {
  try {
    return JSON.parse(config);
  } catch {
    return {}; // another format
  }
}

function productCall(one: Instruction, [left]: readonly Instruction[]): Work {
  const { dot_dimension_numbers: axes, precision_config: precision } = notesOf(one).gemm_backend_config ?? {};
  const summed = axes?.lhs_contracting_dimensions
    ?.reduce<number>((product, axis) => product * (left?.shape.dims[Number(axis)] ?? 1), 1);
  const asked = precision?.operand_precision ?? [];
  return {
    what: "product",
    library: "cuBLAS",
    type: left?.shape.type ?? resultOf(one).type,
    exact: one.highest || (asked.length > 0 && asked.every((each) => each === "HIGHEST")),
    flops: summed === undefined ? 0 : 2 * elementsOf(resultOf(one)) * summed,
  };
}

/** cuDNN's fused attention: two products forward, five backward, each of all queries with all keys. */
function attentionCall(one: Instruction, [query]: readonly Instruction[]): Work {
  const keys = Number(notesOf(one).cudnn_fmha_backend_config?.intermediate_tensor_shape?.dimensions?.at(-1) ?? 0);
  const products = /Backward/.test(one.target) ? 5 : 2;
  const flops = query === undefined ? 0 : products * 2 * elementsOf(query.shape) * keys;
  return { what: "attention", library: "cuDNN", type: query?.shape.type ?? "", exact: false, flops };
}
