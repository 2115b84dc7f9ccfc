/** Layers in the weight files of Keras: legacy `.h5` of Keras 1 to 3, whole models among them, and `.weights.h5` of Keras 3. */
import type { Hdf5, Hdf5Tensor } from "./hdf5.ts";

/** A layer that has weights. */
export interface KerasLayer {
  /** The model that it is a part of, as far as the file says: `ema_network`, or `""`. */
  readonly model: string;
  /** Its name without a number, such as `conv2d`. */
  readonly kind: string;
  /** The number in its name: 3 of `conv2d_3`, 0 of `conv2d`. Keras counts while it constructs. */
  readonly number: number;
  /**
   * Whether `number` counts in the order of construction. Otherwise it is a place in the file, which has the layers in
   * order of depth.
   */
  readonly constructed: boolean;
  /** By name, such as `kernel` or `query/bias`; by place, such as `0` or `query/1`, in files that have no names. */
  readonly weights: ReadonlyMap<string, Hdf5Tensor>;
}

/** All layers of a file that have weights, by model and kind, and within a kind by number. */
export function kerasLayers(file: Hdf5): KerasLayer[] {
  const found = new Map<string, Omit<KerasLayer, "weights"> & { weights: Map<string, Hdf5Tensor> }>();
  for (const [path, tensor] of file.tensors) {
    const place = /(^|\/)vars\/\d+$/.test(path) ? placeOf(file, path) : legacyPlaceOf(path);
    if (place === undefined) continue;
    const { model, name, weight, constructed } = place;
    const [, kind, number] = /^(.*?)(?:_(\d+))?$/.exec(name)!;
    const key = `${model}/${name}`;
    const layer = found.get(key) ??
      { model, kind: kind!, number: Number(number ?? 0), constructed, weights: new Map() };
    layer.weights.set(weight, tensor);
    found.set(key, layer);
  }
  const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...found.values()].sort((a, b) => text(a.model, b.model) || text(a.kind, b.kind) || a.number - b.number);
}

interface Place {
  readonly model: string;
  readonly name: string;
  readonly weight: string;
  readonly constructed: boolean;
}

/** `ema_network/layers/conv2d_3/vars/0`, `layers/multi_head_attention/query_dense/vars/1`, `normalizer/vars/0`. */
function placeOf(file: Hdf5, path: string): Place | undefined {
  const [, model, at, inner, place] =
    // Greedy: models are nested, and the layer is in the innermost one.
    /^(?:(.*)\/)?layers\/([^/]+)(?:\/([^/]+))?\/vars\/(\d+)$/.exec(path) ??
      /^(?:(.*)\/)?([^/]+)()\/vars\/(\d+)$/.exec(path) ?? [];
  if (at === undefined || at === "optimizer") return undefined;
  const given = inner ? undefined : file.texts(path.replace(/\/\d+$/, ""), "name")?.[0];
  const part = inner?.replace(/^_?(query|key|value)_dense$/, "$1").replace(/^_?output_dense$/, "attention_output");
  return {
    model: model ?? "",
    name: given ?? at,
    weight: part ? `${part}/${place}` : place!,
    constructed: given !== undefined,
  };
}

/** `conv2d_3/conv2d_3/kernel:0`, `model_weights/conv2d/conv2d/kernel:0`, `residual_unet/conv2d/kernel:0`. */
function legacyPlaceOf(path: string): Place | undefined {
  const parts = path.replace(/^model_weights\//, "").replace(/:\d+$/, "").split("/");
  if (parts.length < 2 || /(^|\/)optimizer_weights\//.test(path)) return undefined;
  const [top, ...rest] = parts as [string, ...string[]];
  if (rest.length === 1) return { model: "", name: top, weight: rest[0]!, constructed: true };
  const [layer, ...weight] = rest as [string, ...string[]];
  // The layer's own name comes again, but for what Keras puts before it where a name was taken.
  const model = layer === top ? "" : top;
  return { model, name: layer, weight: weight.join("/"), constructed: true };
}
