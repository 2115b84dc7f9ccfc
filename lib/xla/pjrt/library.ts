/**
 * The shared library of a plugin. Functions of the C library are reached through it, too: looking up a name in a library
 * looks in those that it needs. So the C library need not be found by a name, which each system has its own for.
 */
import { leaveWithoutDestructors } from "./leaving.ts";

const symbols = {
  GetPjrtApi: { parameters: [], result: "pointer" },
  // Where a library needs no C library (or its loader does not look in there, as that of Windows), these are null.
  bsearch: { parameters: ["buffer", "buffer", "usize", "usize", "pointer"], result: "pointer", optional: true },
  calloc: { parameters: ["usize", "usize"], result: "pointer", optional: true },
  free: { parameters: ["pointer"], result: "void", optional: true },
  dlopen: { parameters: ["buffer", "i32"], result: "pointer", optional: true },
  __x86_get_cpuid_feature_leaf: { parameters: ["u32"], result: "pointer", optional: true },
} as const;

/** The functions of a loaded library that this program calls. */
export type Library = Deno.DynamicLibrary<typeof symbols>["symbols"] & {
  /** See `leaveWithoutDestructors`. */
  leaveFirst(): void;
};

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
  return { ...library, leaveFirst: leaveWithoutDestructors(path) };
}

/**
 * What the processor can do beyond its name, in hexadecimal digits: machines of one name differ, as virtual ones do.
 * Empty where the C library does not say: glibc does, on x86.
 */
export function processorFeatures({ __x86_get_cpuid_feature_leaf: leafAt }: Library): string {
  const words: number[] = [];
  for (let leaf = 0; leaf < 8; leaf++) {
    const pointer = leafAt?.(leaf);
    if (pointer == null) return "";
    const view = new Deno.UnsafePointerView(pointer);
    // Four numbers that the processor gives, then those of their bits that programs can use.
    for (let i = 4; i < 8; i++) words.push(view.getUint32(4 * i));
  }
  return words.map((word) => word.toString(16)).join(".");
}
