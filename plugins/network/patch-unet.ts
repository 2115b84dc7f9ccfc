/** Network `patch-unet`: the residual U-Net on patches of pixels, for small machines. */
import { plugin, refuse, z } from "denoise/plugin";
import { fromPatches, toPatches } from "./shared/patches.ts";
import { residualUnet, residualUnetOptions } from "./shared/residual_unet.ts";
import { refuseSize } from "./shared/size.ts";

export default plugin({
  kind: "network",
  name: "patch-unet",
  summary: "A residual U-Net that sees square patches as pixels: a fraction of the work, for small machines",
  prefer:
    "For training on a processor in minutes, as the quickstart does; the larger the patch, the coarser the detail",
  source: "patches as channels: Shi et al. 2016, arXiv:1609.05158, section 3.2; the U-Net: Béres 2022",
  needs: ["image", "augment"],
  options: z.object({
    patch_size: z.int().min(1).max(2048).default(2).describe(
      "side of a patch, in pixels; must divide the image size",
    ),
    ...residualUnetOptions({ image_dims: undefined, max_frequency: 200, input_skip: true, running_variance: "biased" }),
  }),
  create({ options, augment, image: { height, width, channels } }) {
    const side = options.patch_size;
    if (height % side !== 0 || width % side !== 0) {
      refuse({
        option: "patch_size",
        what: `Images of ${width}×${height} pixels cannot be cut into patches of ${side}×${side}`,
        fix: `use an image size that ${side} divides, or another patch_size`,
      });
    }
    refuseSize(options.widths.length, { height, width, channels }, side);
    const patches = { height: height / side, width: width / side, channels: channels * side * side };
    const network = residualUnet({ ...options, augment }, patches);
    return {
      offers: network.offers!,
      init: (random) => network.init(random, patches),
      apply(state, input, mode) {
        const { output, ...rest } = network.apply(state, { ...input, image: toPatches(input.image, side) }, mode);
        return { output: fromPatches(output, side), ...rest };
      },
    };
  },
});
