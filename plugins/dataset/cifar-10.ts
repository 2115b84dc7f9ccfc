/** Dataset CIFAR-10: 60,000 photographs of 32×32 pixels in 10 classes, from its binary version. */
import { basename } from "node:path";
import { type Dataset, image, type OpenTools, plugin, z } from "denoise/plugin";
import { readTar } from "./shared/archive.ts";
import { imageSize } from "./shared/options.ts";
import { makePack, type Member, openPack, type Pack, readMember } from "./shared/pack.ts";
import { fetchAgain, fetchFile, mirror, mirrored, refuseMissing, type Source, wrongLayout } from "./shared/remote.ts";

/** The official archive: address, size and SHA-256 as TensorFlow Datasets 4.9.10 has them (cifar10, 3.0.2). */
const official: { readonly archive: Source } = {
  archive: {
    url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    size: 170052171,
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  },
};

export default plugin({
  kind: "dataset",
  name: "cifar-10",
  summary: "60,000 photographs of 32×32 pixels in 10 classes; downloads 170 MB the first time",
  prefer:
    "To compare with published numbers, and for classes at little cost: most papers report it, and its pictures " +
    "are small",
  source: "Krizhevsky 2009, Learning multiple layers of features from tiny images",
  outside: { mirror: "address" },
  options: z.object({ image_size: imageSize.default(32), mirror }),
  locates: ["mirror"],
  create: ({ options }) => cifar10(options),
});

/** Bytes of a picture in the files: its label, then all of red, of green and of blue, row by row. */
const side = 32;
const record = 1 + 3 * side * side;
const trainFiles = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`);
const testFile = "test_batch.bin";
const classesFile = "batches.meta.txt";

/** The dataset from this archive: its own split, as in the reference. */
export function cifar10(options: { image_size: number; mirror?: string | undefined }, sources = official): Dataset {
  const size = options.image_size;
  return {
    image: { height: size, width: size, channels: 3 },
    async open(tools) {
      const { archive } = mirrored(sources, options.mirror);
      const { path, items: members } = await openArchive(archive, tools);
      const member = (name: string) => members.find((member) => basename(member.name) === name)!;
      const text = new TextDecoder().decode(await readMember(path, member(classesFile)));
      const classes = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
      const places: { name: string; label: number; offset: number; train: boolean }[] = [];
      for (const file of [...trainFiles, testFile]) {
        const { offset, size } = member(file);
        const bytes = await readMember(path, { offset, size });
        const train = file !== testFile;
        for (let at = 0; at < size; at += record) {
          const label = bytes[at]!;
          if (label >= classes.length) throw wrongLayout(archive.url, `a name of class ${label}`, fetchAgain);
          places.push({ name: `${file}/${at / record}`, label, offset: offset + at + 1, train });
        }
      }
      const split = (train: boolean) => [...places.keys()].filter((i) => places[i]!.train === train);
      return {
        fingerprint: JSON.stringify(["cifar-10", 1, archive.sha256, size]),
        items: places.map(({ name, label }) => ({ name, label })),
        classes,
        splits: { train: split(true), validation: split(false) },
        async pixels(index) {
          const planes = await readMember(path, { offset: places[index]!.offset, size: record - 1 });
          const picture = { width: side, height: side, data: interleave(planes) };
          if (size === side) return picture.data;
          // Pictures are enlarged as in the reference, which does not shrink any.
          return image.resize(picture, { width: size, height: size, method: "bicubic" }).data;
        },
      };
    },
  };
}

async function openArchive(source: Source, tools: OpenTools): Promise<Pack> {
  const wanted = [...trainFiles, testFile, classesFile];
  const known = await openPack(tools.folder, source.sha256);
  if (known && wanted.every((name) => known.items.some((item) => basename(item.name) === name))) return known;
  if (!tools.download) await refuseMissing([source], tools);
  const archive = await fetchFile(source, tools);
  return await makePack(tools.folder, source.sha256, async (packer) => {
    const members = new Map<string, Member>();
    for await (const { name, content } of readTar(archive, tools)) {
      if (wanted.includes(basename(name))) members.set(basename(name), await packer.add(name, content()));
    }
    for (const name of wanted) {
      const member = members.get(name);
      if (member === undefined) throw wrongLayout(archive, `"${name}"`, fetchAgain);
      if (name.endsWith(".bin") && member.size % record !== 0) {
        throw wrongLayout(archive, `pictures of ${record} bytes in "${name}": it has ${member.size} bytes`, fetchAgain);
      }
    }
    return [...members.values()];
  });
}

/** Planes of red, green and blue as pixels. */
function interleave(planes: Uint8Array): Uint8Array {
  const pixels = planes.length / 3;
  return Uint8Array.from({ length: planes.length }, (_, i) => planes[(i % 3) * pixels + Math.floor(i / 3)]!);
}
