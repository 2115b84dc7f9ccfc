/** Element types by tfjs's names of them. */
import type { ElementType } from "../stablehlo/mod.ts";

export const elements: Readonly<Record<string, ElementType>> = { float32: "f32", int32: "i32", bool: "i1" };
