/** What both sides of a comparison are started with. */

/** XLA's flags that our backend sets for itself on a CPU, for a JAX that runs as fast as it can. */
export const sameFlags = "--xla_cpu_experimental_ynn_fusion_type=-LIBRARY_FUSION_TYPE_INDIVIDUAL_CONVOLUTION";

/** The Python that has JAX, and Keras where a comparison takes it. */
export const jaxPython = (): string => Deno.env.get("DENOISE_PEER_JAX") ?? "python3";
