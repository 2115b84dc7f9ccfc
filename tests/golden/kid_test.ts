/** Golden KID and InceptionV3: estimates from features, prepared pictures, features of a network filled by formula. */
import * as tf from "@tensorflow/tfjs";
import { dimensions, extract, type Extractor, extractors, prepare } from "../../plugins/metric/kid/features.ts";
import { kernel, kernelDistance } from "../../plugins/metric/kid/estimate.ts";
import { overBatches } from "../../plugins/metric/shared/batches.ts";
import { fold, matchWeights, uploadWeights } from "../../plugins/metric/kid/weights.ts";
import { type Fill, fill, golden, type GoldenTensor } from "./golden.ts";
import { onEachBackend } from "../backends.ts";
import { tensor, understand, understandTopic } from "./harness.ts";
import { Ledger } from "./ledger.ts";

const topic = golden("kid");

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  understandTopic(topic, ["formula", "kernel", "inception"], ["inception_weights"]);
  for (const { name, settings } of topic.tensors) {
    understand(settings, ["count", "dimensions", "real", "generated", "then"], name);
  }
  const names = topic.tensors.map(({ name }) => name);
  const within = { absolute: 1e-6 };

  Deno.test("golden kid: estimates of batches and their mean", () => {
    const values: number[] = [];
    for (let batch = 0; topic.has(`batch${batch}/kid`); batch++) {
      const [real, generated] = ["real", "generated"].map((of) => ledger.input(`batch${batch}/${of}_features`));
      const [count, width] = real!.shape as [number, number];
      for (
        const [name, a, b] of [["real", real, real], ["generated", generated, generated], ["cross", real, generated]]
      ) {
        const matrix = `batch${batch}/kernel_${name}`;
        if (!topic.has(matrix)) continue;
        const pairs = Array.from(
          { length: count * count },
          (_, i) => kernel((a as GoldenTensor).data, Math.floor(i / count), (b as GoldenTensor).data, i % count, width),
        );
        ledger.compare("kernels", matrix, pairs, { max: 1e-6 });
      }
      const set = ({ data }: GoldenTensor) => ({ data, count });
      values.push(kernelDistance(set(real!), set(generated!), width));
      ledger.compare("estimates", `batch${batch}/kid`, [values.at(-1)!], within);
      ledger.compare("means", `batch${batch}/running_kid`, [overBatches(values).value], within);
    }
    for (const { name, settings } of topic.tensors.filter(({ name }) => /^formula\d+\/kid/.test(name))) {
      const { count, dimensions, real, generated } = settings as Record<string, number> & Record<string, Fill>;
      const set = (of: Fill) => ({
        data: fill({ ...of, shape: [count!, dimensions!] }).map((value) => Math.max(value, 0)),
        count: count as number,
      });
      const found = kernelDistance(set(real as Fill), set(generated as Fill), dimensions as number);
      ledger.compare("estimates", name, [found], name.endsWith("f64") ? { absolute: 1e-9 } : within);
    }
  });

  onEachBackend("golden kid: pictures as the extractors see them", async (backend) => {
    const images = tensor<tf.Rank.R4>(ledger.input("images"));
    const compare = (name: string, prepared: tf.Tensor) =>
      ledger.compareTensor(`prepared pictures on ${backend}`, name, prepared, { max: 1e-5 });
    const pixels = (prepared: tf.Tensor4D) => tf.mul(tf.add(prepared, 1), 127.5) as tf.Tensor4D;
    const cubic = extractors["inception-v3-75-bicubic"];
    const small = prepare(images, extractors["inception-v3-75"]);
    await compare("inception75/prepared", small);
    await compare("inception75/resized", pixels(small));
    const large = pixels(prepare(images, extractors["inception-v3-299"]));
    await compare("inception299/resized_corner", tf.slice(large, [0, 0, 0, 0], [2, 40, 40, 3]));
    await compare("inception299/resized_far_corner", tf.slice(large, [0, 259, 259, 0], [2, 40, 40, 3]));
    await compare("repo-head/prepared75", prepare(images, cubic));
    const middle = prepare(images, extractors["inception-v3-150-bicubic"]);
    await compare("repo-head/prepared150_corner", tf.slice(middle, [0, 0, 0, 0], [2, 40, 40, 3]));
    await compare("repo-head/prepared32", prepare(images, { ...cubic, side: 32 }));
  });

  const weights = fold(matchWeights({
    tensors: new Map(
      (topic.json.inception_weights as (Fill & { keras_name: string })[])
        .map((one) => [one.keras_name, { shape: one.shape, data: fill(one) }]),
    ),
    texts: () => undefined,
  }));
  for (const [folder, extractor] of [["inception75", "inception-v3-75"], ["inception299", "inception-v3-299"]]) {
    onEachBackend(`golden kid: features of ${extractor}`, async (backend) => {
      const images = tensor<tf.Rank.R4>(ledger.input("images"));
      const device = uploadWeights(weights);
      const means: [name: string, mean: tf.Tensor][] = [];
      const features = extract(device, prepare(images, extractors[extractor as Extractor]), (name, x) => {
        const mean = `${folder}/${name}_mean`;
        if (names.includes(mean)) means.push([mean, tf.keep(tf.mean(x, [1, 2]))]);
      });
      for (const [name, mean] of means) await ledger.compareTensor(`features on ${backend}`, name, mean, { max: 1e-4 });
      tf.dispose(means.map(([, mean]) => mean));
      await ledger.compareTensor(`features on ${backend}`, `${folder}/features`, features, { max: 1e-4 });
      if (features.shape[1] !== dimensions) throw new Error(`Features have ${features.shape[1]} dimensions`);
    });
  }

  Deno.test("golden kid: every tensor is settled", () => ledger.close());
}
