/** Network `clear-unet`: that of clear-diffusion-keras in 2022, a `residual-unet` with other defaults. */
import { plugin, z } from "denoise/plugin";
import { residualUnet, residualUnetOptions } from "./shared/residual_unet.ts";

export default plugin({
  kind: "network",
  name: "clear-unet",
  summary: "The residual U-Net of clear-diffusion-keras in 2022: wider input, skipped to the output; lower frequencies",
  prefer: "To follow the recipes of clear-diffusion-keras of 2022; residual-unet is its plainer twin",
  source: "Béres 2022, github.com/beresandras/clear-diffusion-keras, architecture.py at 98fbccd",
  needs: ["image", "augment"],
  options: z.object(residualUnetOptions({
    image_dims: 64,
    max_frequency: 200,
    input_skip: true,
    running_variance: "unbiased",
  })),
  create: ({ options, image, augment }) => residualUnet({ ...options, augment }, image),
});
