/** Files of InceptionV3 weights in the layouts that Keras writes, filled with small random numbers: for tests. */
import h5 from "h5wasm/node";
import { kernelShapes } from "./inception.ts";

/** How a test wants the file. */
export interface FakeWeights {
  /** `legacy`, as Keras' own download; `vars`, as Keras 3 saves weights. */
  readonly layout: "legacy" | "vars";
  /** Number of the first convolution: Keras keeps counting where it has built other models. */
  readonly first?: number;
  /** Layers to write, all where it is left out. */
  readonly count?: number;
  /** Filters of the last convolution, where they are to be wrong. */
  readonly lastFilters?: number;
}

/** Writes a file; its numbers depend on the place of each layer alone. */
export async function writeFakeWeights(path: string, { layout, first = 0, count = 94, lastFilters }: FakeWeights) {
  await h5.ready;
  const file = new h5.File(path, "w");
  const root = layout === "vars" ? file.create_group("layers") : file;
  const layerNames: string[] = [];
  for (const [i, shape] of kernelShapes().slice(0, count).entries()) {
    const number = first + i === 0 ? "" : `_${first + i}`;
    const filters = i === count - 1 ? lastFilters ?? shape[3]! : shape[3]!;
    const kernel = [...shape.slice(0, 3), filters];
    const spread = Math.sqrt(2 / (shape[0]! * shape[1]! * shape[2]!));
    const write = (name: string, parts: Record<string, readonly [shape: number[], centre: number, spread: number]>) => {
      layerNames.push(name);
      const layer = root.create_group(name);
      const group = layer.create_group(layout === "vars" ? "vars" : name);
      if (layout === "vars") group.create_attribute("name", name);
      for (const [place, [part, [shape, centre, spread]]] of Object.entries(parts).entries()) {
        const data = noise(shape.reduce((a, b) => a * b, 1), i, centre, spread);
        group.create_dataset({ name: layout === "vars" ? String(place) : `${part}:0`, data, shape });
      }
    };
    write(`conv2d${number}`, { kernel: [kernel, 0, spread] });
    write(`batch_normalization${number}`, {
      beta: [[filters], 0.1, 0.1],
      moving_mean: [[filters], 0, 0.1],
      moving_variance: [[filters], 1, 0.2],
    });
  }
  if (layout === "legacy") file.create_attribute("layer_names", layerNames);
  file.close();
}

function noise(length: number, seed: number, centre: number, spread: number): Float32Array {
  let state = 12345 + 7919 * seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return centre + spread * (2 * state / 2 ** 32 - 1);
  });
}
