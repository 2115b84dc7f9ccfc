/** tfjs's backend for TensorFlow itself (draft). */
import * as tf from "@tensorflow/tfjs";
import { opByOp, tfjsBackend } from "../tensor/backend.ts";
import { loadAddon, loadPackage } from "./package.ts";
import { kernels } from "./kernels.ts";
let loaded = false;
export function open() {
  const held = tfjsBackend("tensorflow");
  return {
    async start() {
      if (!loaded) {
        loaded = true;
        const root = Deno.env.get("DENOISE_TF")!;
        const binding = loadAddon(root + "/tfjs_binding.node");
        const p = loadPackage(root + "/tfjs/dist");
        tf.registerBackend("tensorflow", () => new p.Backend(binding, "@tensorflow/tfjs-node"), 1);
        await tf.setBackend("tensorflow");
        p.registerKernels();
        if (!Deno.env.get("PLAIN")) for (const [kernelName, make] of Object.entries(kernels)) {
          const own = tf.getKernel(kernelName, "tensorflow");
          if (own != null) tf.unregisterKernel(kernelName, "tensorflow");
          tf.registerKernel({ kernelName, backendName: "tensorflow", kernelFunc: make(own?.kernelFunc) });
        }
      }
      await held.start();
    },
    stop: held.stop,
    compile: opByOp,
  };
}
