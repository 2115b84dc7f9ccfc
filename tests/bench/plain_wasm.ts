/**
 * tfjs's wasm backend as it is published, for comparing: its own kernels in the place of those that Denoise sets there.
 * To be imported before Denoise.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

const published = tf.getKernelsForBackend("wasm");

/** Puts the published kernels back. What tfjs has none for, the gradient of filters, is taken by its convolution. */
export async function restorePublishedKernels(): Promise<void> {
  for (const kernel of published) {
    tf.unregisterKernel(kernel.kernelName, "wasm");
    tf.registerKernel(kernel);
  }
  const { filterGradientByConvolution } = await import("../../lib/tensor/wasm/filter_gradient.ts");
  const kernelName = "Conv2DBackpropFilter";
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({
    kernelName,
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as Record<string, tf.Tensor4D>;
      return filterGradientByConvolution(
        x!,
        dy!,
        attrs as unknown as Parameters<typeof filterGradientByConvolution>[2],
      );
    },
  });
}
