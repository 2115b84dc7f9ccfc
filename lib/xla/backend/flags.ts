/** Flags of XLA that make programs fast, or the same each time: those that a plugin's build knows. */
import { Buffer } from "node:buffer";
import { type Client, type Executable, PjrtError } from "../pjrt/mod.ts";
import { RuntimeError } from "../runtime/error.ts";

/** Values of flags by their names, without "--". */
export type Flags = Record<string, string | number | boolean>;

const byPlatform: Readonly<Record<string, Flags>> = {
  // The list of what XLA hands to YNNPACK, without convolutions: its gradients of filters are half as fast as those of Eigen.
  cpu: {
    xla_cpu_experimental_ynn_fusion_type: "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT",
    // The larger of a number and NaN is NaN.
    xla_cpu_enable_fast_min_max: false,
  },
};

/** Flags for the same bits each time, by platform. A processor needs none; for ROCm and TPUs XLA has none that was tried. */
const sameBits: Readonly<Record<string, Flags>> = {
  cpu: {},
  cuda: {
    // XLA then tries no kernels: of each library it takes the first that it lists.
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

/** The flags for the same bits each time on a platform, of a build that knows them. */
export function sameBitsFlagsOf(platform: string): Flags {
  return { ...byPlatform[platform], ...sameBits[platform] };
}

/** What a flag is asked of. */
type Compiler = Pick<Client, "platform" | "compile">;

/**
 * The flags for a client.
 *
 * @throws RuntimeError where the same bits are asked for of a platform, or of a build, that has no flag for them
 * @throws PjrtError where a trivial program does not compile, for another reason than an unknown flag
 */
export async function supportedFlags(
  client: Compiler,
  { mixed, deterministic }: { readonly mixed: boolean; readonly deterministic: boolean },
): Promise<Flags> {
  const { platform } = client;
  const known = await knownFlags(client, byPlatform[platform] ?? {});
  if (deterministic) Object.assign(known, await sameBitsFlags(client));
  // Float32 convolutions it takes too, but the gradients of their filters it makes worse.
  if (platform === "cpu" && mixed && await hasOneDnn(client)) known[oneDnn] = true;
  return known;
}

/** Those flags that a plugin's build knows: each is tried on a trivial program, as an unknown one is refused. */
export async function knownFlags(client: Compiler, flags: Flags): Promise<Flags> {
  const known: Flags = {};
  for (const [name, value] of Object.entries(flags)) {
    try {
      (await client.compile(trivial, { flags: { [name]: value } }))[Symbol.dispose]();
      known[name] = value;
    } catch (error) {
      if (!isUnknown(error, name)) throw error;
    }
  }
  return known;
}

/** Whether a program was refused because the build has no such flag. */
function isUnknown(error: unknown, flag: string): boolean {
  return error instanceof PjrtError && error.code === "INVALID_ARGUMENT" &&
    error.message.includes(`No such compile option: '${flag}'`);
}

async function sameBitsFlags(client: Compiler): Promise<Flags> {
  const flags = sameBits[client.platform];
  const refuse = (why: string) =>
    new RuntimeError(`Cannot give the same bits each time on ${client.platform}: ${why}`, [
      "leave deterministic out: tuned kernels are kept on disk, and the next start takes the same ones",
    ]);
  if (flags === undefined) throw refuse("XLA has no flag for that on this platform");
  const known = await knownFlags(client, flags);
  const [first] = Object.keys(flags);
  if (first !== undefined && known[first] === undefined) throw refuse(`this build of XLA does not know "${first}"`);
  return known;
}

/** Whether the plugin's build has oneDNN, and the processor is one for which XLA uses it: builds without know the flag, too. */
async function hasOneDnn(client: Compiler): Promise<boolean> {
  try {
    using executable = await client.compile(bfloat16Convolution, { flags: { [oneDnn]: true } });
    return callsOneDnn(executable);
  } catch (error) {
    if (isUnknown(error, oneDnn)) return false;
    throw error;
  }
}

/** Whether a compiled program hands work to oneDNN. */
export function callsOneDnn(executable: Executable): boolean {
  return Buffer.from(executable.optimizedProgram().bytes.buffer).includes(oneDnnCall);
}
