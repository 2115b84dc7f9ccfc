/**
 * Golden cases of operations on the device: the tensors of topic `image_ops` whose units are not pixel values
 * (upsampling and pooling with their gradients, the sinusoidal embedding).
 */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { ops, valueAndGrad } from "../../lib/tensor/mod.ts";
import { golden } from "./golden.ts";
import { onEachBackend } from "../backends.ts";
import { tensor, understand } from "./harness.ts";
import { Ledger } from "./ledger.ts";

const tolerance = { max: 1e-5 };

/** What a meaning asks for, such as "upsample bilinear, factor 2". */
function operation(name: string, meaning: string): (x: tf.Tensor4D) => tf.Tensor4D {
  const factor = Number(meaning.match(/factor (\d+)/)?.[1]);
  if (meaning.startsWith("upsample bilinear, factor")) return (x) => ops.upsampleBilinear(x, factor);
  if (meaning.startsWith("average pool, factor")) return (x) => ops.averagePool(x, factor);
  const nearest = meaning.match(/^UpSampling2D\((\d+), nearest\) of rows and columns 0\.\.(\d+)$/);
  assert.ok(nearest, `Cannot tell what "${meaning}" of "${name}" asks for`);
  const size = Number(nearest[2]) + 1;
  return (x) => ops.upsampleNearest(tf.slice(x, [0, 0, 0, 0], [-1, size, size, -1]), Number(nearest[1]));
}

onEachBackend("golden image_ops: upsampling, pooling and embedding", async (backend) => {
  const topic = golden("image_ops");
  if (topic === undefined) return;
  const mine = topic.tensors.filter(({ units }) => !units.startsWith("pixel"));
  const ledger = new Ledger({ ...topic, tensors: mine });
  for (const { name, meaning, settings } of mine) {
    const parts = name.split("/");
    if (parts[0] === "embedding") {
      await embeddingCase(name, settings);
    } else if (parts.length === 2 && parts[1] !== "input") {
      understand(settings, [], name);
      const apply = operation(name, meaning);
      const x = tensor<tf.Rank.R4>(ledger.input(`${parts[0]}/input`));
      await ledger.compareTensor(`ops on ${backend}`, name, apply(x), tolerance);
      if (topic.has(`${name}/upstream`)) {
        const upstream = tensor(ledger.input(`${name}/upstream`));
        const { gradients } = valueAndGrad(({ x }) => ({
          loss: tf.sum(tf.mul(apply(x as tf.Tensor4D), upstream)) as tf.Scalar,
          aux: [],
        }))({ x });
        await ledger.compareTensor(`gradients on ${backend}`, `${name}/gradient`, gradients.x!, tolerance);
      }
    }
  }
  ledger.close();

  async function embeddingCase(name: string, settings: Readonly<Record<string, unknown>>) {
    const levels = tensor<tf.Rank.R4>(ledger.input("embedding/noise_powers"));
    if (name === "embedding/noise_powers") return;
    understand(settings, ["dims", "max_frequency"], name);
    const { dims, max_frequency: maxFrequency } = settings as { dims: number; max_frequency: number };
    // Float32 holds an angle of 6283 to 5e-4: only low frequencies can agree to more.
    const absolute = maxFrequency <= 25 ? 5e-5 : 2e-3;
    if (name.endsWith("/angular_speeds")) {
      const speeds = ops.angularSpeeds({ dims, maxFrequency });
      return ledger.compare("angular speeds", name, speeds, { relative: 1.2e-7 }); // the last bit
    }
    const embedding = ops.sinusoidalEmbedding(levels, { dims, maxFrequency });
    await ledger.compareTensor(`embedding on ${backend}`, name, embedding, { absolute });
  }
});
