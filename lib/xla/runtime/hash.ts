/** Checks a file that was fetched. */
import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { RuntimeError } from "./error.ts";

/** @throws RuntimeError unless the file has this SHA-256 (64 hexadecimal digits); read piece by piece */
export async function checkHash(path: string, expected: string, signal?: AbortSignal): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk as Uint8Array);
  }
  const found = hash.digest("hex");
  if (found === expected) return;
  throw new RuntimeError(`Cannot use "${path}": it is not the file that was expected`, [
    `its SHA-256 is ${found}`,
    `expected is    ${expected}`,
    "it was changed on the way, or replaced where it came from: nothing of it is kept",
  ]);
}

/** SHA-256 of a file, 64 hexadecimal digits; the thread is blocked meanwhile. */
export function hashOf(path: string): string {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(1 << 20);
  const file = openSync(path, "r");
  try {
    for (let count; (count = readSync(file, chunk, 0, chunk.length, null)) > 0;) hash.update(chunk.subarray(0, count));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}
