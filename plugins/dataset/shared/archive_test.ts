import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { files, type OpenTools } from "denoise/plugin";
import { zipSync } from "fflate";
import { packTar } from "modern-tar";
import { type ArchiveFile, readTar, readZip } from "./archive.ts";
import { joinBytes, tar } from "./testing_archives.ts";

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
const damaged = (error: unknown) =>
  error instanceof files.DownloadError && /not a readable archive/.test(error.message);

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

async function drain(archive: AsyncIterable<ArchiveFile>): Promise<void> {
  for await (const { content } of archive) for await (const _ of content()) { /* passed over */ }
}

const refusing = async (archive: AsyncIterable<ArchiveFile>, what: RegExp) =>
  await assert.rejects(drain(archive), (error: Error) => {
    assert.ok(error instanceof files.DownloadError, String(error));
    assert.match(error.message, what);
    return true;
  });

const outside = ["../a", "b/../../a", "/etc/passwd", "\\\\server\\a", "b\\..\\..\\a", "C:\\a", "c:a", ".."];

Deno.test("readTar() refuses names that lead out of a folder, and names that come twice", async () => {
  for (const name of outside) {
    await refusing(readTar(await written("a.tar", await tar({ [name]: content })), tools), /leads out of its folder/);
  }
  const one = await tar({ a: entries["a.txt"] });
  const twice = joinBytes([one.subarray(0, 1024), one]);
  await refusing(readTar(await written("a.tar", twice), tools), /it holds "a" twice$/);
  await refusing(
    readTar(await written("a.tar", await tar({ ["x".repeat(5000)]: content })), tools),
    /name of 5000 char/,
  );
});

Deno.test("readZip() refuses names that lead out of a folder, and names that come twice", async () => {
  // yauzl turns "\\" into "/" and refuses some of these itself.
  const ours = /leads out of its folder|not a readable archive/;
  for (const name of outside) {
    await refusing(readZip(await written("a.zip", zipSync({ [name]: content })), tools), ours);
  }
  const zip = zipSync({ "aa": content, "ab": content });
  for (let at = 0; (at = zip.findIndex((byte, i) => i > at && byte === 0x61 && zip[i + 1] === 0x62)) > 0;) {
    zip[at + 1] = 0x61;
  }
  await refusing(readZip(await written("a.zip", zip), tools), /it holds "aa" twice$/);
});

Deno.test("readTar() passes over links and devices", async () => {
  const links = await packTar(
    (["symlink", "link", "character-device", "fifo"] as const).map((type, i) => ({
      header: { name: `link${i}`, size: 0, type, linkname: "/etc/passwd" },
    })),
  );
  assert.deepEqual(await read(readTar(await written("a.tar", links), tools)), {});
});

Deno.test("readTar() and readZip() refuse archives that unpack to far more than they have", async () => {
  const bomb = await tar({ zeros: new Uint8Array(70e6) });
  await refusing(readTar(await written("a.tgz", gzipSync(bomb)), tools), /it unpacks to more than \d+ MB$/);
  const zeros = zipSync({ a: new Uint8Array(40e6), b: new Uint8Array(40e6) });
  await refusing(readZip(await written("a.zip", zeros), tools), /it unpacks to more than \d+ MB$/);
});

Deno.test("readTar() and readZip() stop where they are asked to", async () => {
  const stop = new AbortController();
  const stopped = { ...tools, signal: stop.signal };
  stop.abort(new Error("stopped by hand"));
  await assert.rejects(read(readTar(await written("a.tar", await tar(entries)), stopped)), /stopped by hand/);
  await assert.rejects(read(readZip(await written("a.zip", zipSync(entries)), stopped)), /stopped by hand/);
});
