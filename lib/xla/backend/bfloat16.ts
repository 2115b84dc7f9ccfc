/** Whether bfloat16 is fast: a processor without arithmetic for it is slower in mixed precision than in float32. */
import type { Precision } from "../kernels/settings.ts";

/** What programs are asked to compute in. `mixed-where-fast` is `mixed`, but float32 on processors that gain nothing by it. */
export type AskedPrecision = Precision | "mixed-where-fast";

/** The device and its processor, as far as the choice depends on them. */
export interface Target {
  /** In PJRT's words: "cpu", "cuda" … */
  readonly platform: string;
  /** See `processorFeatures` of `library.ts`. */
  readonly features: string;
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

/** The precision that is computed in. Other devices than processors have what was asked for. */
export function precisionAt({ platform, features }: Target, asked: AskedPrecision): Precision {
  if (asked !== "mixed-where-fast") return asked;
  return platform !== "cpu" || hasBfloat16(features) ? "mixed" : "float32";
}
