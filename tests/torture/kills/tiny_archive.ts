/** A dataset for attacks: the layout of CIFAR-10 in an archive of a few kilobytes, from a server on this machine. */
import { plugin, z } from "denoise/plugin";
import { cifar10 } from "../../../plugins/dataset/cifar-10.ts";

export default plugin({
  kind: "dataset",
  name: "tiny-archive",
  summary: "A few pictures in an archive that a server on this machine has",
  options: z.object({
    image_size: z.int().default(8).describe("pixels a side"),
    url: z.url().describe("address of the archive"),
    size: z.int().describe("its bytes"),
    sha256: z.string().describe("its hash"),
  }),
  create: ({ options: { image_size, url, size, sha256 } }) =>
    cifar10({ image_size }, { archive: { url, size, sha256 } }),
});
