/** The Keras example's side of a training side by side: a process that is fed by files. */
import type * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Picture } from "../../../lib/image/mod.ts";
import { type HostTree, toHost } from "../../../pipeline/run/host_tensors.ts";
import { readSafetensors, writeSafetensors } from "../../../pipeline/run/safetensors.ts";
import type { TensorRecord } from "../../../lib/tensor/mod.ts";
import { jaxPython, sameFlags } from "../flags.ts";
import { startPeer } from "../peer.ts";
import type { LossPair } from "./outcome.ts";
import type { StepTensors, Weights } from "./ours.ts";

/** The Keras example, with initial weights of its own. */
export type Theirs = Awaited<ReturnType<typeof startTheirs>>;

const names: Readonly<Record<Weights, string>> = { average: "ema", network: "network" };

/**
 * Builds the network of the example.
 *
 * @param folder for the files that travel between the two
 * @param perturbation each weight is changed by a random part of itself, of this size in the mean square
 */
export async function startTheirs(folder: string, seed: number, perturbation = 0) {
  const script = fileURLToPath(new URL("../peers/keras_peer.py", import.meta.url));
  // Keras loads TensorFlow, which has much to say.
  const quiet = { TF_CPP_MIN_LOG_LEVEL: "3", TF_ENABLE_ONEDNN_OPTS: "0" };
  const env = { XLA_FLAGS: sameFlags, JAX_PLATFORMS: "cpu", ...quiet };
  const peer = await startPeer(jaxPython(), [script, String(seed), String(perturbation)], env, "inherit");
  if (peer === undefined) {
    throw new Error(`Cannot start the Keras example: "${jaxPython()}" has no Keras and JAX; set DENOISE_PEER_JAX`);
  }
  const losses = ([noise, image]: readonly number[]): LossPair => ({ noise: noise!, image: image! });
  const file = (name: string) => join(folder, `${name}.safetensors`);

  return {
    description: peer.description,
    /** Writes the weights and their average, as they are now. */
    async save(): Promise<{ network: string; average: string }> {
      await peer.ask("save", folder);
      return { network: join(folder, "network.weights.h5"), average: join(folder, "ema.weights.h5") };
    },
    async normalize(statistics: TensorRecord): Promise<void> {
      await peer.ask("statistics", await put(file("statistics"), statistics));
    },
    /** Writes what the next words are about. */
    put: (name: string, inputs: StepTensors) => put(file(name), inputs),
    train: async (path: string) => losses(await peer.askAll("train", path)),
    validate: async (path: string, weights: Weights) => losses(await peer.askAll("validate", path, names[weights])),
    async sample(noises: tf.Tensor, weights: Weights): Promise<Picture[]> {
      const out = file("samples");
      await peer.askAll("sample", await put(file("noises"), { noises }), names[weights], out);
      return picturesOf((await readSafetensors(out)).tensors.images!);
    },
    stop: () => peer.stop(),
  };
}

async function put(path: string, tensors: Readonly<Record<string, tf.Tensor>>): Promise<string> {
  await writeSafetensors(path, await toHost(tensors as TensorRecord));
  return path;
}

/** Images in `[0, 1]` as pictures. */
function picturesOf({ shape, data }: HostTree[string]): Picture[] {
  const [count, height, width, channels] = shape as [number, number, number, number];
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => ({
    width,
    height,
    data: Uint8Array.from(data.subarray(i * size, (i + 1) * size) as Float32Array, (x) => Math.round(255 * x)),
  }));
}
