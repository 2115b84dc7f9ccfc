/** Dataset inat-butterflies: butterflies of iNaturalist, cropped in the middle. */
import { plugin, z } from "denoise/plugin";
import { hub, hubDataset } from "./shared/hub.ts";
import { imageSize } from "./shared/options.ts";
import { cutSquare } from "./shared/square.ts";

export default plugin({
  kind: "dataset",
  name: "inat-butterflies",
  summary: "Photographs of butterflies in nature, cropped to the centre; downloaded from the Hugging Face hub",
  prefer: "For one subject in front of changing backgrounds; smithsonian-butterflies has them on white",
  source:
    "huggan/inat_butterflies_top10k on the Hugging Face hub, as clear-diffusion-keras uses it (dataset.py, 6ed2ac6)",
  outside: { hub: "address" },
  options: z.object({ image_size: imageSize.default(64), hub }),
  locates: ["hub"],
  create: ({ options }) =>
    hubDataset({
      name: "inat-butterflies",
      repository: "huggan/inat_butterflies_top10k",
      imageSize: options.image_size,
      hub: options.hub,
      shape: cutSquare,
    }),
});
