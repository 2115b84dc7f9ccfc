/** A tensor in the memory of one device, or a copy of it on each of several. */
import type { Buffer } from "../pjrt/mod.ts";

export class DeviceTensor implements Disposable {
  constructor(public buffers: readonly Buffer[]) {}

  get first(): Buffer {
    return this.buffers[0]!;
  }

  [Symbol.dispose](): void {
    const { buffers } = this;
    for (let i = 0; i < buffers.length; i++) buffers[i]![Symbol.dispose]();
  }
}
