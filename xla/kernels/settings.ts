/** What kernels are emitted for. */

export type Precision = "float32" | "mixed";

export const settings: { precision: Precision } = { precision: "float32" };
