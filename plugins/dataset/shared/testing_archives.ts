/** Small archives of the layouts that datasets have, for tests: same names, forms and lists, few and small pictures. */
import { deflateSync, gzipSync } from "node:zlib";
import { files, image } from "denoise/plugin";
import { zipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { packTar } from "modern-tar";
import type { Source } from "./remote.ts";

/** Files on a server, by path. */
export type Content = Readonly<Record<string, Uint8Array>>;
type Colour = readonly [red: number, green: number, blue: number];

const utf8 = (text: string) => new TextEncoder().encode(text);
/** Bytes one after the other. */
export const joinBytes = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** A picture of one colour, with a rectangle of another one in it. */
export function boxed(
  [width, height]: readonly [number, number],
  background: Colour,
  box?: { x: number; y: number; width: number; height: number; colour: Colour },
): image.Picture {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    const inside = box && x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
    return (inside ? box.colour : background)[i % 3]!;
  });
  return { width, height, data };
}

/** A tar archive. */
export async function tar(entries: Content): Promise<Uint8Array> {
  return await packTar(
    Object.entries(entries).map(([name, body]) => ({
      header: { name, size: body.length, type: "file" as const },
      body,
    })),
  );
}

/** A MATLAB file of uint16 rows, compressed. */
export function mat(arrays: Readonly<Record<string, readonly number[]>>): Uint8Array {
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer);
  const element = (type: number, data: Uint8Array) => {
    const padded = new Uint8Array(8 + Math.ceil(data.length / 8) * 8);
    padded.set(bytes(Uint32Array.of(type, data.length)));
    padded.set(data, 8);
    return padded;
  };
  const header = new Uint8Array(128);
  header.set([0, 1, 73, 77], 124);
  const parts = Object.entries(arrays).map(([name, row]) => {
    const inner = [
      element(6, bytes(Uint32Array.of(11, 0))),
      element(5, bytes(Int32Array.of(1, row.length))),
      element(1, utf8(name)),
      element(4, bytes(Uint16Array.from(row))),
    ];
    const packed = deflateSync(element(14, joinBytes(inner)));
    return joinBytes([bytes(Uint32Array.of(15, packed.length)), packed]);
  });
  return joinBytes([header, ...parts]);
}

/** Oxford Flowers 102: `counts` pictures to train, to validate and to test, picture k of the grey value 10 k. */
export async function flowersFiles(counts: readonly [number, number, number] = [10, 5, 10]): Promise<Content> {
  const total = counts[0] + counts[1] + counts[2];
  const pictures: Record<string, Uint8Array> = {};
  for (let number = 1; number <= total; number++) {
    const grey = (number * 10) % 256;
    const name = `jpg/image_${String(number).padStart(5, "0")}.jpg`;
    pictures[name] = await image.encodePng(boxed([20, 16], [grey, grey, grey]));
  }
  const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  return {
    "/102flowers.tgz": new Uint8Array(gzipSync(await tar(pictures))),
    "/imagelabels.mat": mat({ labels: numbers(0, total).map((i) => 1 + i % 102) }),
    "/setid.mat": mat({
      trnid: numbers(1, counts[0]),
      valid: numbers(1 + counts[0], counts[1]),
      tstid: numbers(1 + counts[0] + counts[1], counts[2]),
    }),
  };
}

/** Boxes of the birds made by `birdFiles`, in photographs of 90×60 pixels: in the middle, wide, and in a corner. */
const birdBoxes = [
  { x: 30, y: 15, width: 32, height: 32 },
  { x: 20, y: 25, width: 40, height: 10 },
  { x: 0, y: 40, width: 20, height: 20 },
] as const;

/** Caltech-UCSD Birds 2011: grey photographs whose bounding box is red, of two species; every fourth to validate. */
export async function birdFiles(count = 12, lists: Readonly<Record<string, string>> = {}): Promise<Content> {
  const long = "002.A_species_whose_long_name_together_with_its_folder_needs_more_than_a_hundred_letters";
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const name = (number: number) => `${number % 2 === 1 ? "001.Black_footed_Albatross" : long}/Bird_${number}.jpg`;
  const box = (number: number) => birdBoxes[(number - 1) % birdBoxes.length]!;
  const lines = (line: (number: number) => string) => utf8(numbers.map((n) => `${n} ${line(n)}\n`).join(""));
  const entries: Record<string, Uint8Array> = {
    "attributes.txt": utf8("1 has_bill_shape::curved\n"),
    "CUB_200_2011/README": utf8("read me"),
    "CUB_200_2011/images.txt": lines(name),
    "CUB_200_2011/train_test_split.txt": lines((n) => (n % 4 === 0 ? "0" : "1")),
    "CUB_200_2011/bounding_boxes.txt": lines((n) => {
      const { x, y, width, height } = box(n);
      return [x, y, width, height].map((value) => value.toFixed(1)).join(" ");
    }),
  };
  for (const number of numbers) {
    const picture = boxed([90, 60], [90, 90, 90], { ...box(number), colour: [250, 10, 10] });
    entries[`CUB_200_2011/images/${name(number)}`] = await image.encodePng(picture);
  }
  for (const [list, text] of Object.entries(lists)) entries[`CUB_200_2011/${list}`] = utf8(text);
  return { "/CUB_200_2011.tgz": new Uint8Array(gzipSync(await tar(entries))) };
}

/** CelebA: pictures of 178×218 pixels whose square of 140 in the middle is green; in turn to train, validate and test. */
export async function celebaFiles(count = 12, left: readonly string[] = []): Promise<Content> {
  const entries: Record<string, Uint8Array> = { "img_align_celeba/": new Uint8Array() };
  let list = "";
  for (let number = 1; number <= count; number++) {
    const name = `${String(number).padStart(6, "0")}.jpg`;
    list += `${name} ${number % 6 === 4 ? 1 : number % 6 === 5 ? 2 : 0}\n`;
    if (left.includes(name)) continue;
    const middle = { x: 19, y: 39, width: 140, height: 140, colour: [10, 200, 10] as const };
    entries[`img_align_celeba/${name}`] = await image.encodePng(boxed([178, 218], [200, 10, 10], middle));
  }
  return { "/img_align_celeba.zip": zipSync(entries, { level: 0 }), "/list_eval_partition.txt": utf8(list) };
}

/** CIFAR-10, binary: `count` pictures a file, their upper half blue, and lower half of the grey value 20 × label. */
export async function cifarFiles(count = 4, changes: Content = {}): Promise<Content> {
  const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`).concat("test_batch.bin");
  const batch = (first: number) =>
    joinBytes(Array.from({ length: count }, (_, i) => {
      const label = (first + i) % 10;
      const plane = (upper: number) =>
        Uint8Array.from({ length: 32 * 32 }, (_, pixel) => (pixel < 512 ? upper : 20 * label));
      return joinBytes([Uint8Array.of(label), plane(0), plane(0), plane(255)]);
    }));
  const classes = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");
  const entries: Record<string, Uint8Array> = {
    "cifar-10-batches-bin/batches.meta.txt": utf8(`${classes.join("\n")}\n\n`),
  };
  for (const [i, name] of names.entries()) entries[`cifar-10-batches-bin/${name}`] = batch(i * count);
  return { "/cifar-10-binary.tar.gz": new Uint8Array(gzipSync(await tar({ ...entries, ...changes }))) };
}

/** A Parquet file as the hub has it: the bytes and the path of a picture, and what is said of it. */
export async function parquet(pictures: readonly image.Picture[], column = "image"): Promise<Uint8Array> {
  const rows = await Promise.all(pictures.map(async (picture, i) => ({
    bytes: await image.encodePng(picture),
    path: `${i}.png`,
  })));
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: column, data: rows },
      { name: "name", data: rows.map(({ path }) => path) },
    ],
    schema: [
      { name: "root", num_children: 2 },
      { name: column, repetition_type: "OPTIONAL", num_children: 2 },
      { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
      { name: "path", type: "BYTE_ARRAY", repetition_type: "OPTIONAL", converted_type: "UTF8" },
      { name: "name", type: "BYTE_ARRAY", repetition_type: "OPTIONAL", converted_type: "UTF8" },
    ],
    rowGroupSize: 3,
  });
  return new Uint8Array(buffer);
}

/** A repository of the hub: its list of files, and two Parquet files of split train beside one of split test. */
export async function hubFiles(repository: string, pictures: readonly image.Picture[]): Promise<Content> {
  const half = pictures.length >> 1;
  const parts = [await parquet(pictures.slice(0, half)), await parquet(pictures.slice(half))];
  const entry = (path: string, bytes: Uint8Array) => ({
    type: "file",
    oid: "0".repeat(40),
    size: bytes.length,
    path,
    lfs: { oid: files.sha256(bytes), size: bytes.length, pointerSize: 130 },
  });
  const entries = [
    { type: "directory", oid: "0".repeat(40), size: 0, path: "default/train" },
    entry("default/test/0000.parquet", utf8("not fetched")),
    ...parts.map((bytes, i) => entry(`default/train/000${i}.parquet`, bytes)),
  ];
  const resolve = `/datasets/${repository}/resolve/refs%2Fconvert%2Fparquet/default/train`;
  return {
    [`/api/datasets/${repository}/tree/refs%2Fconvert%2Fparquet`]: utf8(JSON.stringify(entries)),
    [`${resolve}/0000.parquet`]: parts[0]!,
    [`${resolve}/0001.parquet`]: parts[1]!,
  };
}

/** A server on loopback. */
export interface Loopback extends AsyncDisposable {
  readonly base: string;
  /** Where the datasets put what they fetch. */
  readonly cache: string;
  readonly requests: { path: string; range: string | null }[];
  /** Answers a request otherwise than with the content. */
  answer: (path: string, before: number) => Response | undefined;
  /** What is known of a file: its address here, size and hash. */
  source(path: string): Source;
}

/** Serves files on loopback, also from a byte on. */
export async function loopback(content: Content): Promise<Loopback> {
  const cache = await Deno.makeTempDir();
  const state: Pick<Loopback, "answer" | "requests"> = { answer: () => undefined, requests: [] };
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  }, (request) => {
    const { pathname: path } = new URL(request.url);
    const range = request.headers.get("range");
    const before = state.requests.filter((request) => request.path === path).length;
    state.requests.push({ path, range });
    const other = state.answer(path, before);
    if (other) return other;
    const bytes = content[path] as Uint8Array<ArrayBuffer> | undefined;
    if (bytes === undefined) return new Response(null, { status: 404 });
    const start = Number(range?.match(/^bytes=(\d+)-$/)?.[1] ?? 0);
    if (start === 0) return new Response(bytes);
    const headers = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    return new Response(bytes.subarray(start), { status: 206, headers });
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  return Object.assign(state, {
    base,
    cache,
    source: (path: string): Source => ({
      url: base + path,
      size: content[path]!.length,
      sha256: files.sha256(content[path]!),
    }),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(cache, { recursive: true });
    },
  });
}
