/** What compiled programs take of a device's memory, as XLA has planned it. */
import type { Api } from "./api.ts";
import { Struct } from "./layout.ts";

/** What a compiled program takes of a device's memory, in bytes, on each device. */
export interface MemoryNeeds {
  /** Arguments, all of them. */
  readonly arguments: number;
  /** Results, also those that take over an argument's memory. */
  readonly results: number;
  /** The part of the results that takes over memory of arguments. */
  readonly shared: number;
  /** What is between arguments and results. */
  readonly temporary: number;
  /** The program's own code. */
  readonly code: number;
}

/** What a program takes, by the address of its `PJRT_Executable`. */
export function memoryNeeds(api: Api, executable: bigint): MemoryNeeds {
  const name = "PJRT_Executable_GetCompiledMemoryStats";
  const stats = api.call(name, new Struct(`${name}_Args`, { executable }));
  return {
    arguments: stats.number("argument_size_in_bytes"),
    results: stats.number("output_size_in_bytes"),
    shared: stats.number("alias_size_in_bytes"),
    temporary: stats.number("temp_size_in_bytes"),
    code: stats.number("generated_code_size_in_bytes"),
  };
}

/** Bytes that a device has to have for a run: what takes over memory counts once. */
export function bytesNeeded({ arguments: given, results, shared, temporary, code }: MemoryNeeds): number {
  return given + results - shared + temporary + code;
}
