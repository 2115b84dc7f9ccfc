/**
 * The shared library of a plugin. Functions of the C library are reached through it, too: looking up a name in a library
 * looks in those that it needs. So the permission for the plugin's own path is enough.
 */
import { leaveWithoutDestructors } from "./leaving.ts";

const symbols = {
  GetPjrtApi: { parameters: [], result: "pointer" },
  // Where a library needs no C library (or its loader does not look in there, as that of Windows), these are null.
  bsearch: { parameters: ["buffer", "buffer", "usize", "usize", "pointer"], result: "pointer", optional: true },
  calloc: { parameters: ["usize", "usize"], result: "pointer", optional: true },
  free: { parameters: ["pointer"], result: "void", optional: true },
  dlopen: { parameters: ["buffer", "i32"], result: "pointer", optional: true },
} as const;

/** The functions of a loaded library that this program calls. */
export type Library = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** `RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE` by operating system: the flags have other numbers on each. */
const stay: Partial<Record<typeof Deno.build.os, number>> = { linux: 0x2 | 0x4 | 0x1000, darwin: 0x2 | 0x10 | 0x80 };

/**
 * Loads a library for the rest of the process's life.
 *
 * @param path absolute
 * @throws Error of Deno where it cannot be loaded, or exports no GetPjrtApi
 */
export function openLibrary(path: string): Library {
  const library = Deno.dlopen(path, symbols).symbols;
  // Deno unloads libraries when it ends, or when the worker that opened them does. Threads of XLA may be in there, and the
  // C library calls the exit handlers of what was unloaded. Without a C library at hand, as on Windows, there is nothing
  // to call: no build of XLA's CPU plugin for Windows is known.
  const flags = stay[Deno.build.os];
  if (flags !== undefined) library.dlopen?.(new TextEncoder().encode(`${path}\0`), flags);
  leaveWithoutDestructors(path);
  return library;
}
