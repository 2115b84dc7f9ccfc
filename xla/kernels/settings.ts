/** What kernels are emitted for. */
export type Precision = "float32" | "mixed";

export const settings: {
  precision: Precision;
  /** The device's platform in PJRT's words: "cpu", "cuda" … */
  platform: string;
  /** Whether XLA hands convolutions and products of bfloat16 numbers to oneDNN. */
  oneDnn: boolean;
} = { precision: "float32", platform: "cpu", oneDnn: false };
