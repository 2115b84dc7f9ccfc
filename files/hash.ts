/** SHA-256 of text and of files. */
import { createHash } from "node:crypto";

/** SHA-256 of a text or of bytes, 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256 of a file of any size, read piece by piece. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const chunk of file.readable) { // Closes the file at the end or when the loop is left.
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest("hex");
}
