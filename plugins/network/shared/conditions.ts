/** What a network is told besides the image, in an embedding: noise levels, a class, what augmentations did. */
import {
  type NetworkInput,
  type NetworkMode,
  type NetworkOffers,
  ops,
  type TensorRecord,
  type tf,
} from "denoise/plugin";
import { augmentLayers, augmentOffer, type Told, withAugment } from "./augment.ts";
import { classLayers, type ClassOptions, withClass } from "./classes.ts";
import { jumpLayers, withJump } from "./jump.ts";
import type { Layer } from "./layers.ts";

/** Options of the embedding, checked. */
export interface ConditionOptions extends ClassOptions, Told {
  readonly embedding_dims: number;
  readonly max_frequency: number;
  readonly jump: boolean;
}

/** Lets tests put an embedding in. */
export interface EmbeddingHook {
  /** Sees the embedding of the noise levels, `[batch, 1, 1, embedding_dims]`, and returns the one to use. */
  embed?(embedding: tf.Tensor4D): tf.Tensor4D;
}

/** What the network takes. */
export function conditionOffers(options: ConditionOptions): Pick<NetworkOffers, "classes" | "augment" | "jump"> {
  return {
    ...(options.classes === undefined ? {} : { classes: options.classes }),
    ...augmentOffer(options),
    ...(options.jump ? { jump: true } : {}),
  };
}

/** The layers of the embedding. */
export function conditionLayers(options: ConditionOptions): Layer[] {
  const { embedding_dims: dims } = options;
  return [...classLayers(options, dims), ...augmentLayers(options, dims), ...jumpLayers(options, dims)];
}

/** The embedding of all that is told, `[batch, 1, 1, embedding_dims]`. */
export function conditioned(
  told: Omit<NetworkInput, "image">,
  trainable: TensorRecord,
  options: ConditionOptions,
  mode: NetworkMode,
  hook: EmbeddingHook,
): tf.Tensor4D {
  const { embedding_dims: dims, max_frequency: maxFrequency } = options;
  const sines = (level: tf.Tensor4D) => ops.sinusoidalEmbedding(level, { dims, maxFrequency });
  const levels = withJump(sines, told, trainable);
  const named = withClass(
    hook.embed?.(levels) ?? levels,
    trainable["class_embedding.embeddings"],
    told,
    options,
    mode,
  );
  return withAugment(named, trainable["augment_dense.kernel"], told);
}
