/** Types of tensor elements: their names in StableHLO, their numbers in PJRT, their bytes. */

const table = {
  i1: [1, 1],
  i8: [2, 1],
  i16: [3, 2],
  i32: [4, 4],
  i64: [5, 8],
  ui8: [6, 1],
  ui16: [7, 2],
  ui32: [8, 4],
  ui64: [9, 8],
  f16: [10, 2],
  f32: [11, 4],
  f64: [12, 8],
  bf16: [13, 2],
} as const satisfies Record<string, readonly [number, number]>;

/** Name of an element type as StableHLO writes it. */
export type ElementType = keyof typeof table;

/** Number of the type in `PJRT_Buffer_Type`. */
export function codeOf(type: ElementType): number {
  return table[type][0];
}

/** Bytes of one element. */
export function bytesOf(type: ElementType): number {
  return table[type][1];
}

/** Type of a number in `PJRT_Buffer_Type`. @throws Error for types that are not used here, such as complex numbers */
export function typeOf(code: number): ElementType {
  for (const [name, [number]] of Object.entries(table)) if (number === code) return name as ElementType;
  throw new Error(`Cannot use a buffer of element type ${code} of PJRT: known are ${Object.keys(table).join(", ")}`);
}
