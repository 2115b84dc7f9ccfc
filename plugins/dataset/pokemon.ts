/** Dataset pokemon: Pokémon, padded with white. */
import { plugin, z } from "denoise/plugin";
import { hub, hubDataset } from "./shared/hub.ts";
import { imageSize } from "./shared/options.ts";
import { padToSquare } from "./shared/square.ts";

export default plugin({
  kind: "dataset",
  name: "pokemon",
  summary: "Drawings of Pokémon, whole, on white; downloaded from the Hugging Face hub",
  prefer: "For drawings instead of photographs, whole and on white",
  source: "huggan/pokemon on the Hugging Face hub, as clear-diffusion-keras uses it (dataset.py, 6ed2ac6)",
  outside: { hub: "address" },
  options: z.object({ image_size: imageSize.default(64), hub }),
  locates: ["hub"],
  create: ({ options }) =>
    hubDataset({
      name: "pokemon",
      repository: "huggan/pokemon",
      imageSize: options.image_size,
      hub: options.hub,
      shape: padToSquare,
    }),
});
