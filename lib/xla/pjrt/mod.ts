/** PJRT by FFI: plugins, clients, devices, buffers, compiled programs. */
export { Buffer } from "./buffer.ts";
export { Client } from "./client.ts";
export type { CompileOptions } from "./compile_options.ts";
export { bytesOf } from "./element_type.ts";
export { PjrtError } from "./error.ts";
export { Executable } from "./executable.ts";
export { type ClientOptions, loadPlugin } from "./plugin.ts";
