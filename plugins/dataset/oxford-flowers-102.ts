/** Dataset Oxford Flowers 102: 8,189 photographs, downloaded once (345 MB), split as the references do. */
import { type Dataset, image, plugin, z } from "denoise/plugin";
import { classes } from "./oxford-flowers-102/classes.ts";
import { openFlowers } from "./oxford-flowers-102/index.ts";
import { official } from "./oxford-flowers-102/sources.ts";
import { imageSize, resizeOption } from "./shared/options.ts";
import { readMember } from "./shared/pack.ts";
import { mirror, mirrored } from "./shared/remote.ts";

export default plugin({
  kind: "dataset",
  name: "oxford-flowers-102",
  summary: "8,189 photographs of flowers in 102 classes; downloads 345 MB the first time",
  prefer: "To compare with the Keras DDIM example and clear-diffusion-keras, which train on it",
  source: "Nilsback and Zisserman 2008, Automated flower classification over a large number of classes",
  outside: { mirror: "address" },
  options: z.object({
    image_size: imageSize.default(64),
    resize: resizeOption.default("bicubic"),
    mirror,
  }),
  locates: ["mirror"],
  create: ({ options }) => flowers(options),
});

/** The dataset from these files. */
export function flowers(
  options: { image_size: number; resize: "bilinear" | "bicubic"; mirror?: string | undefined },
  sources = official,
): Dataset {
  const side = options.image_size;
  return {
    image: { height: side, width: side, channels: 3 },
    async open(tools) {
      const from = mirrored(sources, options.mirror);
      const { path, items: flowers } = await openFlowers(from, tools);
      const places = (train: boolean) => [...flowers.keys()].filter((i) => flowers[i]!.train === train);
      return {
        fingerprint: JSON.stringify(["oxford-flowers-102", 1, from.archive.sha256, side, options.resize]),
        items: flowers.map(({ name, label }) => ({ name, label })),
        classes,
        splits: { train: places(true), validation: places(false) },
        async pixels(index) {
          const picture = image.centreCrop(await image.decode(await readMember(path, flowers[index]!)));
          return image.resize(picture, { width: side, height: side, method: options.resize }).data;
        },
      };
    },
  };
}
