/** Where programs are emitted for, if that is not the device at hand. */
import { emitIn, settings } from "../kernels/settings.ts";
import type { ComputedPrecision } from "./precision.ts";

/** A platform, and what programs compute in there. */
export interface Destination {
  /** In PJRT's words: "cuda" … */
  readonly platform: string;
  /** Of the factors of convolutions and matrix products. */
  readonly precision: ComputedPrecision;
  /** The widest head of attention that there is a kernel for; 0: none. */
  readonly attentionWidth: number;
}

/** Emits with the settings of a destination; what is emitted afterwards has its own again. */
export function emittedFor<T>({ platform, precision, attentionWidth }: Destination, emit: () => T): T {
  const before = { ...settings };
  Object.assign(settings, { platform, attentionWidth, oneDnn: false });
  emitIn(precision);
  try {
    return emit();
  } finally {
    Object.assign(settings, before);
  }
}
