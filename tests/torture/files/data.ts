/** Families of what data sets and runtimes come in: Parquet, MATLAB files, tar and zip. */
import { join } from "node:path";
import { deflateSync, gzipSync, inflateSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { packTar } from "modern-tar";
import { type ArchiveFile, readTar, readZip } from "../../../plugins/dataset/shared/archive.ts";
import { readMat } from "../../../plugins/dataset/shared/mat.ts";
import { readParquetPictures } from "../../../plugins/dataset/shared/parquet.ts";
import { mat as matOf, parquet as parquetFile } from "../../../plugins/dataset/shared/testing_archives.ts";
import { parquetOf, type ThriftField } from "../../../plugins/dataset/shared/testing_parquet.ts";
import { untar, unzip } from "../../../lib/xla/runtime/unpack.ts";
import type { TrialDraws } from "../draws.ts";
import { joined, mutate } from "../mutate.ts";
import { type Family, Wrong } from "./family.ts";

const tools = { signal: new AbortController().signal, progress: () => {} };
const picture = { width: 5, height: 4, data: Uint8Array.from({ length: 60 }, (_, i) => 4 * i) };

/** Bytes that readers may give for a file of so many bytes: what they are told to hold. */
const most = (size: number) => 100 * size + 65 * 2 ** 20;

const parquet: Family = {
  name: "parquet",
  share: 200,
  seeds:
    async () => [await parquetFile([picture, picture, picture, picture]), parquetOf([strToU8("one"), strToU8("two")])],
  damaged(seeds, draws) {
    if (draws.chance(0.5)) return mutate(draws.pick(seeds), draws);
    const number = () =>
      draws.pick([
        0,
        1,
        -1,
        2,
        7,
        100,
        2 ** 31 - 1,
        2 ** 31,
        -(2 ** 31),
        2 ** 40,
        Number.MAX_SAFE_INTEGER,
        draws.whole(-50, 300),
      ]);
    const odd = (): ThriftField =>
      draws.chance(0.8) ? number() : draws.pick<ThriftField>([true, "text", [], [1], {}, { 1: 1 }]);
    const fields = (ids: readonly number[]) =>
      Object.fromEntries(ids.filter(() => draws.chance(0.25)).map((id) => [id, odd()]));
    return parquetOf(Array.from({ length: draws.whole(0, 4) }, () => strToU8("x".repeat(draws.whole(0, 40)))), {
      ...(draws.chance(0.3) ? { groupRows: Math.abs(number()) } : {}),
      ...(draws.chance(0.3) ? { codec: draws.whole(0, 8) } : {}),
      ...(draws.chance(0.2) ? { groups: draws.whole(0, 40) } : {}),
      ...(draws.chance(0.3)
        ? { stored: Uint8Array.from({ length: draws.whole(0, 60) }, () => draws.whole(0, 255)) }
        : {}),
      ...(draws.chance(0.4) ? { meta: fields([1, 4, 5, 6, 7, 9, 11]) } : {}),
      ...(draws.chance(0.4) ? { page: fields([1, 2, 3, 4, 7, 8]) } : {}),
      ...(draws.chance(0.4) ? { data: fields([1, 2, 3, 4]) } : {}),
    });
  },
  async read(path) {
    const { size } = await Deno.stat(path);
    let total = 0;
    for await (const { bytes } of readParquetPictures(path, tools)) total += bytes.length;
    if (total > most(size)) throw new Wrong(`${total} bytes came of ${size}`);
  },
};

const mat: Family = {
  name: "mat",
  share: 100,
  errors: ["BadMat"],
  seeds: () => Promise.resolve([matOf({ labels: [1, 102, 77, 300], trnid: [2, 5, 7] })]),
  damaged([seed], draws) {
    if (draws.chance(0.4)) return mutate(seed!, draws);
    // What is within what is compressed.
    const view = new DataView(seed!.buffer, seed!.byteOffset);
    const parts: Uint8Array[] = [seed!.subarray(0, 128)];
    for (let at = 128; at < seed!.length;) {
      const length = view.getUint32(at + 4, true);
      const packed = deflateSync(mutate(new Uint8Array(inflateSync(seed!.subarray(at + 8, at + 8 + length))), draws));
      parts.push(new Uint8Array(Uint32Array.of(15, packed.length).buffer), packed);
      at += 8 + length;
    }
    return joined(...parts);
  },
  async read(path) {
    for (const [name, { shape, data }] of readMat(await Deno.readFile(path))) {
      if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new Wrong(`Array ${name} is not of its shape`);
    }
  },
};

const names = [
  ...[
    "a.so",
    "lib/b.so",
    "images/1.jpg",
    "../out.so",
    "/tmp/out.so",
    "b/../../out.so",
    "C:\\out.so",
    "..\\out.so",
    "a.so",
  ],
  ...[
    "A.so",
    "x".repeat(300),
    ".",
    "..",
    "b/",
    "b//c.so",
    "nul\0.so",
    "ä.so",
    "a\u0301.so",
    "\u202e.so",
    "lib",
    "lib/",
  ],
];

/** A tar archive of drawn entries. */
async function tarOf(draws: TrialDraws): Promise<Uint8Array> {
  const types = ["file", "file", "file", "symlink", "link", "directory", "character-device", "fifo"] as const;
  const entries = Array.from({ length: draws.whole(0, 5) }, () => {
    const type = draws.pick(types);
    const body = type === "file" ? strToU8("x".repeat(draws.whole(0, 2000))) : new Uint8Array(0);
    const linkname = draws.pick(["/etc/passwd", "../../out.so", "a.so"]);
    return {
      header: { name: draws.pick(names), size: body.length, type, linkname, mode: draws.whole(0, 0o7777) },
      body,
    };
  });
  return await packTar(entries);
}

/** Puts the checksums of headers right again, so that what is in them is looked at. */
function summed(tar: Uint8Array): Uint8Array {
  for (let at = 0; at + 512 <= tar.length; at += 512) {
    const block = tar.subarray(at, at + 512);
    if (new TextDecoder("latin1").decode(block.subarray(257, 262)) !== "ustar") continue;
    block.fill(0x20, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.set(strToU8(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  }
  return tar;
}

async function drawnTar(draws: TrialDraws): Promise<Uint8Array> {
  const whole = await tarOf(draws);
  const tar = draws.chance(0.7) ? summed(mutate(whole, draws, 600)) : whole;
  if (draws.chance(0.3)) return tar;
  const packed = new Uint8Array(gzipSync(tar));
  return draws.chance(0.2) ? mutate(packed, draws) : packed;
}

function drawnZip(draws: TrialDraws): Uint8Array {
  const entries = Array.from(
    { length: draws.whole(0, 5) },
    () => [draws.pick(names), strToU8("x".repeat(draws.whole(0, 2000)))],
  );
  const zip = zipSync(Object.fromEntries(entries), { level: draws.pick([0, 6]) });
  return draws.chance(0.7) ? mutate(zip, draws) : zip;
}

async function drain(archive: AsyncIterable<ArchiveFile>, size: number): Promise<void> {
  let total = 0;
  for await (const { content } of archive) for await (const chunk of content()) total += chunk.length;
  if (total > most(size)) throw new Wrong(`${total} bytes came of ${size}`);
}

/** Unpacks into a folder, and looks whether anything is outside of it or is not a plain file. */
async function unpacked(unpack: (into: string) => Promise<unknown>, folder: string): Promise<void> {
  const into = join(folder, "one", "two", "into");
  await Deno.mkdir(join(folder, "one", "two"), { recursive: true });
  const refusal = await unpack(into).then(() => undefined, (error: unknown) => error);
  const check = async (path: string): Promise<void> => {
    for await (const { name, isFile, isDirectory } of Deno.readDir(path)) {
      const at = join(path, name);
      const isWay = at === into || into.startsWith(`${at}/`);
      if (!isWay && !at.startsWith(`${into}/`)) throw new Wrong(`${at} lies outside of ${into}`);
      if (!isFile && !isDirectory) throw new Wrong(`${at} is a link or a device`);
      if (isDirectory) await check(at);
    }
  };
  await check(folder);
  if (await Deno.lstat("/tmp/out.so").then(() => true, () => false)) throw new Wrong("/tmp/out.so was written");
  if (refusal !== undefined) throw refusal;
}

const tar: Family = {
  name: "tar",
  share: 80,
  seeds: () => Promise.resolve([]),
  damaged: (_, draws) => drawnTar(draws),
  read: async (path) => await drain(readTar(path, tools), (await Deno.stat(path)).size),
};

const zip: Family = {
  name: "zip",
  share: 80,
  seeds: () => Promise.resolve([]),
  damaged: (_, draws) => drawnZip(draws),
  read: async (path) => await drain(readZip(path, tools), (await Deno.stat(path)).size),
};

/** What a runtime is installed from. Where two files have one name, the system's own word is the second one's. */
const untarred: Family = {
  ...tar,
  name: "runtime tar",
  share: 40,
  read: (path, folder) => unpacked((into) => untar(path, { into, files: /./ }), folder),
};

const unzipped: Family = {
  ...zip,
  name: "runtime zip",
  share: 40,
  read: (path, folder) => unpacked((into) => unzip(path, { into, files: /./ }), folder),
};

export const data: readonly Family[] = [parquet, mat, tar, zip, untarred, unzipped];
