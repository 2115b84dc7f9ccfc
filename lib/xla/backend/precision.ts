/** Which precision programs compute in: what was asked for, as far as it is fast or there at all on the device. */
import type { Client } from "../pjrt/mod.ts";

/** What programs compute in. */
export type ComputedPrecision =
  /** Nothing is rounded to less, on any device. */
  | "float32"
  /** Factors of convolutions and matrix products have 10 bits of mantissa, in GPUs' arithmetic of that name. */
  | "tensorfloat32"
  /** Factors of convolutions and matrix products are bfloat16. */
  | "mixed";

/**
 * What programs are asked to compute in. `mixed-where-fast` is `mixed`, but float32 on processors that gain nothing by it;
 * `tensorfloat32` is float32 on devices that have no such arithmetic.
 */
export type AskedPrecision = ComputedPrecision | "mixed-where-fast";

/** The device and its processor, as far as the choice depends on them. */
export interface Target {
  /** In PJRT's words: "cpu", "cuda" … */
  readonly platform: string;
  /** See `processorFeatures` of `library.ts`. */
  readonly features: string;
  /** Of NVIDIA's GPUs, such as "9.0". */
  readonly capability?: string | undefined;
}

/** Where a client's programs run. */
export function targetOf({ platform, plugin, devices }: Client): Target {
  const capability = devices[0]?.attributes.compute_capability;
  return {
    platform,
    features: plugin.processorFeatures,
    capability: capability === undefined ? undefined : String(capability),
  };
}

/** Bits of bfloat16 arithmetic among the features, four words a leaf: EAX, EBX, ECX, EDX. */
const bits = [
  { word: 4 * 1 + 3, bit: 22 }, // AMX-BF16: leaf 7, EDX
  { word: 4 * 6 + 0, bit: 5 }, // AVX512-BF16: leaf 7, subleaf 1, EAX
] as const;

/** Whether a processor computes in bfloat16, by its features. False where they are unknown: XLA has no fast code there. */
export function hasBfloat16(features: string): boolean {
  const words = features.split(".").map((word) => parseInt(word, 16));
  return bits.some(({ word, bit }) => ((words[word] ?? 0) >>> bit) % 2 === 1);
}

/** Whether a device has TensorFloat-32: NVIDIA's GPUs from Ampere on. One that does not say its capability is a newer one. */
export function hasTensorFloat32({ platform, capability }: Target): boolean {
  return platform === "cuda" && !(parseFloat(capability ?? "") < 8);
}

/** The precision that is computed in. */
export function precisionAt(target: Target, asked: AskedPrecision): ComputedPrecision {
  if (asked === "tensorfloat32") return hasTensorFloat32(target) ? "tensorfloat32" : "float32";
  if (asked !== "mixed-where-fast") return asked;
  return target.platform !== "cpu" || hasBfloat16(target.features) ? "mixed" : "float32";
}
