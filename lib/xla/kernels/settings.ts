/** What kernels are emitted for. */
export type Precision = "float32" | "mixed";

export const settings: {
  precision: Precision;
  /** Whether factors keep all digits of float32 on devices that would drop some, as GPUs do (TF32: 10 of 23 bits). */
  exact: boolean;
  /** The device's platform in PJRT's words: "cpu", "cuda" … */
  platform: string;
  /** Whether XLA hands convolutions and products of bfloat16 numbers to oneDNN. */
  oneDnn: boolean;
} = { precision: "float32", exact: false, platform: "cpu", oneDnn: false };
