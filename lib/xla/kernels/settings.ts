/** What kernels are emitted for. */

/** Type of the factors of convolutions and matrix products. */
export type Precision = "float32" | "mixed";

export const settings: {
  precision: Precision;
  /** Whether factors keep all digits of float32 on devices that would drop some, as GPUs do (TF32: 10 of 23 bits). */
  exact: boolean;
  /** The device's platform in PJRT's words: "cpu", "cuda" … */
  platform: string;
  /** Whether XLA hands convolutions and products of bfloat16 numbers to oneDNN. */
  oneDnn: boolean;
  /** The widest head of attention that a device which is not here has a kernel for; undefined: the one at hand is asked. */
  attentionWidth: number | undefined;
} = { precision: "float32", exact: true, platform: "cpu", oneDnn: false, attentionWidth: undefined };

/** Has kernels emitted for what programs compute in. */
export function emitIn(precision: Precision | "tensorfloat32"): void {
  settings.precision = precision === "mixed" ? "mixed" : "float32";
  settings.exact = precision === "float32";
}
