/** Backend `cpu`: tfjs's JavaScript kernels, op by op. Slow; a reference to compare with. */
import { opByOp, plugin, tfjsBackend, z } from "denoise/plugin";

export default plugin({
  kind: "backend",
  name: "cpu",
  summary: "Plain JavaScript, op by op: slow, for tests and comparisons",
  prefer: "To check what another backend computes; it is far too slow to train with",
  source: "https://github.com/tensorflow/tfjs/tree/master/tfjs-backend-cpu",
  options: z.object({}),
  create: () => {
    const held = tfjsBackend("cpu");
    return {
      name: "cpu",
      description: "cpu (JavaScript, 1 thread)",
      async start() {
        await import("@tensorflow/tfjs-backend-cpu");
        await held.start();
      },
      compile: opByOp,
      stop: held.stop,
    };
  },
});
