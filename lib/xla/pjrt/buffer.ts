/** Tensors in a device's memory. */
import type { Api } from "./api.ts";
import { bytesOf, type ElementType } from "./element_type.ts";
import { settle, settled } from "./event.ts";
import { Handle, type Handles } from "./handle.ts";
import { fixedBytes, Struct } from "./layout.ts";

/** An array in the memory of a device. Freed by `using`, or when nothing holds it any more. */
export class Buffer extends Handle {
  constructor(
    readonly api: Api,
    list: Handles,
    index: number,
    readonly shape: readonly number[],
    readonly type: ElementType,
  ) {
    super(list, index);
  }

  protected override what(): string {
    return `a buffer of ${this.type}[${this.shape}]: it is freed, or was donated to a program`;
  }

  /** Bytes of its elements. */
  get byteLength(): number {
    return this.shape.reduce((product, side) => product * side, bytesOf(this.type));
  }

  /** Resolves once the elements are computed. @throws PjrtError where that failed */
  ready(): Promise<void> {
    return this.uses.during(() => settled(this.api, this.#readyEvent()));
  }

  /** Elements as bytes, in row-major order. The event loop keeps running until they are computed, not while they are copied. */
  async read(): Promise<Uint8Array<ArrayBuffer>> {
    await this.ready();
    // Copied on another thread, they could come after an error has ended JavaScript, into memory that is gone.
    return this.readSync();
  }

  /** Elements as bytes, in row-major order; the thread is blocked meanwhile. */
  readSync(): Uint8Array<ArrayBuffer> {
    const bytes = fixedBytes(this.byteLength);
    const args = new Struct("PJRT_Buffer_ToHostBuffer_Args", { src: this.handle, dst_size: this.byteLength });
    args.point("dst", bytes);
    settle(this.api, this.api.call("PJRT_Buffer_ToHostBuffer", args).pointer("event"));
    return bytes.subarray(0, this.byteLength);
  }

  #readyEvent(): bigint {
    const args = new Struct("PJRT_Buffer_ReadyEvent_Args", { buffer: this.handle });
    return this.api.call("PJRT_Buffer_ReadyEvent", args).pointer("event");
  }
}
