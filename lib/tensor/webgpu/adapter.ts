/** The adapter that WebGPU offers, and whether it is a GPU. */

/** Which GPU is asked for, where there are two. */
export type Power = "high-performance" | "low-power";

/** What WebGPU computes on. */
export interface Gpu {
  /** What gives devices, and says what it allows. */
  readonly adapter: GPUAdapter;
  /** Name for people, such as "Apple M2" or "llvmpipe (LLVM 15.0.6, 256 bits)". */
  readonly name: string;
  /** The processor computes, in the place of a GPU. */
  readonly software: boolean;
}

/** Names of adapters that compute on the processor; not all of them say so. */
const onProcessor = /llvmpipe|lavapipe|softpipe|swiftshader|basic render/i;

/** Holds the number of the process that has loaded drivers of WebGPU: its workers see it, other processes are not meant. */
const loadedVariable = "DENOISE_WEBGPU_IN";

/** Whether this process has loaded drivers of WebGPU: `findGpu` was called, here or in a worker. */
export function webgpuIsLoaded(): boolean {
  return Deno.env.get(loadedVariable) === String(Deno.pid);
}

/** The adapter of this machine; undefined where it has none. */
export async function findGpu(power: Power = "high-performance"): Promise<Gpu | undefined> {
  if (navigator.gpu === undefined) return undefined;
  withoutSurfaces();
  Deno.env.set(loadedVariable, String(Deno.pid));
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: power });
  if (adapter === null) return undefined;
  const { description, vendor, architecture, device, isFallbackAdapter } = adapter.info;
  const name = description || [vendor, architecture || device].filter((part) => part !== "").join(" ") || "a GPU";
  return { adapter, name, software: isFallbackAdapter || onProcessor.test(name) };
}

/**
 * Keeps Mesa from asking Wayland which GPU the screen is on: where there is no Wayland, each question prints a line on
 * standard error (Mesa 22.3). The GPU is chosen by `powerPreference`.
 */
function withoutSurfaces(): void {
  if (Deno.build.os !== "linux" || Deno.env.has("XDG_RUNTIME_DIR")) return;
  Deno.env.set("NODEVICE_SELECT", "1");
}
