/** Writes Parquet files of one column of pictures, right or wrong in any field: for tests. */
import { joinBytes } from "./testing_archives.ts";

/** A value for `thrift`: whole numbers, truth values, text or bytes, lists, and structs by field number. */
export type ThriftField = number | boolean | string | Uint8Array | readonly ThriftField[] | {
  readonly [id: number]: ThriftField;
};

/** A struct in Thrift's compact protocol. */
export function thrift(struct: { readonly [id: number]: ThriftField }): Uint8Array {
  const parts: Uint8Array[] = [];
  let before = 0;
  for (const [key, value] of Object.entries(struct)) {
    const id = Number(key);
    const type = typeOf(value);
    parts.push(
      id - before < 16 ? Uint8Array.of(((id - before) << 4) | type) : joinBytes([Uint8Array.of(type), zigzag(id)]),
    );
    if (type > 2) parts.push(content(value));
    before = id;
  }
  return joinBytes([...parts, Uint8Array.of(0)]);
}

function typeOf(value: ThriftField): number {
  if (typeof value === "boolean") return value ? 1 : 2;
  if (typeof value === "number") return 6;
  if (typeof value === "string" || value instanceof Uint8Array) return 8;
  return Array.isArray(value) ? 9 : 12;
}

function content(value: ThriftField): Uint8Array {
  if (typeof value === "number") return zigzag(value);
  if (typeof value === "boolean") return Uint8Array.of(value ? 1 : 2);
  if (typeof value === "string") return content(new TextEncoder().encode(value));
  if (value instanceof Uint8Array) return joinBytes([varint(BigInt(value.length)), value]);
  if (!Array.isArray(value)) return thrift(value as { [id: number]: ThriftField });
  const type = value.length === 0 ? 6 : typeOf(value[0]!);
  const head = value.length < 15
    ? Uint8Array.of((value.length << 4) | type)
    : joinBytes([Uint8Array.of(0xf0 | type), varint(BigInt(value.length))]);
  return joinBytes([head, ...value.map(content)]);
}

function zigzag(value: number): Uint8Array {
  const wide = BigInt(value);
  return varint(BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n)));
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(value));
}

/** Fields that differ from those of a right file, by struct and field number. */
export interface ParquetChanges {
  readonly rows?: number;
  readonly groupRows?: number;
  readonly codec?: number;
  /** Field numbers of `ColumnMetaData`, `PageHeader`, `DataPageHeader` and of the elements of the schema. */
  readonly meta?: { readonly [id: number]: ThriftField };
  readonly page?: { readonly [id: number]: ThriftField };
  readonly data?: { readonly [id: number]: ThriftField };
  readonly schema?: readonly { readonly [id: number]: ThriftField }[];
  /** The page as stored, in place of the values. */
  readonly stored?: Uint8Array;
  /** Row groups, all of the same bytes. */
  readonly groups?: number;
}

/** A file with one required value for each row. */
export function parquetOf(values: readonly Uint8Array[], changes: ParquetChanges = {}): Uint8Array {
  const length = (bytes: Uint8Array) => new Uint8Array(Uint32Array.of(bytes.length).buffer);
  const plain = joinBytes(values.flatMap((bytes) => [length(bytes), bytes]));
  const stored = changes.stored ?? plain;
  const count = values.length;
  const head = thrift({
    1: 0,
    2: plain.length,
    3: stored.length,
    5: { 1: count, 2: 0, 3: 3, 4: 3, ...changes.data },
    ...changes.page,
  });
  const mark = new TextEncoder().encode("PAR1");
  const size = head.length + stored.length;
  const meta = { 1: 6, 2: [0], 3: ["image", "bytes"], 4: changes.codec ?? 0, 5: count, 6: size, 7: size, 9: 4 };
  const group = { 1: [{ 2: 4, 3: { ...meta, ...changes.meta } }], 2: size, 3: changes.groupRows ?? count };
  const footer = thrift({
    1: 1,
    2: changes.schema ?? [{ 4: "root", 5: 1 }, { 3: 0, 4: "image", 5: 1 }, { 1: 6, 3: 0, 4: "bytes" }],
    3: changes.rows ?? count,
    4: Array.from({ length: changes.groups ?? 1 }, () => group),
  });
  return joinBytes([mark, head, stored, footer, length(footer), mark]);
}
