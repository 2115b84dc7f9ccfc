/** Reads structs of Thrift's compact protocol, the form of all that a Parquet file says about itself. */

/** Bytes that break the rules of the format, or a limit. Its text continues a sentence: "its footer is cut short". */
export class Malformed extends Error {}

/** A value. 64-bit integers that a `number` cannot hold are refused: no count or offset is that large. */
export type ThriftValue = boolean | number | Uint8Array | readonly ThriftValue[] | ThriftStruct;

/** Fields by number. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

const maxDepth = 16; // the deepest struct of the format is 6 levels down
const maxValues = 4_000_000;

/**
 * Reads one struct from the start of the bytes.
 *
 * Lengths and counts in the bytes decide no allocation: a list grows as its elements are read, each of which takes at
 * least one byte.
 *
 * @returns the struct, and the number of bytes that it takes
 * @throws {Malformed} when the bytes end early, nest deeper than 16 levels, or hold a type that Parquet does not use
 */
export function readStruct(bytes: Uint8Array): { struct: ThriftStruct; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let values = 0;

  const byte = (): number => {
    if (at >= bytes.length) throw new Malformed("is cut short");
    return bytes[at++]!;
  };
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const next = byte();
      result |= BigInt(next & 0x7f) << shift;
      if (next < 0x80) return result;
    }
    throw new Malformed("holds a number of more than 64 bits");
  };
  const safe = (value: bigint): number => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new Malformed(`holds the number ${value}, which is out of range`);
    return number;
  };
  const zigzag = (): number => {
    const value = varint();
    return safe((value >> 1n) ^ -(value & 1n));
  };
  const element = (type: number, depth: number): ThriftValue => {
    if (++values > maxValues) throw new Malformed(`holds more than ${maxValues.toLocaleString("en-US")} values`);
    if (depth > maxDepth) throw new Malformed(`is nested deeper than ${maxDepth} levels`);
    switch (type) {
      case 1:
      case 2:
        return type === 1;
      case 3:
        return byte();
      case 4:
      case 5:
      case 6:
        return zigzag();
      case 7:
        if (at + 8 > bytes.length) throw new Malformed("is cut short");
        return view.getFloat64((at += 8) - 8, true);
      case 8: {
        const length = safe(varint());
        if (length > bytes.length - at) throw new Malformed("is cut short");
        return bytes.subarray(at, at += length);
      }
      case 9: {
        const head = byte();
        const count = head >> 4 === 15 ? safe(varint()) : head >> 4;
        const list: ThriftValue[] = [];
        // In a list, a truth value takes a byte of its own.
        const of = head & 15;
        for (let i = 0; i < count; i++) list.push(of === 1 || of === 2 ? byte() === 1 : element(of, depth + 1));
        return list;
      }
      case 12:
        return struct(depth + 1);
      default:
        throw new Malformed(`holds a value of type ${type}, which Parquet does not use`);
    }
  };
  const struct = (depth: number): ThriftStruct => {
    const fields = new Map<number, ThriftValue>();
    for (let id = 0;;) {
      const head = byte();
      const type = head & 15;
      if (type === 0) return fields;
      id = head >> 4 === 0 ? zigzag() : id + (head >> 4);
      fields.set(id, element(type, depth));
    }
  };
  return { struct: struct(0), length: at };
}

/** A field that is a whole number. */
export function numberOf(struct: ThriftStruct, field: number, name: string): number {
  const value = struct.get(field);
  if (typeof value !== "number") throw new Malformed(`says nothing of ${name}`);
  return value;
}

/** A field that is a whole number of 0 or more. */
export function countOf(struct: ThriftStruct, field: number, name: string): number {
  const value = numberOf(struct, field, name);
  if (!Number.isInteger(value) || value < 0) throw new Malformed(`says that ${name} is ${value}`);
  return value;
}

/** A field that is a list of structs. */
export function structsOf(struct: ThriftStruct, field: number, name: string): readonly ThriftStruct[] {
  const value = struct.get(field);
  if (!Array.isArray(value) || !value.every((one) => one instanceof Map)) throw new Malformed(`has no list of ${name}`);
  return value as ThriftStruct[];
}

/** A field that is a struct. */
export function structOf(struct: ThriftStruct, field: number, name: string): ThriftStruct {
  const value = struct.get(field);
  if (!(value instanceof Map)) throw new Malformed(`has no ${name}`);
  return value;
}

/** Bytes as text; invalid UTF-8 becomes a question mark. */
export function thriftText(value: ThriftValue | undefined): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
}
