/** PJRT by FFI: plugins, clients, devices, buffers, compiled programs. */
export { Buffer } from "./buffer.ts";
export { Client } from "./client.ts";
export type { Device, DeviceMemory } from "./device.ts";
export type { CompileOptions } from "./compile_options.ts";
export { bytesOf } from "./element_type.ts";
export { memoryHelp, PjrtError } from "./error.ts";
export { Executable } from "./executable.ts";
export type { ClientOptions, Float } from "./named_values.ts";
export { loadPlugin } from "./plugin.ts";
export { bytesNeeded, type MemoryNeeds } from "./memory_needs.ts";
export { AheadProgram, Topology } from "./topology.ts";
