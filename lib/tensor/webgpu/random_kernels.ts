/** The random draws as kernels of WebGPU. The bits are those of every backend. */
import type * as tf from "@tensorflow/tfjs";
import {
  type Drawn,
  type PackedKernelAttributes,
  packedKernels,
  padded,
  type RandomKernelAttributes,
  type RandomKernelInputs,
  randomKernels,
} from "../random_kernels.ts";
import { runKernel, type WebGpuBackend } from "./program.ts";
import { drawCode } from "./random_code.ts";

const dtypes = { bits: "int32", uniform: "float32", normal: "float32" } as const satisfies Record<Drawn, tf.DataType>;

const key = (stream: string) =>
  `vec4<u32>(bitcast<u32>(seed[0]), bitcast<u32>(seed[1]), ${stream}, bitcast<u32>(step[0]))`;

/** Draws `[items, ...shape]`: word `w` of block `b` is element `4 b + w` of an item. */
const itemKernel = (what: Drawn): tf.KernelFunc => ({ inputs, attrs, backend }) => {
  const { seed, step, items } = inputs as RandomKernelInputs;
  const { stream, shape } = attrs as unknown as RandomKernelAttributes;
  const size = shape.reduce((product, length) => product * length, 1);
  const blocks = padded(size) / 4;
  const kernel = {
    name: `random ${what}`,
    inputs: ["seed", "step", "items"],
    numbers: ["stream", "blocks", "perItem"],
    functions: drawCode(what),
    body: `
      let item = index / uniforms.blocks;
      let block = index % uniforms.blocks;
      let counter = vec4<u32>(bitcast<u32>(items[item]), block, 0u, 0u);
      var values = drawn(threefry(${key("uniforms.stream")}, counter));
      let begin = item * uniforms.perItem;
      for (var word = 0u; word < 4u && 4u * block + word < uniforms.perItem; word++) {
        result[begin + 4u * block + word] = values[word];
      }`,
  };
  return runKernel(backend as WebGpuBackend, kernel, [seed, step, items], {
    count: items.size * blocks,
    shape: [items.size, ...shape],
    dtype: dtypes[what],
    numbers: [stream, blocks, size],
  });
};

/** Draws of many streams for one item, each from a whole block on. */
const packedKernel = (what: Drawn): tf.KernelFunc => ({ inputs, attrs, backend }) => {
  const { seed, step, items } = inputs as RandomKernelInputs;
  const { parts } = attrs as unknown as PackedKernelAttributes;
  const gpu = backend as WebGpuBackend;
  const ends: number[] = []; // in blocks
  for (const { size } of parts) ends.push((ends.at(-1) ?? 0) + padded(size) / 4);
  const table = Int32Array.from(parts.flatMap(({ stream }, i) => [stream | 0, ends[i]!]));
  const ofParts = gpu.makeTensorInfo([table.length], "int32", table);
  const kernel = {
    name: `random packed ${what}`,
    inputs: ["seed", "step", "items", "parts"],
    functions: drawCode(what),
    body: `
      var part = 0u;
      var begin = 0u;
      while (index >= u32(parts[2u * part + 1u])) {
        begin = u32(parts[2u * part + 1u]);
        part++;
      }
      let counter = vec4<u32>(bitcast<u32>(items[0]), index - begin, 0u, 0u);
      var values = drawn(threefry(${key("bitcast<u32>(parts[2u * part])")}, counter));
      for (var word = 0u; word < 4u; word++) { result[4u * index + word] = values[word]; }`,
  };
  const count = ends.at(-1)!;
  const call = { count, shape: [4 * count], dtype: dtypes[what] };
  const drawn = runKernel(gpu, kernel, [seed, step, items, ofParts], call);
  gpu.disposeData(ofParts.dataId);
  return drawn;
};

const all = Object.keys(dtypes) as Drawn[];

/** Kernels by name. */
export const gpuRandomKernels: Readonly<Record<string, tf.KernelFunc>> = {
  ...Object.fromEntries(all.map((what) => [randomKernels[what], itemKernel(what)])),
  ...Object.fromEntries(all.map((what) => [packedKernels[what], packedKernel(what)])),
};
