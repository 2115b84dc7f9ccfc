import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { files, type OpenTools } from "denoise/plugin";
import { zipSync } from "fflate";
import { type ArchiveFile, readTar, readZip } from "./archive.ts";
import { tar } from "./testing_archives.ts";

const { signal } = new AbortController();
const tools: OpenTools = { folder: "", download: true, signal, progress: () => {}, warn: () => {} };
/** Bytes that do not compress. */
const content = Uint8Array.from({ length: 300_000 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255);

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(await Deno.makeTempDir(), name);
  await Deno.writeFile(path, bytes);
  return path;
}

async function read(archive: AsyncIterable<ArchiveFile>): Promise<Record<string, Uint8Array>> {
  const found: Record<string, Uint8Array> = {};
  for await (const { name, content } of archive) {
    found[name] = Uint8Array.from((await Array.fromAsync(content())).flatMap((part) => [...part]));
  }
  return found;
}

const entries = { "a.txt": new TextEncoder().encode("first"), "b/large.bin": content };
const damaged = (error: unknown) => error instanceof files.DownloadError && /a readable archive/.test(error.message);

Deno.test("readTar() and readZip() give each file with its content", async () => {
  assert.deepEqual(await read(readTar(await written("a.tar", await tar(entries)), tools)), entries);
  assert.deepEqual(await read(readTar(await written("a.tgz", gzipSync(await tar(entries))), tools)), entries);
  assert.deepEqual(await read(readZip(await written("a.zip", zipSync(entries)), tools)), entries);
});

Deno.test("readTar() and readZip() blame the archive for content that is cut short or changed", async () => {
  const gz = gzipSync(await tar(entries)), zip = zipSync(entries);
  await assert.rejects(read(readTar(await written("a.tgz", gz.subarray(0, gz.length >> 1)), tools)), damaged);
  zip[zip.length >> 1]! ^= 255;
  await assert.rejects(read(readZip(await written("a.zip", zip), tools)), damaged);
});
