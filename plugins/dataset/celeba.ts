/** Dataset CelebA: 202,599 aligned photographs of faces, of which the reference uses the training and validation split. */
import { type Dataset, image, plugin, z } from "denoise/plugin";
import { official, openFaces, type Sources } from "./celeba/index.ts";
import { imageSize, resizeOption } from "./shared/options.ts";
import { readMember } from "./shared/pack.ts";
import { mirror, mirrored } from "./shared/remote.ts";

export default plugin({
  kind: "dataset",
  name: "celeba",
  summary: "Over 180,000 photographs of faces, aligned; two files to place by hand, 1.45 GB",
  prefer: "For faces, all in one place and at one size; its files are placed by hand, so take another for a first try",
  source: "Liu, Luo, Wang and Tang 2015, Deep learning face attributes in the wild, arXiv:1411.7766",
  outside: { mirror: "address" },
  options: z.object({
    image_size: imageSize.default(64),
    resize: resizeOption.default("bicubic"),
    crop_size: z.int().min(1).max(178).default(140).describe("side of the central square that is used, of 178"),
    mirror,
  }),
  locates: ["mirror"],
  create: ({ options }) => celeba(options),
});

/** The dataset from these files: its own training and validation split, as in the reference. */
export function celeba(
  options: { image_size: number; resize: "bilinear" | "bicubic"; crop_size: number; mirror?: string | undefined },
  sources: Sources = official,
): Dataset {
  const side = options.image_size;
  const crop = options.crop_size;
  return {
    image: { height: side, width: side, channels: 3 },
    async open(tools) {
      const from = mirrored(sources, options.mirror);
      const { path, items: faces } = await openFaces(from, options.mirror !== undefined, tools);
      const split = (train: boolean) => [...faces.keys()].filter((i) => faces[i]!.train === train);
      return {
        fingerprint: JSON.stringify(["celeba", 1, from.archive.sha256, side, options.resize, crop]),
        items: faces.map(({ name }) => ({ name })),
        splits: { train: split(true), validation: split(false) },
        async pixels(index) {
          const picture = await image.decode(await readMember(path, faces[index]!));
          const middle = image.crop(picture, {
            left: Math.floor((picture.width - crop) / 2),
            top: Math.floor((picture.height - crop) / 2),
            width: crop,
            height: crop,
          });
          return image.resize(middle, { width: side, height: side, method: options.resize }).data;
        },
      };
    },
  };
}
