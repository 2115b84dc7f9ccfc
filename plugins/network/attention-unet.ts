/** Network `attention-unet`: that of clear-diffusion-keras since 2023, with attention and group normalisation. */
import { plugin, z } from "denoise/plugin";
import { attentionUnet, attentionUnetOptions } from "./shared/attention_unet.ts";

export default plugin({
  kind: "network",
  name: "attention-unet",
  summary: "Residual U-Net with group normalisation, told the noise level in every block; attention at chosen levels",
  prefer: "For larger or more varied pictures, and for batches too small for batch statistics",
  source:
    "Béres 2023, github.com/beresandras/clear-diffusion-keras, architecture.py at 6ed2ac6; groups: Wu and He 2018, " +
    "arXiv:1803.08494; attention: Vaswani et al. 2017, arXiv:1706.03762",
  needs: ["image", "augment"],
  options: z.object(attentionUnetOptions),
  create: ({ options, image, augment }) => attentionUnet({ ...options, augment }, image),
});
