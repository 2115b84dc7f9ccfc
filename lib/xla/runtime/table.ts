/** The one table of runtimes: what is fetched, pinned by version and SHA-256. */
import * as wheels from "./wheels.ts";
import { RuntimeError } from "./error.ts";
import type { Archive, Runtime, RuntimeName } from "./types.ts";

const linux = "linux-x86_64";

/** `os-processor` of this machine, in the words of wheels. */
export function platform(): string {
  return `${Deno.build.os}-${Deno.build.arch}`;
}

/** Builds of the zml project (github.com/zml/pjrt-artifacts), the macOS ones among them; hashes from zml's own sources. */
const release = "https://github.com/zml/pjrt-artifacts/releases/download/manual-2026-04-21T10-00-00Z";
const cpuArchives: Readonly<Record<string, Archive>> = {
  [linux]: {
    url: `${release}/pjrt-cpu_linux-amd64.tar.gz`,
    sha256: "05da8ee4d19edf327c0bcdc8a66811877bcd5eab75e44f1bbacc6b6b1e9947ca",
    plugin: "libpjrt_cpu.so",
  },
  "darwin-x86_64": {
    url: `${release}/pjrt-cpu_darwin-amd64.tar.gz`,
    sha256: "7da35d4b81359f42b56e3b820cacb10c4569caeb4926f2e3b11da913cd8f7c11",
    plugin: "libpjrt_cpu.dylib",
  },
  "darwin-aarch64": {
    url: `${release}/pjrt-cpu_darwin-arm64.tar.gz`,
    sha256: "51513b318bd180d33ef88363b5c96fc20ee7ca9db325830ebf694888c6fbc4ec",
    plugin: "libpjrt_cpu.dylib",
  },
};

/** All runtimes. Those that are not `tested` were written to their packages' contents, without the hardware. */
export const runtimes: readonly Runtime[] = [
  {
    name: "cpu",
    what: "the processor",
    version: wheels.cpuWheel.version,
    platform: linux,
    wheels: [wheels.cpuWheel],
    plugin: "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so",
    archives: cpuArchives,
    tested: true,
  },
  {
    name: "cuda13",
    what: "NVIDIA GPUs with a driver for CUDA 13 (580 and newer); its files were run on an H200",
    version: wheels.cuda13.version,
    platform: linux,
    wheels: [wheels.cuda13, ...wheels.nvidia13],
    plugin: "jax_plugins/xla_cuda13/xla_cuda_plugin.so",
    archives: {},
    tested: true,
  },
  {
    name: "cuda12",
    what: "NVIDIA GPUs with a driver for CUDA 12 (525 and newer)",
    version: wheels.cuda12.version,
    platform: linux,
    wheels: [wheels.cuda12, ...wheels.nvidia12],
    plugin: "jax_plugins/xla_cuda12/xla_cuda_plugin.so",
    archives: {},
    tested: false,
  },
  {
    name: "rocm7",
    what: "AMD GPUs, where ROCm 7 is installed",
    version: wheels.rocm7.version,
    platform: linux,
    wheels: [wheels.rocm7],
    plugin: "jax_plugins/xla_rocm7/xla_rocm_plugin.so",
    archives: {},
    tested: false,
  },
  {
    name: "tpu",
    what: "Google TPUs",
    version: wheels.tpu.version,
    platform: linux,
    wheels: [wheels.tpu],
    plugin: "libtpu/libtpu.so",
    archives: {},
    tested: false,
  },
  {
    name: "cuda13-compiler",
    what: "compiling for NVIDIA GPUs that are not here (deno task compile:gpu): the part of cuda13 that needs none",
    version: wheels.cuda13.version,
    platform: linux,
    wheels: [wheels.cuda13, ...wheels.compiler13],
    plugin: "jax_plugins/xla_cuda13/xla_cuda_plugin.so",
    archives: {},
    tested: true,
    compiles: true,
  },
  {
    name: "metal",
    what: "GPUs of Macs with Apple silicon, from macOS 14",
    version: wheels.metal.version,
    platform: "darwin-aarch64",
    wheels: [wheels.metal],
    plugin: "jax_plugins/mps/lib/libpjrt_plugin_mps.dylib",
    archives: {},
    tested: false,
  },
];

/** A row of the table. @throws RuntimeError where there is none of that name */
export function runtimeNamed(name: RuntimeName): Runtime {
  const row = runtimes.find((one) => one.name === name);
  if (row !== undefined) return row;
  throw new RuntimeError(`Unknown runtime "${name}"`, [`Runtimes: ${runtimes.map(({ name }) => name).join(", ")}`]);
}
