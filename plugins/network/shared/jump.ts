/** A second noise level in a network: the one that its answer leads to, so that one evaluation spans many steps. */
import { type NetworkInput, type TensorRecord, tf, z } from "denoise/plugin";
import type { Layer } from "./layers.ts";

/** The option of every network. */
export const jumpOptions = {
  jump: z.boolean().default(false).describe(
    "tells the network the level that its answer leads to, too, for samplers that jump; loss shortcut trains it",
  ),
};

/** The layers of the option; none where it is off. */
export function jumpLayers({ jump }: { readonly jump: boolean }, dims: number): Layer[] {
  if (!jump) return [];
  const kernel = (name: string, start: "glorot" | "zeros"): Layer => ({
    name,
    kind: "dense",
    weights: { kernel: { shape: [dims, dims], start } },
  });
  return [kernel("jump_dense1", "glorot"), kernel("jump_dense2", "zeros")];
}

/**
 * The embedding of the noise level, with what is told of the level that the answer leads to.
 *
 * What is added is a function of the difference of the two embeddings that is 0 at 0: a jump of size zero is the
 * denoiser, exactly. It starts at 0 everywhere, so that a network can start from the weights of one without jumps.
 *
 * @param embed the embedding of a level, `[batch, 1, 1, dims]`
 */
export function withJump(
  embed: (level: tf.Tensor4D) => tf.Tensor4D,
  { level, to }: Pick<NetworkInput, "level" | "to">,
  trainable: TensorRecord,
): tf.Tensor4D {
  const own = embed(level);
  const [first, second] = [trainable["jump_dense1.kernel"], trainable["jump_dense2.kernel"]];
  if (first === undefined || second === undefined || to === undefined) return own;
  const dims = own.shape[3];
  const away = tf.reshape(tf.sub(embed(to), own), [-1, dims]);
  const hidden = tf.matMul(away, first as tf.Tensor2D);
  const told = tf.matMul(tf.mul(hidden, tf.sigmoid(hidden)), second as tf.Tensor2D);
  return tf.add(own, tf.reshape(told, own.shape));
}
