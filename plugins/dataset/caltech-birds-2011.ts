/** Dataset Caltech-UCSD Birds 2011: 11,788 photographs of 200 species, cropped on the bird as the reference does. */
import { type Dataset, image, plugin, z } from "denoise/plugin";
import { cropToBox } from "./caltech-birds-2011/box.ts";
import { openBirds } from "./caltech-birds-2011/index.ts";
import { imageSize, resizeOption } from "./shared/options.ts";
import { readMember } from "./shared/pack.ts";
import { mirror, mirrored, type Source } from "./shared/remote.ts";

/** The official archive: address, size and SHA-256 as TensorFlow Datasets 4.9.10 has them (caltech_birds2011, 0.2.0). */
const official: { readonly archive: Source } = {
  archive: {
    url: "https://data.caltech.edu/records/65de6-vp158/files/CUB_200_2011.tgz?download=1",
    size: 1150585339,
    sha256: "0c685df5597a8b24909f6a7c9db6d11e008733779a671760afef78feb49bf081",
  },
};

export default plugin({
  kind: "dataset",
  name: "caltech-birds-2011",
  summary: "11,788 photographs of birds of 200 species, cropped on the bird; downloads 1.15 GB the first time",
  prefer: "For photographs of one subject in many poses, with classes to tell apart; about 59 pictures a class",
  source: "Wah, Branson, Welinder, Perona and Belongie 2011, The Caltech-UCSD Birds-200-2011 dataset",
  outside: { mirror: "address" },
  options: z.object({
    image_size: imageSize.default(64),
    resize: resizeOption.default("bicubic"),
    padding: z.number().min(0).max(10).default(0.25).describe("added to the bounding box, as a fraction of its side"),
    mirror,
  }),
  locates: ["mirror"],
  create: ({ options }) => birds(options),
});

/** The dataset from this archive: its own split, as in the reference. */
export function birds(
  options: { image_size: number; resize: "bilinear" | "bicubic"; padding: number; mirror?: string | undefined },
  sources = official,
): Dataset {
  const side = options.image_size;
  return {
    image: { height: side, width: side, channels: 3 },
    async open(tools) {
      const { archive } = mirrored(sources, options.mirror);
      const { path, items: found, classes } = await openBirds(archive, tools);
      const split = (train: boolean) => [...found.keys()].filter((i) => found[i]!.train === train);
      return {
        fingerprint: JSON.stringify(["birds", 1, archive.sha256, side, options.resize, options.padding]),
        items: found.map(({ name, label }) => ({ name, label })),
        classes,
        splits: { train: split(true), validation: split(false) },
        async pixels(index) {
          const { box } = found[index]!;
          const picture = cropToBox(await image.decode(await readMember(path, found[index]!)), box, options.padding);
          return image.resize(picture, { width: side, height: side, method: options.resize }).data;
        },
      };
    },
  };
}
