/** Memory that outlives JavaScript: for what another thread reads or writes while JavaScript continues, or ends. */
import { type Allocate, fixedBytes } from "./layout.ts";
import type { Library } from "./library.ts";

/**
 * Memory of the C library for one call. A call on another thread may continue after the process, or the worker, has thrown
 * an error and its JavaScript memory is gone. Such a call's memory is then never freed: nothing here runs any more.
 */
export class CallMemory implements Disposable {
  readonly #library: Library;
  readonly #taken: Deno.PointerObject[] = [];

  constructor(library: Library) {
    this.#library = library;
  }

  /** Zeros, in their place until this is disposed of: nothing may look at them afterwards. */
  readonly place: Allocate = (size) => {
    const { calloc, free } = this.#library;
    const pointer = free && calloc?.(1n, BigInt(Math.max(size, 8)));
    if (pointer == null) return fixedBytes(size);
    this.#taken.push(pointer);
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, Math.max(size, 8)));
  };

  [Symbol.dispose](): void {
    for (const pointer of this.#taken.splice(0)) this.#library.free!(pointer);
  }
}
