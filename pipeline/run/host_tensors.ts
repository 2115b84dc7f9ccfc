/** Trees of tensors on the host: what checkpoints hold. */
import * as tf from "@tensorflow/tfjs";
import { leaves, mapTree, type Tree } from "../../lib/tensor/mod.ts";
import type { DType, HostTensor } from "./safetensors.ts";

/** Tensors by their path in a tree, such as `network/trainable/conv.kernel`. */
export type HostTree = Record<string, HostTensor>;

const stored: Readonly<Record<string, DType>> = { float32: "F32", int32: "I32", bool: "BOOL" };

/** Reads all tensors of a tree. */
export async function toHost(tree: Tree): Promise<HostTree> {
  const read = leaves(tree).map(async ([path, tensor]): Promise<[string, HostTensor]> => {
    const dtype = stored[tensor.dtype];
    if (dtype === undefined) throw new TypeError(`Cannot store tensor "${path}" of type "${tensor.dtype}"`);
    // A copy: what `data` returns may be the memory that the next step writes to.
    const data = (await tensor.data() as HostTensor["data"]).slice();
    return [path, { dtype, shape: [...tensor.shape], data }];
  });
  return Object.fromEntries(await Promise.all(read));
}

/**
 * Replaces every tensor of a tree by the one stored under its path. Frees nothing.
 *
 * @param mismatch makes the error for a tensor that is missing or has another shape or type
 * @param mayLack paths of tensors that older files do not have: they keep the value in `like`
 */
export function fromHost<T extends Tree>(
  like: T,
  host: HostTree,
  mismatch: (what: string) => Error,
  mayLack: (path: string) => boolean = () => false,
): T {
  return mapTree(like, (tensor, path) => {
    const found = host[path];
    if (found === undefined && mayLack(path)) return tf.clone(tensor);
    if (found === undefined) throw mismatch(`it lacks the tensor "${path}"`);
    if (found.dtype !== stored[tensor.dtype] || !tf.util.arraysEqual([...found.shape], tensor.shape)) {
      throw mismatch(`"${path}" is ${found.dtype} [${found.shape}] there and [${tensor.shape}] here`);
    }
    return tf.tensor(found.data as tf.TypedArray, tensor.shape, tensor.dtype);
  });
}

/** Path of the first tensor that holds a number which is not finite. */
export function firstNotFinite(host: HostTree): string | undefined {
  return Object.entries(host).find(([, { dtype, data }]) =>
    dtype === "F32" && !(data as Float32Array).every(Number.isFinite)
  )?.[0];
}
