/** Backend `tensorflow`: TensorFlow's own kernels, op by op. */
import { plugin, z } from "denoise/plugin";
import { open } from "../../lib/tensorflow/mod.ts";

export default plugin({
  kind: "backend",
  name: "tensorflow",
  summary: "TensorFlow's own kernels, op by op",
  source: "https://github.com/tensorflow/tfjs/tree/master/tfjs-node",
  options: z.object({}),
  create: () => {
    const held = open();
    return { name: "tensorflow", description: "tensorflow", start: () => held.start(), compile: held.compile, stop: held.stop };
  },
});
