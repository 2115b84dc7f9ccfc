/** Programs as they go in to be compiled, and as they come out. */
import type { Api } from "./api.ts";
import { type CompileOptions, compileOptions } from "./compile_options.ts";
import { type Allocate, fixedBytes, fixedCopy, Struct } from "./layout.ts";

/** A program in a format of XLA. */
export interface Program {
  /** Name of the format, such as "hlo_with_config". */
  readonly format: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Puts a program's text, and how to compile it, into the struct of a call. `format`: that of the text; StableHLO's unless given. */
export function withProgram<N extends "PJRT_Client_Compile_Args" | "PJRT_Compile_Args">(
  args: Struct<N>,
  text: string,
  options: CompileOptions,
  place: Allocate = fixedBytes,
  format = "mlir",
): Struct<N> {
  const program = new Struct("PJRT_Program", {}, place)
    .text("code", "code_size", text).text("format", "format_size", format);
  const encoded = compileOptions(options);
  return args.point("program" as never, program)
    .point("compile_options" as never, fixedCopy(encoded, place))
    .set("compile_options_size" as never, encoded.length);
}

/** A compiled program after XLA's passes, by the address of its `PJRT_Executable`. */
export function optimizedProgram(api: Api, executable: bigint): Program {
  const program = new Struct("PJRT_Program");
  const args = new Struct("PJRT_Executable_OptimizedProgram_Args", { executable }).point("program", program);
  api.call("PJRT_Executable_OptimizedProgram", args); // tells the size
  const bytes = fixedBytes(program.number("code_size"));
  program.point("code", bytes);
  api.call("PJRT_Executable_OptimizedProgram", args);
  return { format: program.readText("format", "format_size"), bytes };
}
