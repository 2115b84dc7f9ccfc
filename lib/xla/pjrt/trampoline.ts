/**
 * Fast calls of function pointers. Deno compiles calls of a library's symbols, but takes a microsecond for a call of a
 * pointer, and a training step frees hundreds of buffers. So a symbol makes the call: `bsearch` of the C library, looking
 * for a key in an array of one, calls its comparison once, with the key first.
 */
import type { Library } from "./library.ts";

/**
 * A caller of the C function `void f(struct*)` at a pointer; a result would be lost. The function must not call back.
 *
 * @param bsearch of the C library; where there is none, calls are slower
 */
export function voidCaller(
  pointer: Deno.PointerObject,
  bsearch: Library["bsearch"],
): (args: Uint8Array<ArrayBuffer>) => void {
  if (bsearch === null) {
    const fn = new Deno.UnsafeFnPointer(pointer as Deno.PointerObject<typeof plain>, plain);
    return (args) => void fn.call(args);
  }
  const array = new Uint8Array(new ArrayBuffer(8));
  return (args) => void bsearch(args, array, 1n, 1n, pointer);
}

const plain = { parameters: ["buffer"], result: "pointer" } as const;
