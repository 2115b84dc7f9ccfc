/** Metric `feature-distance`: how far generated pictures are from real ones, in features that need no download. */
import { type Backend, type MetricView, plugin, tf, z } from "denoise/plugin";
import { energyDistance, type Features, meanWithin, scaled, scaleOf } from "./feature-distance/energy.ts";
import { dimensionsOf, extract } from "./feature-distance/features.ts";
import { cut, overBatches } from "./shared/batches.ts";

const name = "feature-distance";
const mostReal = 1024; // pictures: distances of all pairs are computed
const parts = 4; // of the generated pictures: their spread says how sure the number is

export default plugin({
  kind: "metric",
  name,
  summary: "Energy distance between generated and validation pictures in fixed random features; needs no download",
  prefer: "For one dataset at one image size, while training: it is not FID or KID, and compares with no published " +
    "number",
  source: 'Székely and Rizzo 2013, "Energy statistics"; random features as Naeem et al. 2020, arXiv:2002.09797',
  needs: ["sampler"],
  options: z.object({
    sampler: z.string().describe("name of one of samplers"),
    images: z.int().min(8).max(100_000).default(256).describe("pictures to generate"),
  }),
  create({ options }) {
    const programs = new WeakMap<Backend, ReturnType<typeof compile>>();
    const compile = (backend: Backend) =>
      backend.compile((pictures: tf.Tensor) => extract(pictures as tf.Tensor4D), { name, precision: "float32" });
    return {
      better: { [name]: "lower" },
      async measure(view) {
        if (view.pictures < 2) {
          throw new Error(
            `Cannot measure "${name}": it needs at least two validation pictures, and there is ${view.pictures}`,
          );
        }
        const program = programs.get(view.backend) ?? compile(view.backend);
        programs.set(view.backend, program);
        const { batch, count } = wholeBatches(Math.min(mostReal, view.pictures), view.batchSize);
        const real = await featuresOf(view.real(count, batch), view.batchSize, program);
        const each = Math.floor(options.images / parts);
        const generated = await featuresOf(view.generate(each * parts), view.batchSize, program);
        const { dimensions } = real;
        const scale = scaleOf(real, dimensions);
        const reference = scaled(real, scale);
        const within = meanWithin(reference, dimensions);
        const distances = Array.from({ length: parts }, (_, i) => {
          const data = generated.data.subarray(i * each * dimensions, (i + 1) * each * dimensions);
          return energyDistance(reference, within, scaled({ data, count: each }, scale), dimensions);
        });
        return { [name]: overBatches(distances) };
      },
    };
  },
});

/** Batches of at most `most` that leave out as few of the pictures as can be: `real` gives whole ones. */
export function wholeBatches(pictures: number, most: number): { batch: number; count: number } {
  let best = { batch: 1, count: 0 };
  for (let batch = Math.min(most, pictures); batch >= Math.max(1, most / 4); batch--) {
    const count = Math.floor(pictures / batch) * batch;
    if (count > best.count) best = { batch, count };
  }
  return best.count === 0 ? { batch: pictures, count: pictures } : best;
}

/** Features of all pictures. The first layer has inner images of 32 channels: at most `most` at once, and 16 MB. */
async function featuresOf(
  batches: ReturnType<MetricView["real"]>,
  most: number,
  program: (pictures: tf.Tensor4D) => Promise<tf.Tensor>,
): Promise<Features & { data: Float32Array; dimensions: number }> {
  const found: Float32Array[] = [];
  let [count, dimensions] = [0, 0];
  for await (const pictures of batches) {
    const [size, height, width] = pictures.shape;
    dimensions = dimensionsOf(Math.min(height, width));
    const together = Math.max(1, Math.min(most, Math.floor(2 ** 17 / (height * width))));
    for (let from = 0; from < size; from += together) {
      const part = cut(pictures, from, together);
      const features = await program(part);
      found.push((await features.data<"float32">()).slice(0, Math.min(together, size - from) * dimensions));
      tf.dispose([part, features]);
    }
    count += size;
  }
  const data = new Float32Array(count * dimensions);
  let at = 0;
  for (const part of found) {
    data.set(part, at);
    at += part.length;
  }
  return { data, count, dimensions };
}
