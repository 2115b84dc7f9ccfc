/** Golden networks: outputs, residual sums and running statistics, weights filled by formula. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { golden } from "./golden.ts";
import { onEachBackend } from "../backends.ts";
import { networkOf, noDraws, tensor, trainingStateOf, understand, understandTopic } from "./harness.ts";
import { Ledger } from "./ledger.ts";

const topic = golden("networks");

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  understandTopic(topic, ["formula", "batch_norm", "order", "adds"], ["networks"]);

  for (const { name, settings } of topic.tensors) understand(settings, [], name);
  for (const [name, description] of Object.entries<Record<string, unknown>>(topic.json.networks)) {
    const own = topic.tensors.filter((t) => t.name.startsWith(`${name}/`)).map((t) => t.name);
    const sums = own.filter((n) => n.startsWith(`${name}/activation/`));

    onEachBackend(`golden network ${name}`, async (backend) => {
      const given = topic.get(`${name}/embedding`);
      const embeddings: tf.Tensor[] = [];
      const found: tf.Tensor[] = []; // of the first image
      const image = tensor<tf.Rank.R4>(topic.get(`${name}/noisy_images`));
      const network = networkOf(description, image.shape, name, {
        embed: (embedding) => (embeddings.push(embedding), tensor<tf.Rank.R4>(given)),
        // Kept: a block frees what it made.
        block: (_, sum) => void found.push(tf.keep(tf.slice(sum, 0, 1))),
      });
      const level = tensor<tf.Rank.R4>(ledger.input(`${name}/noise_variances`));
      ledger.input(`${name}/noisy_images`);
      const state = trainingStateOf(description.weights);
      const blank = network.init(noDraws, { height: image.shape[1], width: image.shape[2], channels: image.shape[3] });
      assert.deepEqual(shapes(state.trainable), shapes(blank.trainable), "trainable weights");
      assert.deepEqual(shapes(state.buffers), shapes(blank.buffers), "buffers");
      const parameters = Object.values({ ...blank.trainable, ...blank.buffers }).reduce(
        (sum, { size }) => sum + size,
        0,
      );
      assert.equal(parameters, description.parameters, "parameters, running statistics counted");

      const inference = network.apply(state, { image, level }, { training: false });
      await ledger.compareTensor(`inference on ${backend}`, `${name}/output_inference`, inference.output, {
        max: 1e-5,
      });
      if (sums.length > 0) assert.equal(found.length, sums.length, "residual sums");
      for (const [i, sum] of sums.entries()) {
        await ledger.compareTensor(`residual sums on ${backend}`, sum, found[i]!, { max: 1e-5 });
      }

      const training = network.apply(state, { image, level }, { training: true });
      await ledger.compareTensor(`training mode on ${backend}`, `${name}/output_training`, training.output, {
        max: 3e-4,
      });
      for (const [path, buffer] of Object.entries(training.buffers)) {
        await ledger.compareTensor(
          `running statistics on ${backend}`,
          `${name}/after_training_call/${path}`,
          buffer,
          { max: 1e-4 },
        );
      }

      const frequency = Number(description.embedding_max_frequency ?? description.noise_embedding_max_frequency);
      await ledger.compareTensor(
        `embedding up to frequency ${frequency} on ${backend}`,
        `${name}/embedding`,
        embeddings[0]!,
        { absolute: frequency <= 25 ? 5e-5 : 1e-3 },
      );
      tf.dispose(found);
    });
  }

  Deno.test("golden networks: every tensor is settled", () => ledger.close());
}

/** Shapes by name, in order of name. */
function shapes(record: Record<string, tf.Tensor>): [string, number[]][] {
  return Object.keys(record).sort().map((name) => [name, record[name]!.shape]);
}
