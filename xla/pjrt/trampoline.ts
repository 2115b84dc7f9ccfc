/**
 * Fast calls of function pointers. Deno compiles calls of a library's symbols, but takes a microsecond for a call of a
 * pointer, and a training step frees hundreds of buffers. So a symbol makes the call: `bsearch` of the C library, looking
 * for a key in an array of one, calls its comparison once, with the key first.
 */

const libraries = { linux: "libc.so.6", darwin: "libSystem.B.dylib", windows: "ucrtbase.dll" } as const;
const symbols = {
  bsearch: { parameters: ["buffer", "buffer", "usize", "usize", "pointer"], result: "pointer" },
} as const;

let library: Deno.DynamicLibrary<typeof symbols> | undefined | null;

/**
 * A caller of the C function `void f(struct*)` at a pointer; a result would be lost. The function must not call back.
 */
export function voidCaller(pointer: Deno.PointerObject): (args: Uint8Array<ArrayBuffer>) => void {
  library ??= open();
  if (library === null) {
    const fn = new Deno.UnsafeFnPointer(pointer as Deno.PointerObject<typeof plain>, plain);
    return (args) => void fn.call(args);
  }
  const { bsearch } = library.symbols;
  const array = new Uint8Array(new ArrayBuffer(8));
  return (args) => void bsearch(args, array, 1n, 1n, pointer);
}

const plain = { parameters: ["buffer"], result: "pointer" } as const;

function open(): Deno.DynamicLibrary<typeof symbols> | null {
  try {
    return Deno.dlopen(libraries[Deno.build.os as keyof typeof libraries] ?? libraries.linux, symbols);
  } catch {
    return null; // another C library: the plain way does as well
  }
}
