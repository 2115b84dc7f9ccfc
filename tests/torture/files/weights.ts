/** Families of weights: safetensors, checkpoints, and HDF5 files of Keras. */
import { join } from "node:path";
import h5 from "h5wasm/node";
import { kerasLayers, readHdf5 } from "../../../lib/files/mod.ts";
import { readCheckpointRecipe } from "../../../pipeline/recipe/checkpoint.ts";
import { readCheckpoint, writeCheckpoint } from "../../../pipeline/run/checkpoint.ts";
import { type HostTensor, readSafetensors, writeSafetensors } from "../../../pipeline/run/safetensors.ts";
import { joined, mutate, mutateJson } from "../mutate.ts";
import { type Family, Wrong } from "./family.ts";

const tensors: Record<string, HostTensor> = {
  "state/step": { dtype: "I32", shape: [], data: Int32Array.of(7) },
  "a/kernel": { dtype: "F32", shape: [2, 3], data: Float32Array.of(1, -0, 1e-40, 4, 5, 6) },
  wide: { dtype: "F64", shape: [1], data: Float64Array.of(Math.PI) },
  long: { dtype: "I64", shape: [2], data: BigInt64Array.of(1n, -(2n ** 63n)) },
  flags: { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) },
  empty: { dtype: "U8", shape: [0, 4], data: new Uint8Array(0) },
};
const position = {
  step: 7,
  epoch: 1,
  batch: 2,
  measured: true,
  seed: 3,
  backend: "cpu",
  devices: 1,
  pictures: 20,
  classes: ["a", "b"],
  best: { metric: "kid", value: 0.25, step: 5 },
  metrics: { kid: 0.5 },
  seconds: 1.5,
};
const recipe = "name: small\nseed: 3\ndataset: { use: emoji, image_size: 8 }\n";

async function written(write: (path: string) => Promise<void>): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "a.safetensors");
  await write(path);
  const bytes = await Deno.readFile(path);
  await Deno.remove(folder, { recursive: true });
  return bytes;
}

/** The header as JSON, and the file with another one. */
function headed(bytes: Uint8Array): { header: unknown; withHeader: (text: string) => Uint8Array } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return {
    header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))),
    withHeader(text) {
      const json = new TextEncoder().encode(text);
      const size = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer);
      return joined(size, json, bytes.subarray(8 + length));
    },
  };
}

async function readRight(path: string): Promise<void> {
  const { tensors } = await readSafetensors(path);
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new Wrong(`Tensor ${name} is not of its shape`);
  }
}

const safetensors: Family = {
  name: "safetensors",
  share: 200,
  seeds: async () => [
    await written((path) => writeSafetensors(path, tensors, { recipe })),
    // Without a checksum, as other programs write them.
    await written((path) => writeSafetensors(path, tensors)).then((bytes) => {
      const { header, withHeader } = headed(bytes);
      const { __metadata__: _, ...rest } = header as Record<string, unknown>;
      return withHeader(JSON.stringify(rest));
    }),
  ],
  damaged(seeds, draws) {
    const seed = draws.pick(seeds);
    if (draws.chance(0.4)) return mutate(seed, draws, 400);
    const { header, withHeader } = headed(seed);
    const changed = JSON.stringify(mutateJson(header, draws)) ?? "";
    return withHeader(draws.chance(0.2) ? changed.replace("{", `${changed.slice(0, -1)},`) : changed);
  },
  async read(path) {
    await readRight(path);
  },
};

const checkpoint: Family = {
  name: "checkpoint",
  share: 200,
  async seeds() {
    const write = (path: string) => writeCheckpoint(path, { position, recipe, tensors });
    return [await written(write)];
  },
  damaged([seed], draws) {
    if (draws.chance(0.2)) return mutate(seed!, draws, 1200);
    const { header, withHeader } = headed(seed!);
    const { __metadata__: { sha256: _, ...metadata }, ...rest } = header as { __metadata__: Record<string, string> };
    const text = new TextDecoder().decode(mutate(new TextEncoder().encode(metadata.recipe), draws));
    const changed = draws.pick<() => Record<string, unknown>>([
      () => ({ ...metadata, position: JSON.stringify(mutateJson(position, draws)) }),
      () => ({
        ...metadata,
        position: new TextDecoder().decode(mutate(new TextEncoder().encode(metadata.position), draws)),
      }),
      () => ({ ...metadata, recipe: text }),
      () => mutateJson(metadata, draws) as Record<string, unknown>,
    ])();
    return withHeader(JSON.stringify({ __metadata__: changed, ...rest }));
  },
  async read(path) {
    const recipe = await readCheckpointRecipe(path);
    if (recipe.text === undefined && !recipe.reason) throw new Wrong("No reason is given");
    const { position } = await readCheckpoint(path);
    for (const [name, value] of Object.entries(position)) {
      if (
        ["step", "epoch", "batch", "seed", "pictures"].includes(name) &&
        !(Number.isSafeInteger(value) && value as number >= 0)
      ) {
        throw new Wrong(`position.${name} is ${value}`);
      }
    }
    if (Object.getPrototypeOf(position) !== Object.prototype) throw new Wrong("The position has another prototype");
  },
};

const hdf5: Family = {
  name: "hdf5",
  share: 40,
  errors: ["Hdf5Error"],
  async seeds() {
    await h5.ready;
    const file = (fill: (file: InstanceType<typeof h5.File>) => void) =>
      written((path) => {
        const file = new h5.File(path, "w");
        fill(file);
        file.close();
        return Promise.resolve();
      });
    const data = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i));
    return [
      await file((file) => {
        file.create_attribute("layer_names", ["conv2d", "dense"]);
        const inner = file.create_group("conv2d").create_group("conv2d");
        inner.create_dataset({ name: "kernel:0", data, shape: [2, 3, 10, 10] });
        inner.create_dataset({ name: "bias:0", data: data.subarray(0, 10), shape: [10] });
      }),
      await file((file) => {
        const vars = file.create_group("layers").create_group("conv2d").create_group("vars");
        vars.create_attribute("name", "conv2d");
        vars.create_dataset({
          name: "0",
          data,
          shape: [60, 10],
          chunks: [20, 5],
          compression: "gzip",
          compression_opts: 4,
        });
        file.create_dataset({ name: "text", data: "a configuration" });
        file.create_dataset({ name: "wide", data: Float64Array.of(1, 2, 3) });
      }),
    ];
  },
  damaged: (seeds, draws) => mutate(draws.pick(seeds), draws, draws.pick([512, 2048, 8192])),
  async read(path) {
    const file = await readHdf5(path);
    for (const [name, { shape, data }] of file.tensors) {
      if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new Wrong(`Data set ${name} is not of its shape`);
    }
    kerasLayers(file);
  },
};

export const weights: readonly Family[] = [safetensors, checkpoint, hdf5];
