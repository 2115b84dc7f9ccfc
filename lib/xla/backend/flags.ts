/** Flags of XLA that make programs fast, those that a plugin's build knows. */
import { Buffer } from "node:buffer";
import type { Precision } from "../kernels/settings.ts";
import type { Client, Executable } from "../pjrt/mod.ts";

type Flags = Record<string, string | number | boolean>;

const byPlatform: Readonly<Record<string, Flags>> = {
  // The list of what XLA hands to YNNPACK, without convolutions: its gradients of filters are half as fast as those of Eigen.
  cpu: {
    xla_cpu_experimental_ynn_fusion_type: "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT",
    // The larger of a number and NaN is NaN.
    xla_cpu_enable_fast_min_max: false,
  },
  cuda: {
    // The same bits every time, so that a run that resumes gives what one in one piece gives.
    xla_gpu_deterministic_ops: true,
    // With the flag above, XLA makes such kernels of products, then has no Triton to compile them, and turns to cuBLAS.
    xla_gpu_enable_triton_gemm: false,
  },
};

/** The flag by which XLA hands convolutions and products to oneDNN, which has fast code for bfloat16. */
export const oneDnn = "xla_cpu_experimental_onednn_custom_call";

/** What XLA calls such a convolution or product, as texts of compiled programs have it. */
const oneDnnCall = "__onednn$";

const trivial =
  `module @trivial { func.func public @main(%a: tensor<f32>) -> tensor<f32> { return %a : tensor<f32> } }`;

const bfloat16Convolution =
  `module @probe { func.func public @main(%x: tensor<1x8x8x8xbf16>, %k: tensor<3x3x8x8xbf16>) -> tensor<1x8x8x8xbf16> {
  %y = stablehlo.convolution(%x, %k) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {pad = [[1, 1], [1, 1]]}
    {batch_group_count = 1 : i64, feature_group_count = 1 : i64}
    : (tensor<1x8x8x8xbf16>, tensor<3x3x8x8xbf16>) -> tensor<1x8x8x8xbf16>
  return %y : tensor<1x8x8x8xbf16> } }`;

/** The flags for a client: each is tried on a trivial program, as an unknown one is refused. */
export async function supportedFlags(client: Client, precision: Precision): Promise<Flags> {
  const known: Flags = {};
  for (const [name, value] of Object.entries(byPlatform[client.platform] ?? {})) {
    if (await compiles(client, { [name]: value })) known[name] = value;
  }
  // Float32 convolutions it takes too, but the gradients of their filters it makes worse.
  if (client.platform === "cpu" && precision === "mixed" && await hasOneDnn(client)) known[oneDnn] = true;
  return known;
}

async function compiles(client: Client, flags: Flags): Promise<boolean> {
  try {
    (await client.compile(trivial, { flags }))[Symbol.dispose]();
    return true;
  } catch {
    return false; // This build has no such flag.
  }
}

/** Whether the plugin's build has oneDNN, and the processor is one for which XLA uses it: builds without know the flag, too. */
async function hasOneDnn(client: Client): Promise<boolean> {
  try {
    using executable = await client.compile(bfloat16Convolution, { flags: { [oneDnn]: true } });
    return callsOneDnn(executable);
  } catch {
    return false;
  }
}

/** Whether a compiled program hands work to oneDNN. */
export function callsOneDnn(executable: Executable): boolean {
  return Buffer.from(executable.optimizedProgram().bytes.buffer).includes(oneDnnCall);
}
