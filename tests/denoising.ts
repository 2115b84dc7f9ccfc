/** The loss `denoising`, for the tests of its options. */
import type { ImageShape, Parametrization } from "../plugin.ts";
import { standIns } from "../pipeline/contract/stand_ins.ts";
import denoising from "../plugins/loss/denoising.ts";

/** The loss, beside stand-ins of other stages. */
export async function makeDenoising(
  options: object,
  image: ImageShape,
  parametrization: Parametrization = standIns.parametrization,
) {
  return await denoising.create({ ...standIns, options: denoising.options.parse(options), image, parametrization });
}
