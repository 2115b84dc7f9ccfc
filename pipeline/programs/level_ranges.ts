/** Even ranges of the noise levels that are trained on, so that errors can be told by level. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, seedTensor } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";

const drawn = 2048; // levels
const aside = 0.005; // share of them at either end that ranges need not reach: they count in the last one
const most = 12; // ranges
const steps = [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10, 20]; // log-SNR

/**
 * Log-SNRs between even ranges of the levels that the loss draws before the first step, rising: about ten, at round
 * numbers, the same every time.
 */
export async function levelRanges(graph: Graph, backend: Backend): Promise<number[]> {
  const draw = backend.compile((seed: tf.Tensor): tf.Tensor => {
    const items = tf.range(0, drawn, 1, "int32");
    const random = createRandom({ seed, stream: "level-ranges", step: tf.scalar(0, "int32"), items });
    const { signal, noise } = graph.one("loss").stage.levels(random, drawn);
    return tf.stack([tf.reshape(signal, [drawn]), tf.reshape(noise, [drawn])]);
  }, { name: "levels" });
  const seed = seedTensor(0);
  const rates = await draw(seed);
  try {
    const values = await rates.data();
    return rangesOf(Array.from({ length: drawn }, (_, i) => 2 * Math.log(values[i]! / values[drawn + i]!)));
  } finally {
    tf.dispose([seed, rates]);
  }
}

/** Ends of even ranges that hold nearly all of these log-SNRs, at round numbers. One range at least. */
export function rangesOf(logSnrs: readonly number[]): number[] {
  const sorted = logSnrs.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const skipped = Math.floor(aside * sorted.length);
  const [low, high] = [sorted[skipped]!, sorted[sorted.length - 1 - skipped]!];
  const first = (step: number) => Math.floor(low / step + 1e-6), last = (step: number) => Math.ceil(high / step - 1e-6);
  const step = steps.find((step) => last(step) - first(step) <= most) ?? (high - low) / most;
  const count = Math.max(1, last(step) - first(step));
  return Array.from({ length: count + 1 }, (_, i) => Number(((first(step) + i) * step).toFixed(6)));
}
