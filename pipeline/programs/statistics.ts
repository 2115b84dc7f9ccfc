/** What is measured of the training pictures once, before the first step: by the normalizer, and by the parametrization. */
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";

/** Before the names of the parametrization's statistics, which lie beside those of the normalizer. */
const ofParametrization = "parametrization.";

/**
 * Statistics of the training pictures, which travel with the checkpoint.
 *
 * @param pictures all of them in chunks of bytes `[n, height, width, channels]`, anew each time
 */
export async function fitStatistics(graph: Graph, pictures: () => AsyncIterable<Uint8Array>): Promise<TensorRecord> {
  const { normalizer, parametrization, datasetImage } = stagesOf(graph);
  const statistics = await normalizer.fit(pictures, datasetImage);
  if (parametrization.fit === undefined) return statistics;
  const values = await valuesOfBytes(graph, statistics);
  const { channels } = datasetImage;
  const measured = await parametrization.fit(async function* () {
    for await (const bytes of pictures()) {
      yield Float32Array.from(bytes, (byte, i) => values[byte * channels + i % channels]!);
    }
  }, datasetImage);
  return { ...statistics, ...prefixed(measured) };
}

/** The same record, with zeros: what the graph knows before any picture is read. */
export function blankStatistics(graph: Graph): TensorRecord {
  const { normalizer, parametrization, datasetImage } = stagesOf(graph);
  return { ...normalizer.blank(datasetImage), ...prefixed(parametrization.blank?.() ?? {}) };
}

/** Of all statistics those of the parametrization, by its own names. */
export function measuredBy(statistics: TensorRecord): TensorRecord {
  return Object.fromEntries(
    Object.entries(statistics).filter(([name]) => name.startsWith(ofParametrization)).map((
      [name, tensor],
    ) => [name.slice(ofParametrization.length), tensor]),
  );
}

function stagesOf(graph: Graph) {
  return {
    normalizer: graph.one("normalizer").stage,
    parametrization: graph.one("parametrization").stage,
    datasetImage: graph.datasetImage,
  };
}

/** What each byte is normalised to, `[256, channels]`: normalizers are straight lines by channel. */
async function valuesOfBytes(graph: Graph, statistics: TensorRecord): Promise<Float32Array> {
  const { normalizer, datasetImage: { channels } } = stagesOf(graph);
  const values = tf.tidy(() => {
    const bytes = tf.tile(tf.reshape(tf.range(0, 256), [256, 1, 1, 1]), [1, 1, 1, channels]);
    return normalizer.normalize(statistics, tf.div(bytes, 255) as tf.Tensor4D);
  });
  const read = await values.data() as Float32Array;
  values.dispose();
  return read;
}

function prefixed(record: TensorRecord): TensorRecord {
  return Object.fromEntries(Object.entries(record).map(([name, tensor]) => [ofParametrization + name, tensor]));
}
