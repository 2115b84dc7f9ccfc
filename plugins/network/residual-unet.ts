/** Network `residual-unet`: that of the Keras DDIM example. */
import { plugin, z } from "denoise/plugin";
import { residualUnet, residualUnetOptions } from "./shared/residual_unet.ts";

export default plugin({
  kind: "network",
  name: "residual-unet",
  summary:
    "Residual U-Net with batch normalisation, told the noise level at its input; 1.95 million weights as it comes",
  prefer: "For pictures of up to 64 pixels, and to compare with the Keras DDIM example; attention-unet sees further",
  source: "Béres 2022, keras.io/examples/generative/ddim; U-Net: Ronneberger et al. 2015, arXiv:1505.04597",
  needs: ["image", "augment"],
  options: z.object(residualUnetOptions({
    image_dims: undefined,
    max_frequency: 1000,
    input_skip: false,
    running_variance: "biased",
  })),
  create: ({ options, image, augment }) => residualUnet({ ...options, augment }, image),
});
