/** Metric `kid`: the kernel inception distance between real and generated pictures. */
import { type Backend, type Metric, type OpenTools, plugin, tf, z } from "denoise/plugin";
import { kernelDistance } from "./kid/estimate.ts";
import { dimensions, extract, type Extractor, extractorNames, extractors, prepare } from "./kid/features.ts";
import { type LoadedWeights, loadWeights, type official } from "./kid/source.ts";
import { uploadWeights } from "./kid/weights.ts";
import { cut, overBatches } from "./shared/batches.ts";

/** Options of the metric, checked. */
export interface KidOptions {
  readonly features: Extractor;
  readonly images?: number | undefined;
  readonly batch?: number | undefined;
  readonly weights?: string | undefined;
}

export default plugin({
  kind: "metric",
  name: "kid",
  summary: "Kernel inception distance between generated and validation pictures; downloads InceptionV3 (88 MB) once",
  prefer:
    "To compare models and settings by what papers report, where InceptionV3 can be downloaded; feature-distance " +
    "needs nothing",
  source: "Bińkowski et al. 2018, arXiv:1801.01401, section 4; as the Keras DDIM example and clear-diffusion-keras",
  needs: ["sampler"],
  outside: { weights: "file" },
  options: z.object({
    sampler: z.string().describe("name of one of samplers; 5 steps are enough to compare checkpoints of one run"),
    features: z.enum(extractorNames).default("inception-v3-75").describe(
      "features that pictures are compared by: InceptionV3 on 75, 150 or 299 pixels, resized as the Keras example does " +
        "(bilinear) or as clear-diffusion-keras (-bicubic, antialiased); distances by different ones are not comparable",
    ),
    images: z.int().min(2).max(10_000_000).optional().describe(
      "pictures to generate, and to compare with as many real ones, starting over where there are fewer; " +
        "default: the number of validation pictures",
    ),
    batch: z.int().min(2).max(1_000_000).optional().describe(
      "pictures in one estimate; the result is the mean of all; default: the training batch size",
    ),
    weights: z.string().min(1).optional().describe(
      "Keras .h5 file of InceptionV3 without its top, instead of the download; relative to the working directory",
    ),
  }),
  locates: ["weights"],
  create: ({ options }) => kid(options),
});

/** The metric, with weights from this address. */
export function kid(
  options: KidOptions,
  remote?: typeof official,
): Metric & { prepare(tools: OpenTools): Promise<void> } {
  const name = `kid(${options.features})`;
  const preparation = extractors[options.features];
  // The network has inner images of 32 channels as large as half the picture: what 64 pictures of 75 pixels take.
  const most = Math.max(1, Math.floor(64 * (75 / preparation.side) ** 2));
  let loaded: LoadedWeights | undefined;
  const programs = new WeakMap<Backend, ReturnType<typeof compileExtractor>>();
  const compileExtractor = (backend: Backend) =>
    backend.compile(
      (weights: Record<string, tf.Tensor>, pictures: tf.Tensor) =>
        extract(weights, prepare(pictures as tf.Tensor4D, preparation)),
      { name: options.features, precision: "float32" },
    );

  return {
    better: { [name]: "lower" },
    get measuresWith() {
      return loaded?.digest;
    },
    async prepare(tools) {
      loaded ??= await loadWeights(options.weights, tools, remote);
    },
    async measure(view) {
      if (loaded === undefined) throw new Error(`Cannot measure "${name}": its weights were not loaded first`);
      const batch = Math.min(options.batch ?? view.batchSize, options.images ?? view.pictures, view.pictures);
      const count = Math.floor((options.images ?? view.pictures) / batch) * batch;
      if (batch < 2) {
        throw new Error(`Cannot measure "${name}": it needs at least two validation pictures, and there is ${batch}`);
      }
      const program = programs.get(view.backend) ?? compileExtractor(view.backend);
      programs.set(view.backend, program);
      const device = uploadWeights(loaded.weights);
      const features = async (pictures: tf.Tensor4D) => {
        const data = new Float32Array(batch * dimensions);
        const size = Math.ceil(batch / Math.ceil(batch / most));
        for (let from = 0; from < batch; from += size) {
          const part = cut(pictures, from, size);
          const found = await program(device, part);
          data.set(
            (await found.data()).subarray(0, (Math.min(from + size, batch) - from) * dimensions),
            from * dimensions,
          );
          tf.dispose([part, found]);
        }
        return { data, count: batch };
      };
      const real = view.real(count, batch)[Symbol.asyncIterator]();
      const distances: number[] = [];
      try {
        for await (const generated of view.generate(count, batch)) {
          const { value, done } = await real.next();
          if (done) break;
          distances.push(kernelDistance(await features(value), await features(generated), dimensions));
        }
      } finally {
        await real.return?.();
        tf.dispose(device);
      }
      return { [name]: overBatches(distances) };
    },
  };
}
