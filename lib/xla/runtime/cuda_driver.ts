/** Asks NVIDIA's driver for its devices, through its library (CUDA driver API). */

export interface CudaDriver {
  /** CUDA version that the driver speaks, such as 13.0. */
  readonly version: number;
  /** Version of the driver itself, where it says one. */
  readonly driver?: string | undefined;
  /** Names, such as "NVIDIA H100 80GB HBM3"; one a device. */
  readonly devices: readonly string[];
}

/**
 * Version of NVIDIA's driver, such as "580.159.04", as its management library says it (NVML); undefined where there is none.
 * The file in `/proc` that says it too is closed to programs of Deno that may not read everything.
 */
export function nvidiaDriverVersion(): string | undefined {
  let nvml;
  try {
    nvml = Deno.dlopen("libnvidia-ml.so.1", {
      nvmlInit_v2: { parameters: [], result: "i32" },
      nvmlShutdown: { parameters: [], result: "i32" },
      nvmlSystemGetDriverVersion: { parameters: ["buffer", "u32"], result: "i32" },
    });
  } catch {
    return undefined;
  }
  const { nvmlInit_v2: init, nvmlShutdown: shutDown, nvmlSystemGetDriverVersion: version } = nvml.symbols;
  if (init() !== 0) return undefined;
  const text = new Uint8Array(96);
  const code = version(text, text.length);
  shutDown();
  return code === 0 ? textOf(text) : undefined;
}

/** Text up to its zero. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.indexOf(0))));
}

const symbols = {
  cuInit: { parameters: ["u32"], result: "i32" },
  cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
  cuDeviceGetCount: { parameters: ["buffer"], result: "i32" },
  cuDeviceGet: { parameters: ["buffer", "i32"], result: "i32" },
  cuDeviceGetName: { parameters: ["buffer", "i32", "i32"], result: "i32" },
} as const;

const places = ["libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"];

/** What the driver says; undefined where there is none, or it does not start. */
export function cudaDevices(): CudaDriver | undefined {
  const library = open();
  if (library === undefined) return undefined;
  const { cuInit, cuDriverGetVersion, cuDeviceGetCount, cuDeviceGet, cuDeviceGetName } = library.symbols;
  if (cuInit(0) !== 0) return undefined; // such as 100: no device
  const number = new Int32Array(1);
  const ask = (code: number) => (code === 0 ? number[0]! : 0);
  const version = ask(cuDriverGetVersion(number)); // 13000 is 13.0, 12090 is 12.9
  const count = ask(cuDeviceGetCount(number));
  const devices = Array.from({ length: count }, (_, i) => {
    const name = new Uint8Array(128);
    cuDeviceGetName(name, name.length, ask(cuDeviceGet(number, i)));
    return textOf(name) || "NVIDIA GPU";
  });
  return { version: Math.floor(version / 10) / 100, devices, driver: nvidiaDriverVersion() };
}

function open() {
  for (const place of places) {
    try {
      return Deno.dlopen(place, symbols); // stays open: the plugin uses the same library
    } catch {
      // Not there.
    }
  }
  return undefined;
}
