/** What is emitted for GPUs gives what is emitted for processors; run on a processor, as XLA compiles either. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { onXla } from "../lib/xla/backend/testing.ts";
import { type OptimizedProgram, watchPrograms } from "../lib/xla/backend/testing_hlo.ts";
import type { XlaEngine } from "../lib/xla/mod.ts";
import { settings } from "../lib/xla/kernels/settings.ts";
import { ops, packBytes, type TensorRecord, unpackBytes, valueAndGrad } from "../lib/tensor/mod.ts";
import { assertClose, wave } from "./numeric.ts";

/** Emits a function as for a GPU, and runs it. */
async function asForGpu<R>(engine: XlaEngine, fn: (inputs: TensorRecord) => R, inputs: TensorRecord): Promise<R> {
  const compiled = engine.compile(fn as (inputs: TensorRecord) => TensorRecord, { name: "as for a GPU" });
  settings.platform = "cuda";
  try {
    const results = compiled(inputs); // traced at once
    settings.platform = "cpu";
    return await results as R;
  } finally {
    settings.platform = "cpu";
  }
}

const image = (shape: number[], phase = 0) => wave(shape, phase) as tf.Tensor4D;

/** Functions whose programs differ; each with its inputs. */
const functions: Record<string, [(inputs: TensorRecord) => tf.Tensor, () => TensorRecord]> = {
  doubling: [({ x }) => ops.upsampleBilinear(x as tf.Tensor4D), () => ({ x: image([2, 3, 5, 4]) })],
  "doubling of single pixels": [({ x }) => ops.upsampleBilinear(x as tf.Tensor4D), () => ({ x: image([2, 1, 1, 4]) })],
  "batch normalisation": [
    ({ x }) => ops.batchNormTraining(x as tf.Tensor4D).output,
    () => ({ x: tf.add(image([3, 4, 5, 8]), 7) }),
  ],
  "group normalisation": [
    ({ x, scale, offset }) => ops.groupNorm(x as tf.Tensor4D, { groups: 2 }, { scale: scale!, offset: offset! }),
    () => ({ x: tf.add(image([3, 4, 5, 8]), 7), scale: wave([8], 1), offset: wave([8], 2) }),
  ],
  convolution: [
    ({ x, kernel, bias }) => ops.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, bias as tf.Tensor1D),
    () => ({ x: image([2, 6, 5, 4]), kernel: image([3, 3, 4, 8], 1), bias: wave([8], 2) }),
  ],
  "channels that nobody asks for": [
    ({ x, kernel }) => {
      const joined = tf.concat([x!, tf.onesLike(x!)], 3) as tf.Tensor4D;
      return ops.conv2d(ops.batchNormTraining(joined).output, kernel as tf.Tensor4D);
    },
    () => ({ x: image([2, 6, 5, 4]), kernel: image([3, 3, 8, 4], 1) }),
  ],
};

onXla("programs for GPUs give the numbers of those for processors, and their gradients", async (engine) => {
  for (const [name, [fn, make]] of Object.entries(functions)) {
    const inputs = tf.tidy(make);
    const all = (inputs: TensorRecord): TensorRecord => {
      const { aux, gradients } = valueAndGrad((inputs) => {
        const output = fn(inputs);
        return { loss: tf.sum(tf.mul(output, wave(output.shape, 5))) as tf.Scalar, aux: { output } };
      })(inputs);
      return { ...aux, ...gradients };
    };
    const actual = await asForGpu(engine, all, inputs), expected = tf.tidy(() => all(inputs));
    for (const key of Object.keys(expected)) assertClose(actual[key]!, expected[key]!, 2e-5, `${name}: ${key}`);
    tf.dispose([inputs, actual, expected]);
  }
});

onXla("a channel that is constant has no variance on a GPU, however large it is", async (engine) => {
  const x = tf.tidy(() => tf.add(tf.zeros([4, 8, 8, 4]), tf.tensor1d([3e4, -1e-4, 12345.678, 0])));
  const momentsOf = ({ x }: TensorRecord) => {
    const { mean, variance } = ops.batchNormTraining(x as tf.Tensor4D);
    return { mean, variance };
  };
  const { mean, variance } = await asForGpu(engine, momentsOf, { x });
  assert.deepEqual([...variance.dataSync()], [0, 0, 0, 0]);
  const near = tf.tidy(() => tf.add(x, tf.mul(wave([4, 8, 8, 4]), tf.tensor1d([100, 1e-6, 1, 1]))));
  const moments = await asForGpu(engine, momentsOf, { x: near });
  const values = near.dataSync();
  for (let channel = 0; channel < 4; channel++) {
    const own = Array.from(values).filter((_, i) => i % 4 === channel);
    const mean = own.reduce((sum, value) => sum + value) / own.length;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length;
    const found = moments.variance.dataSync()[channel]!;
    assert.ok(Math.abs(found / variance - 1) < 1e-5, `channel ${channel}: ${found}, not ${variance}`);
  }
  tf.dispose([x, mean, variance, near, moments]);
});

const shapesOf = ({ instructions }: OptimizedProgram, opcode: string) =>
  instructions.filter((instruction) => instruction.opcode === opcode).map(({ shape }) => shape.join());

onXla("channels that nobody asks for are not computed on a GPU", async (engine) => {
  const programs = watchPrograms(engine);
  const x = image([2, 6, 5, 4]), kernel = image([3, 3, 4, 8], 1);
  const part = ({ x, kernel }: TensorRecord) => {
    const all = tf.tanh(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same"));
    return { part: tf.slice(all, [0, 0, 0, 2], [-1, -1, -1, 3]) };
  };
  const narrow = await asForGpu(engine, part, { x, kernel });
  assert.deepEqual(shapesOf(programs[0]!, "convolution"), ["2,6,5,3"]);
  const both = await asForGpu(engine, ({ x, kernel }) => {
    const all = tf.tanh(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same"));
    return { part: tf.slice(all, [0, 0, 0, 2], [-1, -1, -1, 3]), all };
  }, { x, kernel });
  assert.deepEqual(shapesOf(programs[1]!, "convolution"), ["2,6,5,8"]);
  assertClose(narrow.part, both.part, 1e-6);
  tf.dispose([x, kernel, narrow, both]);
});

onXla("pictures go to the device four bytes to a number, and come out the same", async (engine) => {
  const shape = [2, 3, 2];
  const bytes = Uint8Array.from({ length: 61 }, (_, i) => (i * 37) % 256).subarray(1);
  const packed = packBytes(bytes, 5, shape);
  assert.deepEqual(packed.shape, [5, 3]);
  const apart = await engine.compile((packed: tf.Tensor) => unpackBytes(packed, shape), { name: "unpack" })(packed);
  assert.deepEqual([apart.shape, apart.dtype], [[5, ...shape], "int32"]);
  assert.deepEqual([...apart.dataSync()], [...bytes]);
  const odd = packBytes(bytes.subarray(0, 15), 5, [1, 1, 3]);
  assert.deepEqual(odd.shape, [5, 1, 1, 3], "rows that are not whole fours stay as they are");
  assert.deepEqual([...unpackBytes(odd, [1, 1, 3]).dataSync()], [...bytes.subarray(0, 15)]);
  tf.dispose([packed, apart, odd]);
});
