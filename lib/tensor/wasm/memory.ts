/** Makes the memory of tfjs's wasm backend one that threads can share. */

/** Pages of 64 KiB in what 32 bits address, but for the last: tfjs's own code keeps the length in 32 bits. */
export const allPages = 65535;

/**
 * Runs `start`, which starts tfjs's wasm backend, so that its memory is shared and almost 4 GiB long from the beginning. The
 * system gives out pages only when they are written to. A length that is known also halves what V8 spends on checking
 * bounds. Where the machine cannot give so long a memory, the backend starts as tfjs would have it.
 */
export async function withSharedMemory(start: () => Promise<void>): Promise<void> {
  try {
    const probe = new WebAssembly.Memory({ initial: allPages, maximum: allPages, shared: true });
    if (!(probe.buffer instanceof SharedArrayBuffer)) throw new TypeError("The memory is not shared");
  } catch {
    return await start();
  }
  // tfjs reads the binary and hands it to WebAssembly.instantiate, with no way to say anything about its memory.
  const original = WebAssembly.instantiate;
  const patched = (source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => {
    if (source instanceof WebAssembly.Module) return original(source, imports);
    return original(shareMemory(bytesOf(source)) ?? source, imports);
  };
  WebAssembly.instantiate = patched as typeof WebAssembly.instantiate;
  try {
    await start();
  } finally {
    WebAssembly.instantiate = original;
  }
}

function bytesOf(source: BufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

/** The binary with the memory that it defines shared and almost 4 GiB long; undefined where it defines none. */
export function shareMemory(binary: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const number = (from: number): [value: number, next: number] => {
    let [value, shift, at] = [0, 0, from];
    do value |= (binary[at]! & 0x7f) << shift, shift += 7; while ((binary[at++]! & 0x80) !== 0);
    return [value, at];
  };
  for (let at = 8; at < binary.length;) {
    const id = binary[at]!;
    const [size, start] = number(at + 1);
    if (id === 5) {
      const pages = [0xff, 0xff, 0x03]; // 65535
      const section = [5, 8, 1, 0x03, ...pages, ...pages];
      return new Uint8Array([...binary.subarray(0, at), ...section, ...binary.subarray(start + size)]);
    }
    at = start + size;
  }
  return undefined;
}
