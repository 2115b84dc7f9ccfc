/** Dataset smithsonian-butterflies: butterflies of the Smithsonian, padded with white. */
import { plugin, z } from "denoise/plugin";
import { hub, hubDataset } from "./shared/hub.ts";
import { imageSize } from "./shared/options.ts";
import { padToSquare } from "./shared/square.ts";

export default plugin({
  kind: "dataset",
  name: "smithsonian-butterflies",
  summary: "Photographs of museum butterflies, whole, on white; downloaded from the Hugging Face hub",
  prefer: "For photographs of one subject on a plain ground; inat-butterflies has them in nature",
  source:
    "huggan/smithsonian_butterflies_subset on the Hugging Face hub, as clear-diffusion-keras uses it (dataset.py, 6ed2ac6)",
  outside: { hub: "address" },
  options: z.object({ image_size: imageSize.default(64), hub }),
  locates: ["hub"],
  create: ({ options }) =>
    hubDataset({
      name: "smithsonian-butterflies",
      repository: "huggan/smithsonian_butterflies_subset",
      imageSize: options.image_size,
      hub: options.hub,
      shape: padToSquare,
    }),
});
