/** Element types by tfjs's names of them. */
import type { ElementType } from "../stablehlo/mod.ts";

const elements: Readonly<Record<string, ElementType>> = { float32: "f32", int32: "i32", bool: "i1" };

/** The element type of a dtype; float32 unless given. @throws TypeError where there is none */
export function elementOf(dtype: string | null | undefined): ElementType {
  const type = elements[dtype ?? "float32"];
  if (type !== undefined) return type;
  throw new TypeError(`Cannot make ${dtype} tensors on the xla backend: it supports float32, int32 and bool`);
}
