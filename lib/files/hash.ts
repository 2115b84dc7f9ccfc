/** SHA-256 of text and of files, and MD5 of files. */
import { createHash } from "node:crypto";

/** SHA-256 of a text or of bytes, 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256 of a file of any size, read piece by piece. */
export function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  return hashOfFile("sha256", path, signal);
}

/** MD5 of a file, 32 hexadecimal digits: for files of which nothing better was published. */
export function md5OfFile(path: string, signal?: AbortSignal): Promise<string> {
  return hashOfFile("md5", path, signal);
}

async function hashOfFile(algorithm: "sha256" | "md5", path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash(algorithm);
  const file = await Deno.open(path);
  for await (const chunk of file.readable) { // Closes the file at the end or when the loop is left.
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest("hex");
}
