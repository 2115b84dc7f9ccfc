/** For tests: what a compiled program consists of, read from XLA's own format (xla/service/hlo.proto). */

import type { XlaEngine } from "./engine.ts";

type Fields = Map<number, (Uint8Array | bigint)[]>;

/** One operation of an optimized program. */
export interface Instruction {
  /** Such as "all-reduce". */
  readonly opcode: string;
  /** Of its result on one device; empty for tuples. */
  readonly shape: readonly number[];
  /** Which function of the program it is in: what is fused has one of its own. */
  readonly computation: number;
}

/** An optimized program. */
export interface OptimizedProgram {
  /** Devices that it is split over. */
  readonly partitions: number;
  readonly instructions: readonly Instruction[];
}

/** Programs that an engine compiles from now on, as the device runs them. */
export function watchPrograms(engine: XlaEngine): OptimizedProgram[] {
  const found: OptimizedProgram[] = [];
  const { device } = engine;
  const program = device.program.bind(device);
  device.program = async (...args) => {
    const executable = await program(...args);
    found.push(readProgram(executable.optimizedProgram().bytes));
    return executable;
  };
  return found;
}

/** @param bytes of an `HloModuleProtoWithConfig`, as `Executable.optimizedProgram` gives them */
function readProgram(bytes: Uint8Array): OptimizedProgram {
  const [module, config] = [1, 2].map((field) => read(message(read(bytes), field)));
  const instructions = messages(module!, 3).flatMap((bytes, computation) =>
    messages(read(bytes), 2).map((instruction) => {
      const fields = read(instruction);
      const shape = shapeOf(read(message(fields, 3)));
      return { opcode: new TextDecoder().decode(message(fields, 2)), shape, computation };
    })
  );
  return { partitions: Number(config!.get(5)?.[0] ?? 1n), instructions };
}

function shapeOf(shape: Fields): number[] {
  return (shape.get(3) ?? []).flatMap((value) => typeof value === "bigint" ? [Number(value)] : packed(value));
}

function packed(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [value, next] = varint(bytes, at);
    numbers.push(Number(value));
    at = next;
  }
  return numbers;
}

const messages = (fields: Fields, field: number) => (fields.get(field) ?? []) as Uint8Array[];
const message = (fields: Fields, field: number) => messages(fields, field)[0] ?? new Uint8Array();

/** The fields of a protocol buffer, by number. */
function read(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  for (let at = 0; at < bytes.length;) {
    const [tag, from] = varint(bytes, at);
    const field = Number(tag >> 3n), wire = Number(tag & 7n);
    let value: Uint8Array | bigint;
    if (wire === 0) [value, at] = varint(bytes, from);
    else {
      const [length, start] = wire === 2 ? varint(bytes, from) : [wire === 1 ? 8n : 4n, from];
      at = start + Number(length);
      value = bytes.subarray(start, at);
    }
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

function varint(bytes: Uint8Array, at: number): [value: bigint, next: number] {
  let value = 0n;
  for (let shift = 0n;; shift += 7n) {
    const byte = bytes[at++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at];
  }
}
