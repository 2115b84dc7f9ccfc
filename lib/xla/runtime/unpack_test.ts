import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { packTar } from "modern-tar";
import { untar, unzip } from "./unpack.ts";

async function zipOf(files: Record<string, string>, change = (zip: Uint8Array) => zip): Promise<string> {
  const path = join(await Deno.makeTempDir(), "a.zip");
  writeFileSync(path, change(zipSync(Object.fromEntries(Object.entries(files).map(([k, v]) => [k, strToU8(v)])))));
  return path;
}

async function archiveOf(files: Record<string, string>, change = (tar: Uint8Array) => tar): Promise<string> {
  const path = join(await Deno.makeTempDir(), "a.tar.gz");
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: body.length, mode: 0o755 },
    body,
  }));
  writeFileSync(path, gzipSync(change(await packTar(entries))));
  return path;
}

Deno.test("untar() writes the files that are wanted, programs as programs, and passes over the others", async () => {
  const into = join(await Deno.makeTempDir(), "new");
  const long = `lib/${"l".repeat(120)}.so`;
  const path = await archiveOf({ "./bin/a": "program", "b.txt": "unwanted", [long]: "x".repeat(2e5) });
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const hashes = { "bin/a": hash("program"), [long]: hash("x".repeat(2e5)) };
  assert.deepEqual(await untar(path, { into, files: /^(bin|lib)\// }), hashes);
  assert.deepEqual(readdirSync(into).sort(), ["bin", "lib"]);
  assert.equal(readFileSync(join(into, long)).length, 2e5);
  assert.equal(statSync(join(into, "bin/a")).mode & 0o777, 0o755);
});

Deno.test("untar() refuses what is cut short, and names that lead out of the folder", async () => {
  const into = await Deno.makeTempDir();
  const cut = await archiveOf({ "a.so": "x".repeat(5000) }, (tar) => tar.subarray(0, 3000));
  await assert.rejects(untar(cut, { into, files: /./ }));
});

const hostile: [name: string, reason: RegExp][] = [
  ["../a.so", /lies outside of the folder/],
  ["b/../../a.so", /lies outside of the folder/],
  ["/tmp/a.so", /lies outside of the folder/],
  ["..", /lies outside of the folder/],
  ["b\\..\\..\\a.so", /a backslash, a colon or a zero byte/],
  ["C:a.so", /a backslash, a colon or a zero byte/],
  ["a.so:stream", /a backslash, a colon or a zero byte/],
  ["b//a.so", /an empty part/],
  ["b/./a.so", /an empty part/],
  [`${"x".repeat(1200)}.so`, /has 1203 characters/],
  [`${"é".repeat(130)}.so`, /has more than 255 bytes/],
];

Deno.test("untar() and unzip() write nothing outside of their folder", async () => {
  for (const [name, reason] of hostile) {
    const around = await Deno.makeTempDir();
    const into = join(around, "in");
    await assert.rejects(untar(await archiveOf({ [name]: "x" }), { into, files: /./ }), reason, name);
    // yauzl refuses some of them itself, and turns backslashes into slashes.
    await unzip(await zipOf({ [name]: "x" }), { into, files: /./ }).catch(() => {});
    const outside = readdirSync(around, { recursive: true }).map(String).filter((each) => !/^in($|\/)/.test(each));
    assert.deepEqual(outside, [], name);
  }
});

Deno.test("untar() and unzip() refuse names that are one file on some systems", async () => {
  for (const other of ["LIB/a.so", "lib/A.so"]) {
    const files = { "lib/a.so": "first", [other]: "second" };
    await assert.rejects(untar(await archiveOf(files), await place()), /the archive holds it twice/);
    await assert.rejects(unzip(await zipOf(files), await place()), /the archive holds it twice/);
  }
});

const place = async () => ({ into: await Deno.makeTempDir(), files: /./ });

Deno.test("untar() and unzip() refuse a file in the place of a folder", async () => {
  const files = { "lib": "first", "lib/a.so": "second" };
  const what = /files in it are in the way of each other/;
  await assert.rejects(untar(await archiveOf(files), await place()), what);
  await assert.rejects(unzip(await zipOf(files), await place()), what);
});

Deno.test("untar() and unzip() follow no links, neither in the archive nor in the folder", async () => {
  const secret = join(await Deno.makeTempDir(), "secret");
  writeFileSync(secret, "kept");
  const links = await packTar([
    { header: { name: "a.so", size: 0, type: "symlink", linkname: secret } },
    { header: { name: "b.so", size: 0, type: "link", linkname: secret } },
  ]);
  const path = await archiveOf({}, () => links);
  const to = await place();
  assert.deepEqual(await untar(path, to), {});
  assert.deepEqual(readdirSync(to.into), []);

  const linked = await zipOf({ "a.so": secret }, (zip) => {
    const view = new DataView(zip.buffer);
    const at = [...zip.keys()].find((i) => view.getUint32(i, true) === 0x02014b50)!;
    view.setUint16(at + 4, 0x031e, true); // made on Unix
    view.setUint32(at + 38, 0o120777 * 2 ** 16, true);
    return zip;
  });
  await assert.rejects(unzip(linked, await place()), /it is a link/);

  Deno.symlinkSync(secret, join(to.into, "a.so"));
  await assert.rejects(
    untar(await archiveOf({ "a.so": "x" }), to),
    /files in it are in the way of each other, or of what is there/,
  );
  await assert.rejects(
    unzip(await zipOf({ "a.so": "x" }), to),
    /files in it are in the way of each other, or of what is there/,
  );
  assert.equal(readFileSync(secret, "utf8"), "kept");
});

Deno.test("untar() and unzip() refuse to unpack far more than the archive has", async () => {
  const files = { "a.so": "x".repeat(3e5), "b.so": "x".repeat(3e5) };
  const most = 5e5;
  await assert.rejects(
    untar(await archiveOf(files), { ...await place(), most }),
    /gives more than/,
  );
  await assert.rejects(unzip(await zipOf(files), { ...await place(), most }), /gives more than/);
  const passed = { ...await place(), files: /none/, most };
  await assert.rejects(untar(await archiveOf(files), passed), /gives more than/, "what is passed over counts, too");
});
