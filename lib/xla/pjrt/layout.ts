/** Memory for the C structs: offsets from the table, fields by name. */
import { type FieldType, structs } from "./structs.ts";

/** Name of a struct in the table. */
export type StructName = keyof typeof structs;

type Field<N extends StructName> = (keyof (typeof structs)[N] & string) | "struct_size" | "extension_start";

interface Layout {
  readonly offsets: Readonly<Record<string, { readonly offset: number; readonly type: FieldType }>>;
  /** Bytes up to the end of the last field: what `struct_size` holds. */
  readonly size: number;
}

const sizes: Readonly<Record<FieldType, number>> = { ptr: 8, usize: 8, i64: 8, i32: 4, bool: 1 };
const layouts = new Map<StructName, Layout>();

/** Offsets and size of a struct by the rules of C on 64-bit machines: each field at a multiple of its own size. */
export function layout(name: StructName): Layout {
  let known = layouts.get(name);
  if (known === undefined) {
    const offsets: Record<string, { offset: number; type: FieldType }> = {};
    let end = 0;
    const fields: Record<string, FieldType> = { struct_size: "usize", extension_start: "ptr", ...structs[name] };
    for (const [field, type] of Object.entries(fields)) {
      const offset = Math.ceil(end / sizes[type]) * sizes[type];
      offsets[field] = { offset, type };
      end = offset + sizes[type];
    }
    known = { offsets, size: end };
    layouts.set(name, known);
  }
  return known;
}

/** Memory that stays in its place while C looks at it, also when it is small: V8 keeps small typed arrays on its heap. */
export function fixedBytes(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(Math.max(size, 8)));
}

/** Takes memory that stays in its place: at least so many bytes, all zero. */
export type Allocate = (size: number) => Uint8Array<ArrayBuffer>;

/** A copy of bytes in such memory. */
export function fixedCopy(bytes: Uint8Array, place: Allocate = fixedBytes): Uint8Array<ArrayBuffer> {
  const fixed = place(bytes.length);
  fixed.set(bytes);
  return fixed;
}

/** Address of the first byte of a buffer. The caller keeps the buffer alive while the address is in use. */
export function addressOf(data: ArrayBufferView<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(data)));
}

/** Memory at an address as a view to read from. */
export function viewAt(address: bigint): Deno.UnsafePointerView {
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) throw new TypeError("Cannot read memory at address 0: PJRT gave no pointer");
  return new Deno.UnsafePointerView(pointer);
}

/** Text of a given number of bytes at an address. */
function textAt(address: bigint, bytes: number): string {
  if (address === 0n || bytes === 0) return "";
  const copy = new Uint8Array(bytes);
  viewAt(address).copyInto(copy);
  return new TextDecoder().decode(copy);
}

/** One struct in memory, zero but for its size. */
export class Struct<N extends StructName> {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #layout: Layout;
  readonly #place: Allocate;
  /** Buffers whose addresses are in fields: alive as long as the struct. */
  readonly #held: unknown[] = [];

  /** @param place where it and its texts are put; by default memory of JavaScript */
  constructor(
    readonly name: N,
    fields: Partial<Record<Field<N>, bigint | number>> = {},
    place: Allocate = fixedBytes,
  ) {
    this.#place = place;
    this.#layout = layout(name);
    this.bytes = place(Math.ceil(this.#layout.size / 8) * 8);
    this.#view = new DataView(this.bytes.buffer);
    this.#view.setBigUint64(0, BigInt(this.#layout.size), true);
    for (const [field, value] of Object.entries(fields)) this.set(field as Field<N>, value as bigint | number);
  }

  set(field: Field<N>, value: bigint | number): this {
    const { offset, type } = this.#layout.offsets[field]!;
    if (type === "i32") this.#view.setInt32(offset, Number(value), true);
    else if (type === "bool") this.#view.setUint8(offset, Number(value));
    else this.#view.setBigInt64(offset, BigInt(value), true);
    return this;
  }

  /** Puts the address of a buffer, and keeps the buffer. */
  point(field: Field<N>, data: ArrayBufferView<ArrayBuffer> | Struct<StructName>): this {
    const bytes = data instanceof Struct ? data.bytes : data;
    return this.hold(data).set(field, addressOf(bytes));
  }

  /** Keeps what memory reachable from here points to. */
  hold(...things: readonly unknown[]): this {
    this.#held.push(...things);
    return this;
  }

  /** Puts UTF-8 bytes and their number. */
  text(field: Field<N>, sizeField: Field<N>, value: string): this {
    const encoded = new TextEncoder().encode(value);
    return this.point(field, fixedCopy(encoded, this.#place)).set(sizeField, encoded.length);
  }

  /** The memory of a pointer field, to be written to again and again. */
  slot(field: Field<N>): BigUint64Array<ArrayBuffer> {
    return new BigUint64Array(this.bytes.buffer, this.#layout.offsets[field]!.offset, 1);
  }

  pointer(field: Field<N>): bigint {
    return this.#view.getBigUint64(this.#layout.offsets[field]!.offset, true);
  }

  number(field: Field<N>): number {
    const { offset, type } = this.#layout.offsets[field]!;
    if (type === "i32") return this.#view.getInt32(offset, true);
    if (type === "bool") return this.#view.getUint8(offset);
    return Number(this.#view.getBigInt64(offset, true));
  }

  /** Text that a field points to, its number of bytes in another. */
  readText(field: Field<N>, sizeField: Field<N>): string {
    return textAt(this.pointer(field), this.number(sizeField));
  }
}
