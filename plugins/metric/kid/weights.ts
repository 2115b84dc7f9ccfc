/** Weights of InceptionV3 as Keras keeps them, matched with its layers and folded into plain convolutions. */
import { files, type TensorRecord, tf } from "denoise/plugin";
import { kernelShapes } from "./inception.ts";

/** Kernel and bias of each convolution, in the order of construction, on the host. */
export type FoldedWeights = readonly { readonly shape: readonly number[]; kernel: Float32Array; bias: Float32Array }[];

/** What one convolution has in Keras, by the last part of its name. */
export type KerasWeights = Readonly<Record<"kernel" | "beta" | "moving_mean" | "moving_variance", files.Hdf5Tensor>>;

/** Weights that are not those of InceptionV3. Its text continues "Cannot use …:". */
export class Unfit extends Error {}

const epsilon = 1e-3; // of Keras' InceptionV3

/** Names of what Keras 3 only counts. */
const counted = { conv2d: ["kernel"], batch_normalization: ["beta", "moving_mean", "moving_variance"] } as const;

/**
 * Finds the weights of each convolution in a file of Keras: convolution k and batch normalisation k, in the order in
 * which the reference constructs them.
 *
 * @throws {Unfit} when layers are missing or have other shapes
 */
export function matchWeights(file: files.Hdf5): KerasWeights[] {
  const layers = files.kerasLayers(file);
  const [convolutions, norms] = (["conv2d", "batch_normalization"] as const).map((kind) =>
    layers.filter((layer) => layer.kind === kind)
  ) as [files.KerasLayer[], files.KerasLayer[]];
  const shapes = kernelShapes();
  for (const [what, { length }] of [["convolutions", convolutions], ["batch normalisations", norms]] as const) {
    if (length === shapes.length) continue;
    throw new Unfit(`it has ${length} ${what}, and InceptionV3 without its top has ${shapes.length}`);
  }
  return shapes.map((shape, i) => {
    const part = (layer: files.KerasLayer, key: keyof KerasWeights, want: readonly number[]) => {
      const { kind, number, weights } = layer;
      const places: readonly string[] = counted[kind as keyof typeof counted];
      const tensor = weights.get(key) ?? weights.get(String(places.indexOf(key)));
      if (tensor === undefined) throw new Unfit(`${kind} ${number} has no ${key}`);
      if (String(tensor.shape) === String(want)) return tensor;
      throw new Unfit(`${key} of ${kind} ${number} is [${tensor.shape}], and [${want}] in InceptionV3`);
    };
    const channels = [shape[3]!];
    return {
      kernel: part(convolutions[i]!, "kernel", shape),
      beta: part(norms[i]!, "beta", channels),
      moving_mean: part(norms[i]!, "moving_mean", channels),
      moving_variance: part(norms[i]!, "moving_variance", channels),
    };
  });
}

/** Puts each batch normalisation into the convolution before it: in inference both are linear. */
export function fold(weights: readonly KerasWeights[]): FoldedWeights {
  return weights.map(({ kernel, beta, moving_mean, moving_variance }) => {
    const scale = Float64Array.from(moving_variance.data, (variance) => 1 / Math.sqrt(variance + epsilon));
    return {
      shape: kernel.shape,
      kernel: kernel.data.map((weight, i) => weight * scale[i % scale.length]!),
      bias: beta.data.map((offset, i) => offset - moving_mean.data[i]! * scale[i]!),
    };
  });
}

/** The weights on the device: `conv7.kernel`, `conv7.bias`. */
export function uploadWeights(weights: FoldedWeights): TensorRecord {
  return Object.fromEntries(weights.flatMap(({ shape, kernel, bias }, i) => [
    [`conv${i}.kernel`, tf.tensor(kernel, [...shape])],
    [`conv${i}.bias`, tf.tensor(bias)],
  ]));
}
