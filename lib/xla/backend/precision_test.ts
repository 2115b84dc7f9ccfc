/** Mixed precision: what is rounded to bfloat16, and what is not. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { XlaEngine } from "./engine.ts";
import { emitIn, settings } from "../kernels/settings.ts";
import { callsOneDnn, oneDnn } from "./flags.ts";
import { onCpu, onXla, scattered } from "./testing.ts";

/** A network with all that trains: convolutions, normalisation, a matrix product, a loss, its slopes. */
function slopes(kernels: Record<string, tf.Tensor>, images: tf.Tensor): { loss: tf.Tensor; gradients: tf.Tensor[] } {
  const { wide, pointwise, head } = kernels as Record<string, tf.Tensor>;
  const loss = (...[wide, pointwise, head]: tf.Tensor[]) => {
    const x = tf.conv2d(images as tf.Tensor4D, wide as tf.Tensor4D, 1, "same");
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const y = tf.selu(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))));
    const z = tf.conv2d(
      tf.conv2d(y as tf.Tensor4D, wide as tf.Tensor4D, 1, "same"),
      pointwise as tf.Tensor4D,
      1,
      "same",
    );
    return tf.mean(tf.square(tf.matMul(tf.reshape(z, [images.shape[0]!, -1]), head as tf.Tensor2D))) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(loss)([wide!, pointwise!, head!]);
  return { loss: value, gradients: grads };
}

function inputs(): { kernels: Record<string, tf.Tensor>; images: tf.Tensor } {
  return {
    kernels: {
      wide: scattered([3, 3, 8, 8]),
      pointwise: scattered([1, 1, 8, 4], 1),
      head: scattered([8 * 8 * 4, 5], 2),
    },
    images: scattered([4, 8, 8, 8], 3),
  };
}

/** What a backend computes in, and what one function of it asks for. */
type Asked = [backend: "float32" | "tensorfloat32", fn: "float32" | undefined];

/** What the function gives compiled, and its program's text. */
async function run(engine: XlaEngine, precision?: "float32") {
  const { device } = engine;
  const { program } = device;
  let text = "", calls = false;
  device.program = async (each, ...rest) => {
    const executable = await program.call(device, each, ...rest);
    if (each.includes("convolution")) [text, calls] = [each, callsOneDnn(executable)]; // others make the inputs
    return executable;
  };
  const { kernels, images } = inputs();
  const result = await engine.compile(slopes, { name: "slopes", precision })(kernels, images);
  device.program = program;
  const values = [[...await result.loss.data()]];
  for (const gradient of result.gradients) values.push([...await gradient.data()]);
  tf.dispose([kernels, images, result.loss, result.gradients]);
  return { text, values, calls };
}

/** Operations, without their results, with the types they work on. */
const operations = (text: string) =>
  [...text.matchAll(/"(stablehlo\.\w+)".*: (\(.*)$/gm)].map(([, name, types]) => ({ name: name!, types: types! }));

let exact: number[][];
onXla("float32: nothing is rounded", async (engine) => {
  const { text, values } = await run(engine);
  exact = values;
  assert.ok(!text.includes("bf16"), text);
});

onXla("mixed: factors of all convolutions and products are bfloat16, and nothing else is", async (engine) => {
  const { text, values } = await run(engine);
  const all = operations(text);
  const products = all.filter(({ name }) => /convolution|dot_general/.test(name));
  // Forward, by input, by filter: of three convolutions, the first of which has no gradient by its input, and of a product.
  assert.equal(products.length, 3 * 3 - 1 + 3);
  for (const { name, types } of products) assert.ok(!/f32/.test(types), `${name} ${types}`);
  const moving = /^stablehlo\.(convert|reshape|transpose|reverse|optimization_barrier|convolution|dot_general)$/;
  const others = all.filter(({ name, types }) => types.includes("bf16") && !moving.test(name));
  assert.deepEqual(others, [], "arithmetic in bfloat16");
  values.forEach((list, i) => {
    const size = Math.hypot(...exact[i]!);
    const off = Math.hypot(...list.map((value, k) => value - exact[i]![k]!)) / size;
    // Normalising takes the largest part of a slope away, which leaves more of the rounding in what remains.
    assert.ok(off > 0 && off < 0.05, `result ${i} is off by ${off}`);
  });
}, { precision: "mixed" });

onXla("mixed: a function that asks for float32 has it", async (engine) => {
  const { text, values } = await run(engine, "float32");
  assert.ok(!text.includes("bf16"));
  values.forEach((list, i) => {
    const size = Math.max(...exact[i]!.map(Math.abs));
    list.forEach((value, k) => assert.ok(Math.abs(value - exact[i]![k]!) < 1e-5 * size, `result ${i}`));
  });
}, { precision: "mixed" });

const activations: Record<string, (z: tf.Tensor) => tf.Tensor> = {
  swish: (z) => tf.mul(z, tf.sigmoid(z)),
  gelu: (z) => tf.mul(tf.mul(z, 0.5), tf.add(1, tf.erf(tf.div(z, Math.SQRT2)))),
  relu: tf.relu,
  relu6: tf.relu6,
  elu: tf.elu,
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
};

/** Activates what linear functions give, which is used as it is besides. */
function activated({ kernels, images }: ReturnType<typeof inputs>): tf.Tensor[] {
  const convolved = tf.conv2d(images as tf.Tensor4D, kernels.wide as tf.Tensor4D, 1, "same");
  const multiplied = tf.matMul(tf.reshape(images, [-1, 4 * 8 * 8]), kernels.head as tf.Tensor2D);
  return [convolved, multiplied].flatMap((z) => Object.values(activations).map((fn) => tf.mul(fn(z), z)));
}

for (const precision of [undefined, "float32"] as const) {
  onXla(
    `mixed, ${precision ?? "mixed"}: what is activated is not handed to those who want it as it was`,
    async (engine) => {
      const given = inputs();
      const results = await engine.compile(activated, { name: "activated", precision })(given);
      const names = ["convolution", "product"].flatMap((of) =>
        Object.keys(activations).map((name) => `${name} of a ${of}`)
      );
      const wanted = await onCpu(() => activated(inputs()).map((tensor) => [...tensor.dataSync()]));
      for (const [i, result] of results.entries()) {
        const values = await result.data();
        const size = Math.hypot(...wanted[i]!);
        const off = Math.hypot(...values.map((value, k) => value - wanted[i]![k]!)) / size;
        assert.ok(off < (precision === "float32" ? 1e-5 : 0.02), `${names[i]} is off by ${off}`);
      }
      tf.dispose([given, results]);
    },
    { precision: "mixed" },
  );
}

const folder = Deno.makeTempDirSync();
onXla(
  "mixed: oneDNN takes part where the plugin has it; what it takes part in is not saved",
  async (engine) => {
    if (engine.device.flags[oneDnn] !== true) return console.log("skipped: this plugin and processor have no oneDNN");
    try {
      const { calls } = await run(engine);
      assert.ok(calls);
      const saved = [...Deno.readDirSync(folder)].length;
      assert.equal(saved, engine.device.counts.compiled - 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  { precision: "mixed", cache: folder },
);

onXla(
  "on devices that round factors by themselves, float32 asks for all digits, and tensorfloat32 does not",
  async (engine) => {
    settings.platform = "cuda";
    const inPart = ["tensorfloat32", undefined], throughout = ["float32", undefined];
    try {
      for (const [whole, precision] of [inPart, throughout, ["tensorfloat32", "float32"]] as Asked[]) {
        emitIn(whole);
        const { text } = await run(engine, precision);
        const factored = text.split("\n").filter((line) => /"stablehlo.(convolution|dot_general)"/.test(line));
        const exact = factored.filter((line) =>
          line.includes("[#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]")
        );
        assert.ok(factored.length >= 8);
        assert.equal(exact.length, whole === "float32" || precision === "float32" ? factored.length : 0);
      }
    } finally {
      emitIn(engine.precision);
      settings.platform = engine.device.client.platform;
    }
  },
);
