/** Attention as one call of cuDNN, which keeps no matrix of shares: flash attention (Dao et al. 2022, arXiv:2205.14135). */
import { convert, program, several, source, transpose, type Type, type Value } from "../stablehlo/mod.ts";
import { rounded } from "./convolve.ts";
import { settings } from "./settings.ts";
import type { DeviceKernels } from "./types.ts";

/**
 * Queries from which the call is worth it: it works on tiles of 128 of them. Fewer stay products of matrices, whose shares
 * are few as well.
 */
const fewestQueries = 128;

/**
 * Whether attention of this shape, `[batch, pixels, heads, width]`, is a call of cuDNN.
 *
 * @param widest how wide a head may be on the device at hand; asked only where that decides
 */
export function isFusedAttention([, pixels, , width]: readonly number[], widest: () => number): boolean {
  return settings.platform === "cuda" && settings.precision === "mixed" && pixels! >= fewestQueries &&
    width! % 8 === 0 && width! <= widths[0]! && width! <= (settings.attentionWidth ?? widest());
}

/** Widths of heads that cuDNN may have calls for, from the widest: 256 from the architecture Hopper on, 128 from Ampere. */
export const widths = [256, 128];

/** A small program that has both calls, to see whether they can be compiled. */
export function attentionProbe(width: number): string {
  const [q, k, v, dy] = [0, 1, 2, 3].map(() => source({ shape: [1, 128, 1, width], dtype: "bf16" }, "probe"));
  const [output, statistics] = attention(q!, k!, v!);
  const inputs = { q: q!, k: k!, v: v!, dy: dy!, statistics: statistics!, output: convert(output!, "bf16") };
  return program(attentionGradient(inputs)).text;
}

/** Axes in the order in which a call has them in memory, the fastest first, in XLA's words. */
const inOrder = (...orders: readonly (readonly number[])[]) =>
  `[${
    orders.map((order) =>
      order.length === 1 ? "dense<0> : tensor<1xindex>" : `dense<[${order.join(", ")}]> : tensor<${order.length}xindex>`
    ).join(", ")
  }]`;

const rowMajor = [3, 2, 1, 0], byPixel = [3, 1, 2, 0];

/** Which axes a product of the call sums over, and which it keeps in step. */
const product = (sums: readonly [number, number], steps: readonly [readonly number[], readonly number[]]) => ({
  lhs_contracting_dimensions: [String(sums[0])],
  rhs_contracting_dimensions: [String(sums[1])],
  lhs_batch_dimensions: steps[0].map(String),
  rhs_batch_dimensions: steps[1].map(String),
});

/** A call as XLA's `CudnnfMHABackendConfig` describes it (xla/service/gpu/backend_configs.proto). */
function call(
  target: string,
  operands: readonly Value[],
  results: readonly Type[],
  layouts: readonly [operands: string, results: string],
  products: Record<string, ReturnType<typeof product>>,
): Value[] {
  const [batch, pixels, heads, width] = operands[0]!.shape as [number, number, number, number];
  const config = JSON.stringify({
    operation_queue_id: "0",
    cudnn_fmha_backend_config: {
      algorithm: {
        algo_id: "0",
        math_type: "TENSOR_OP_MATH",
        tuning_knobs: { "17": "1", "24": "0" },
        is_cudnn_frontend: true,
        workspace_size: "0",
      },
      fmha_scale: 1 / Math.sqrt(width),
      intermediate_tensor_shape: {
        element_type: "BF16",
        dimensions: [batch, heads, pixels, operands[1]!.shape[1]].map(String),
        tuple_shapes: [],
        layout: {
          dim_level_types: [],
          dim_unique: [],
          dim_ordered: [],
          minor_to_major: ["3", "2", "1", "0"],
          tiles: [],
          element_size_in_bits: "0",
          memory_space: "0",
          index_primitive_type: "PRIMITIVE_TYPE_INVALID",
          pointer_primitive_type: "PRIMITIVE_TYPE_INVALID",
          dynamic_shape_metadata_prefix_bytes: "0",
        },
        is_dynamic_dimension: [false, false, false, false],
      },
      is_flash_attention: true,
      mask_type: "NO_MASK",
      ...products,
      dropout_rate: 0,
      seed: 42,
      sliding_window_length: 0,
      max_seg_per_batch: 1,
      is_paged_attention: false,
    },
  });
  const workspace: Type = { shape: [0], dtype: "ui8" };
  const attributes = `call_target_name = "${target}", api_version = 2 : i32, ` +
    `backend_config = "${config.replaceAll('"', "\\22")}", ` +
    `operand_layouts = ${layouts[0]}, result_layouts = ${layouts[1]}`;
  return several("stablehlo.custom_call", operands, attributes, [...results, workspace]).slice(0, -1);
}

/** What calls take and give as `[batch, heads, pixels, width]`, as the others have it. */
const byPixels = (value: Value) => convert(transpose(value, [0, 2, 1, 3]), "f32");

function attention(q: Value, k: Value, v: Value): Value[] {
  const [batch, pixels, heads, width] = q.shape as [number, number, number, number];
  const [output, statistics] = call(
    "__cudnn$fmhaSoftmax",
    [q, k, v].map(rounded),
    [{ shape: [batch, heads, pixels, width], dtype: "bf16" }, { shape: [batch, heads, pixels], dtype: "f32" }],
    [inOrder(rowMajor, rowMajor, rowMajor), inOrder(byPixel, [2, 1, 0], [0])],
    {
      bmm1_dot_dimension_numbers: product([3, 3], [[0, 2], [0, 2]]),
      bmm2_dot_dimension_numbers: product([3, 1], [[0, 1], [0, 2]]),
    },
  );
  return [byPixels(output!), statistics!];
}

function attentionGradient(inputs: Readonly<Record<"q" | "k" | "v" | "statistics" | "output" | "dy", Value>>): Value[] {
  const { q, k, v, statistics, output, dy } = inputs;
  const transposed = (value: Value): Type => {
    const [batch, pixels, heads, width] = value.shape as [number, number, number, number];
    return { shape: [batch, heads, pixels, width], dtype: "bf16" };
  };
  const [a, b, c, d, e] = [q, k, v, dy, output].map(rounded) as [Value, Value, Value, Value, Value];
  return call(
    "__cudnn$fmhaSoftmaxBackward",
    [a, b, c, statistics, d, e],
    [q, k, v].map(transposed),
    [inOrder(rowMajor, rowMajor, rowMajor, [2, 1, 0], rowMajor, rowMajor), inOrder(byPixel, byPixel, byPixel, [0])],
    {
      bmm1_grad_gemm1_dot_dimension_numbers: product([2, 1], [[0, 1], [0, 2]]),
      bmm1_grad_gemm2_dot_dimension_numbers: product([3, 1], [[0, 1], [0, 2]]),
      bmm2_grad_gemm1_dot_dimension_numbers: product([2, 1], [[0, 1], [0, 2]]),
      bmm2_grad_gemm2_dot_dimension_numbers: product([3, 3], [[0, 2], [0, 2]]),
    },
  ).map(byPixels);
}

export const attentions: DeviceKernels = {
  DenoiseAttention: ({ q, k, v }) => attention(q!, k!, v!),
  DenoiseAttentionGradient: (inputs) => attentionGradient(inputs as Parameters<typeof attentionGradient>[0]),
};
