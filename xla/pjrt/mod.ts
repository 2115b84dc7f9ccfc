/** PJRT by FFI: plugins, clients, devices, buffers, compiled programs. */
export { Buffer } from "./buffer.ts";
export { Client } from "./client.ts";
export type { CompileOptions } from "./compile_options.ts";
export { Device, type MemoryStats } from "./device.ts";
export { bytesOf, type ElementType } from "./element_type.ts";
export { PjrtError } from "./error.ts";
export { Executable, type OutputType } from "./executable.ts";
export { type ClientOptions, loadPlugin, Plugin } from "./plugin.ts";
