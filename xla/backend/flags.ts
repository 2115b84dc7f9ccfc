/** Flags of XLA that make programs fast, those that a plugin's build knows. */
import type { Client } from "../pjrt/mod.ts";

type Flags = Record<string, string | number | boolean>;

const byPlatform: Readonly<Record<string, Flags>> = {
  // The list of what XLA hands to YNNPACK, without convolutions: its gradients of filters are half as fast as those of Eigen.
  cpu: {
    xla_cpu_experimental_ynn_fusion_type: "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT",
    // The larger of a number and NaN is NaN.
    xla_cpu_enable_fast_min_max: false,
  },
  // Untested, as no GPU was at hand: the same bits every time, so that a run that goes on gives what one in one piece gives.
  cuda: { xla_gpu_deterministic_ops: true },
};

const trivial =
  `module @trivial { func.func public @main(%a: tensor<f32>) -> tensor<f32> { return %a : tensor<f32> } }`;

/** The flags for a client: each is tried on a trivial program, as an unknown one is refused. */
export async function supportedFlags(client: Client): Promise<Flags> {
  const known: Flags = {};
  for (const [name, value] of Object.entries(byPlatform[client.platform] ?? {})) {
    try {
      (await client.compile(trivial, { flags: { [name]: value } }))[Symbol.dispose]();
      known[name] = value;
    } catch {
      // This build has no such flag.
    }
  }
  return known;
}
