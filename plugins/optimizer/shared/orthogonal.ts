/** Which weights Muon moves, and how it makes a change orthogonal. */
import { refuse, type TensorRecord, tf } from "denoise/plugin";

/**
 * Which weights are kernels of hidden layers. All others are left to AdamW:
 *
 * - biases, scales and offsets: tensors of fewer than two axes, and those whose name ends in `bias`;
 * - embeddings: those whose name ends in `embedding`, `embeddings` or `table`;
 * - the kernels of the first and of the last layer, in the order in which the network has them: what reads the noisy image,
 *   and what gives the answer;
 * - what the loss trains, whose names begin with `loss/`;
 * - names with one of `except` in them.
 *
 * Jordan et al. 2024: "scalar and vector parameters … input and output layers … by AdamW"; kernels of convolutions are
 * matrices with their last three axes taken together.
 */
export function isHidden(trainable: TensorRecord, except: readonly string[] = []): (name: string) => boolean {
  const kernels = Object.entries(trainable)
    .filter(([name, { shape }]) =>
      shape.length >= 2 && !/(embeddings?|table|bias)$/.test(name) && !name.startsWith("loss/")
    )
    .map(([name]) => name);
  const hidden = new Set(kernels.slice(1, -1).filter((name) => !except.some((part) => name.includes(part))));
  return (name) => hidden.has(name);
}

/**
 * Refuses parts of names that are in the name of no weight. Without hidden kernels nothing is known of the names.
 *
 * @throws {Refusal} of the option `adamw_for`
 */
export function checkNames(trainable: TensorRecord, parts: readonly string[]): void {
  const hidden = Object.keys(trainable).filter(isHidden(trainable));
  const lost = parts.find((part) => !Object.keys(trainable).some((name) => name.includes(part)));
  if (lost === undefined || hidden.length === 0) return;
  const beginnings = [...new Set(hidden.map((name) => name.split(".")[0]))];
  refuse({
    option: "adamw_for",
    what: `No weight has "${lost}" in its name`,
    fix: `names of hidden kernels begin with ${beginnings.join(", ")}, such as ${hidden[0]}`,
  });
}

/** Whether a kernel is `[inputs, heads, size]`, as attention's query, key and value are; its output is `[heads, size, outputs]`. */
export function isByHead(name: string, { shape }: tf.Tensor): boolean {
  return shape.length === 3 && !/output\.kernel$/.test(name);
}

/** Coefficients of Jordan et al. 2024: singular values come between 0.7 and 1.2, fast rather than exactly to 1. */
const [a, b, c] = [3.4445, -4.775, 2.0315];

/**
 * A change with the singular vectors of `x`, and singular values of about 1, times a factor for its shape. A kernel `[…,
 * inputs, outputs]` is a matrix with all axes but the last taken together; `byHead`: one `[inputs, heads, size]`, with all
 * but the first.
 */
export function orthogonal(
  x: tf.Tensor,
  { steps, scaling, byHead = false }: { steps: number; scaling: "original" | "moonshot"; byHead?: boolean },
): tf.Tensor {
  const inputs = byHead ? x.shape[0]! : x.size / x.shape.at(-1)!;
  const outputs = x.size / inputs;
  const matrix = tf.reshape(x, [inputs, outputs]) as tf.Tensor2D;
  const turned = inputs > outputs;
  let y = turned ? tf.transpose(matrix) : matrix;
  y = tf.div(y, tf.maximum(tf.sqrt(tf.sum(tf.square(y))), 1e-7));
  for (let i = 0; i < steps; i++) {
    const gram = tf.matMul<tf.Tensor2D>(y, y, false, true);
    const by = tf.add<tf.Tensor2D>(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c));
    y = tf.add(tf.mul(y, a), tf.matMul(by, y));
  }
  const factor = scaling === "original"
    ? Math.sqrt(Math.max(1, outputs / inputs))
    : 0.2 * Math.sqrt(Math.max(inputs, outputs)); // Liu et al. 2025, eq. 4
  return tf.mul(tf.reshape(turned ? tf.transpose(y) : y, x.shape), factor);
}
