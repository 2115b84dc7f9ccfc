/** Tests that every downloaded dataset passes, each on a small archive of its layout served on loopback. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Dataset } from "denoise/plugin";
import { openPictures } from "../../pipeline/data/mod.ts";
import type { DenoiseError } from "../../pipeline/problems/problem.ts";
import { birds } from "./caltech-birds-2011.ts";
import { celeba } from "./celeba.ts";
import { cifar10 } from "./cifar-10.ts";
import { flowers } from "./oxford-flowers-102.ts";
import { hubDataset } from "./shared/hub.ts";
import { padToSquare } from "./shared/square.ts";
import {
  birdFiles,
  boxed,
  celebaFiles,
  cifarFiles,
  type Content,
  flowersFiles,
  hubFiles,
  type Loopback,
  loopback,
} from "./shared/testing_archives.ts";

interface Case {
  readonly name: string;
  readonly content: Content;
  /** The large file: its path on the server, and in the folder of the dataset. */
  readonly archive: string;
  readonly file: string;
  readonly counts: readonly [train: number, validation: number];
  dataset(server: Loopback): Dataset;
}

const common = { image_size: 8, resize: "bicubic" } as const;
const drawings = Array.from({ length: 8 }, (_, i) => boxed([12, 9], [30 * i, 10, 10]));
const repository = "owner/drawings";
const cases: readonly Case[] = [
  {
    name: "oxford-flowers-102",
    content: await flowersFiles(),
    archive: "/102flowers.tgz",
    file: "102flowers.tgz",
    counts: [20, 5],
    dataset: ({ source }) =>
      flowers(common, {
        archive: source("/102flowers.tgz"),
        labels: source("/imagelabels.mat"),
        splits: source("/setid.mat"),
      }),
  },
  {
    name: "caltech-birds-2011",
    content: await birdFiles(),
    archive: "/CUB_200_2011.tgz",
    file: "CUB_200_2011.tgz",
    counts: [9, 3],
    dataset: ({ source }) => birds({ ...common, padding: 0.25 }, { archive: source("/CUB_200_2011.tgz") }),
  },
  {
    name: "celeba",
    content: await celebaFiles(),
    archive: "/img_align_celeba.zip",
    file: "img_align_celeba.zip",
    counts: [8, 2],
    dataset: ({ source, base }) =>
      celeba({ ...common, crop_size: 140, mirror: base }, {
        archive: source("/img_align_celeba.zip"),
        partition: source("/list_eval_partition.txt"),
      }),
  },
  {
    name: "cifar-10",
    content: await cifarFiles(),
    archive: "/cifar-10-binary.tar.gz",
    file: "cifar-10-binary.tar.gz",
    counts: [20, 4],
    dataset: ({ source }) => cifar10({ image_size: 8 }, { archive: source("/cifar-10-binary.tar.gz") }),
  },
  {
    name: "pokemon",
    content: await hubFiles(repository, drawings),
    archive: `/datasets/${repository}/resolve/refs%2Fconvert%2Fparquet/default/train/0000.parquet`,
    file: "hub/0000.parquet",
    counts: [8, 8],
    dataset: ({ base }) => hubDataset({ name: "pokemon", repository, imageSize: 8, hub: base, shape: padToSquare }),
  },
];

for (const { name, content, archive, file, counts, dataset } of cases) {
  const open = (server: Loopback, more = {}) => openPictures(dataset(server), { name, cache: server.cache, ...more });
  const folder = (server: Loopback) => join(server.cache, "datasets", name);
  const requests = (server: Loopback) => server.requests.filter(({ path }) => path === archive);
  const refused = async (action: Promise<unknown>, what: RegExp, ...help: RegExp[]) => {
    await assert.rejects(action, (error: DenoiseError) => {
      assert.match(error.message, what);
      const lines = error.problems[0]!.help.join("\n");
      for (const line of help) assert.match(lines, line);
      return true;
    });
  };

  Deno.test(`${name} downloads and unpacks with progress, splits, and does none of it twice`, async () => {
    await using server = await loopback(content);
    const works = new Set<string>();
    const progress = ({ label }: { label: string }) => works.add(label.split(" ")[0]!);
    for (let opening = 0; opening < 2; opening++) {
      await using pictures = await open(server, { progress });
      assert.deepEqual([pictures.train.count, pictures.validation.count], counts);
      assert.equal(requests(server).length, 1, "fetched once");
      if (pictures.classes) assert.equal(pictures.train.labels!.length, counts[0]);
    }
    assert.deepEqual([...works].sort(), ["decoding", "downloading", "unpacking"]);
    // The archive may go once it is unpacked, and pictures of another size need no network.
    await Deno.remove(join(folder(server), file));
    await Deno.remove(join(server.cache, "pictures"), { recursive: true });
    await using again = await open(server, { download: false });
    assert.equal(again.train.count, counts[0]);
  });

  Deno.test(`${name} resumes a download whose connection dropped`, async () => {
    await using server = await loopback(content);
    const bytes = content[archive]! as Uint8Array<ArrayBuffer>;
    const half = bytes.length >> 1;
    await Deno.mkdir(join(folder(server), file, ".."), { recursive: true });
    await Deno.writeFile(join(folder(server), `${file}.part`), bytes.subarray(0, half));
    await using pictures = await open(server);
    assert.equal(pictures.train.count, counts[0]);
    assert.deepEqual(requests(server).map(({ range }) => range), [`bytes=${half}-`]);
  });

  Deno.test(`${name} refuses a download with another content, and leaves none of it`, async () => {
    await using server = await loopback(content);
    const other = (content[archive]! as Uint8Array<ArrayBuffer>).map((byte, i) => (i === 100 ? byte ^ 1 : byte));
    server.answer = (path) => path === archive ? new Response(other) : undefined;
    await refused(open(server), /is not the file expected: its SHA-256 differs/, /put this file at: /);
    const left = [...Deno.readDirSync(join(folder(server), file, ".."))].map(({ name }) => name);
    assert.ok(!left.some((name) => name.startsWith(file.split("/").at(-1)!)), left.join());
  });

  Deno.test(`${name} says which file to place where without the network`, async () => {
    await using server = await loopback(content);
    server.answer = () => new Response(null, { status: 404 });
    await refused(open(server), /^Cannot (download|list) .*: the server answered 404/s, /^to place (it|them) by hand/m);
    await refused(open(server, { download: false }), /(is|are) not here, and nothing is downloaded now/, /by hand/);
    server.answer = () => undefined;
    await using pictures = await open(server);
    assert.equal(pictures.train.count, counts[0]);
  });

  Deno.test(`${name} refuses a placed file that is damaged`, async () => {
    await using server = await loopback(content);
    await Deno.mkdir(join(folder(server), file, ".."), { recursive: true });
    await Deno.writeFile(join(folder(server), file), content[archive]!.subarray(0, 200));
    await refused(open(server), /is not the one expected/, /it has 200 bytes, expected/, /delete it/);
  });
}
