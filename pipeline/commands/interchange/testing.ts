/** Writes weights in the layouts that Keras writes, for tests. */
import h5 from "h5wasm/node";

/** A weight with the name that Keras gives it, such as `conv2d_3/kernel` or `multi_head_attention/query/bias`. */
export interface NamedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * How Keras lays weights out. `legacy`: `save_weights("x.h5")` of Keras 2. `model`: `save("x.h5")`. `named`: `.weights.h5`
 * of Keras 3, whose layers are in order of depth, their own names in an attribute. `places`: the same of tf_keras,
 * without the names.
 */
export type Layout = "legacy" | "model" | "named" | "places";

/** A model in a file: its path (`""` for the file itself), and its weights in order of depth. */
export interface WrittenModel {
  readonly at: string;
  readonly weights: readonly NamedWeight[];
}

/** Writes models and, where it is given, the normalization layer of pixels. */
export async function writeKeras(
  path: string,
  layout: Layout,
  models: readonly WrittenModel[],
  statistics?: { readonly mean: Float32Array; readonly variance: Float32Array },
): Promise<void> {
  await h5.ready;
  const file = new h5.File(path, "w");
  const group = (path: string) =>
    path.split("/").filter((part) => part !== "").reduce<InstanceType<typeof h5.Group>>(
      (at, part) => (at.get(part) ?? at.create_group(part)) as InstanceType<typeof h5.Group>,
      file,
    );
  const write = (at: string, name: string, { shape, data }: Omit<NamedWeight, "name">) =>
    void group(at).create_dataset({ name, data, shape: [...shape] });
  for (const { at, weights } of models) {
    const places = new Map<string, string>(); // of layers, counted by kind in order of depth
    const counts = new Map<string, number>();
    for (const weight of weights) {
      const [layer, ...rest] = weight.name.replace(/:0$/, "").split("/") as [string, ...string[]];
      if (layout === "legacy" || layout === "model") {
        const top = `${at}/${layout === "model" ? "model_weights/" : ""}${layer}/${layer}`;
        write([top, ...rest.slice(0, -1)].join("/"), `${rest.at(-1)}:0`, weight);
        continue;
      }
      if (!places.has(layer)) {
        const kind = layer.replace(/_\d+$/, "");
        const count = counts.get(kind) ?? 0;
        places.set(layer, count === 0 ? kind : `${kind}_${count}`);
        counts.set(kind, count + 1);
      }
      const inner = rest.length === 1 ? [] : [innerName(rest[0]!, layout)];
      const vars = [at, "layers", places.get(layer)!, ...inner, "vars"].join("/");
      const known = group(vars);
      if (layout === "named" && !("name" in known.attrs)) {
        known.create_attribute("name", inner.length === 0 ? layer : rest[0]!);
      }
      write(vars, String(known.keys().length), weight);
    }
  }
  if (statistics !== undefined) {
    const { mean, variance } = statistics;
    const legacy = layout === "legacy" || layout === "model";
    const at = legacy ? "normalization/normalization" : "layers/normalization/vars";
    for (const [place, [name, data]] of Object.entries({ mean, variance }).entries()) {
      write(at, legacy ? `${name}:0` : String(place), { shape: [data.length], data });
    }
  }
  file.close();
}

/** What the parts of an attention are called where they have no names. */
function innerName(part: string, layout: Layout): string {
  const name = part === "attention_output" ? "output_dense" : `${part}_dense`;
  return layout === "places" ? `_${name}` : name;
}
