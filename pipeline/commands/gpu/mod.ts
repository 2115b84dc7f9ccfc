/** Compiling for GPUs that are not here: what the library exports of it. */
export { type CompiledForGpu, compileForGpu, type CompileForGpuOptions } from "./compile_for_gpu.ts";
export { type ProgramKind, programKinds } from "../../programs/every_program.ts";
export { describeCompiled, type Described } from "../../view/compiled/describe.ts";
