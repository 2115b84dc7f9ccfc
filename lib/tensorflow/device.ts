/** tfjs-node's backend, so that it can be stopped, and says what goes wrong. */
import { DeviceError } from "../tensor/webgpu/device_error.ts";
import type { Binding, NodeBackend, NodePackage } from "./package.ts";

/** Status of TensorFlow where memory is lacking. */
const resourceExhausted = 8;

/** The package's backend on an addon; what it holds is freed when tfjs disposes of it. */
export function makeBackend({ Backend }: NodePackage, binding: Binding, packageName: string): NodeBackend {
  const { watched, free } = watch(binding);
  const backend = new Backend(watched, packageName);
  return Object.assign(backend, {
    dispose: free,
    memory: () => ({ unreliable: false }), // it counts by tensors, as every backend
  });
}

/** The addon, with a list of its tensors. */
function watch(binding: Binding): { watched: Binding; free: () => void } {
  const live = new Set<number>();
  const own: Pick<Binding, "createTensor" | "deleteTensor" | "executeOp"> = {
    createTensor(...args) {
      const id = binding.createTensor(...args);
      live.add(id);
      return id;
    },
    deleteTensor(id) {
      live.delete(id);
      binding.deleteTensor(id);
    },
    executeOp(name, ...rest) {
      try {
        const results = binding.executeOp(name, ...rest);
        for (const { id } of results) live.add(id);
        return results;
      } catch (error) {
        throw explained(name, error as Error);
      }
    },
  };
  return {
    watched: Object.create(binding, Object.getOwnPropertyDescriptors(own)), // the addon's own cannot be written to
    free() {
      for (const id of live) binding.deleteTensor(id);
      live.clear();
    },
  };
}

/** What TensorFlow says, without what it says of its own insides. */
function explained(op: string, error: Error): Error {
  const [, status, said = ""] = /^Invalid TF_Status: (\d+)\s+Message: ([\s\S]*)$/.exec(error.message) ?? [];
  if (status === undefined) return error;
  const text = said.split("\n")[0]!.replace(/\{\{(function_)?node [^}]*\}\}\s*/g, "").trim().replace(/\.$/, "");
  if (Number(status) !== resourceExhausted) {
    return new Error(`TensorFlow cannot compute ${op}: ${text}`, { cause: error });
  }
  return new DeviceError(`TensorFlow has no memory left for ${op}: ${text}`, "memory", [
    "take a smaller batch_size, or smaller images or a smaller network",
    "close other programs that use the GPU",
  ]);
}
