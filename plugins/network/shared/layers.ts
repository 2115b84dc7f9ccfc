/** Layers of a network as data: what its weights start from, and what weights of Keras are matched with. */
import { initializers, type KerasPart, type Random, type State } from "denoise/plugin";

/** One layer, in the words of Keras. */
export interface Layer {
  /** Place in the network, such as `down0.block0.conv1`. */
  readonly name: string;
  /** Class of the Keras layer, in snake case. */
  readonly kind: string;
  /** Its weights by Keras' names, in the order in which Keras keeps them. */
  readonly weights: Readonly<Record<string, Weight>>;
}

/** A weight: its shape, and what it starts from. The optimizer does not update buffers. */
export interface Weight {
  readonly shape: readonly number[];
  readonly start: "glorot" | "zeros" | "ones";
  readonly buffer?: boolean;
}

/** A convolution with bias. `kernel`: `[rows, columns, in, out]`. */
export function convolutionLayer(name: string, kernel: readonly number[], start: "glorot" | "zeros" = "glorot"): Layer {
  return { name, kind: "conv2d", weights: withBias(kernel, kernel[3]!, start) };
}

/** A transposed convolution with bias. `kernel`: `[rows, columns, out, in]`. */
export function transposed(name: string, kernel: readonly number[], start: "glorot" | "zeros" = "glorot"): Layer {
  return { name, kind: "conv2d_transpose", weights: withBias(kernel, kernel[2]!, start) };
}

/** A dense layer with bias. */
export function dense(name: string, input: number, output: number): Layer {
  return { name, kind: "dense", weights: withBias([input, output], output, "glorot") };
}

/** Running statistics of a batch normalisation without scale and offset. */
export function batchNorm(name: string, channels: number): Layer {
  const statistic = (start: "zeros" | "ones") => ({ shape: [channels], start, buffer: true });
  const weights = { moving_mean: statistic("zeros"), moving_variance: statistic("ones") };
  return { name, kind: "batch_normalization", weights };
}

/** Scale and offset of a group normalisation. */
export function groupNormLayer(name: string, channels: number): Layer {
  const weights: Layer["weights"] = {
    gamma: { shape: [channels], start: "ones" },
    beta: { shape: [channels], start: "zeros" },
  };
  return { name, kind: "group_normalization", weights };
}

/** The state before the first step: each weight is drawn from a fork named after it. */
export function initLayers(layers: readonly Layer[], random: Random): State {
  const state: State = { trainable: {}, buffers: {} };
  for (const layer of layers) {
    for (const [key, { shape, start, buffer }] of Object.entries(layer.weights)) {
      const path = pathOf(layer, key);
      state[buffer ? "buffers" : "trainable"][path] = start === "glorot"
        ? initializers.glorotUniform(random.fork(path), shape)
        : initializers[start](shape);
    }
  }
  return state;
}

/** The layers as Keras constructs them. */
export function kerasParts(layers: readonly Layer[]): KerasPart[] {
  return layers.map((layer) => ({
    kind: layer.kind,
    weights: Object.fromEntries(Object.keys(layer.weights).map((key) => [key, pathOf(layer, key)])),
  }));
}

/** Our name of a weight: Keras calls the last matrix of an attention by another name. */
function pathOf({ name }: Layer, key: string): string {
  return `${name}.${key.replace("attention_output", "output").replace("/", ".")}`;
}

function withBias(kernel: readonly number[], output: number, start: Weight["start"]): Layer["weights"] {
  return { kernel: { shape: kernel, start }, bias: { shape: [output], start: "zeros" } };
}
