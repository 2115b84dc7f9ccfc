/** NVIDIA's libraries beside a CUDA plugin: loaded in the order of what needs what, before the plugin looks for them. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { faultOfLibrary } from "../library_file/fault.ts";

/**
 * Names up to their version, in order. The plugin opens them by name when it needs them, and a library that is loaded
 * already is found whatever the search path of the system: the order is that of JAX's own start, the linker first.
 */
const order = [
  "libcudart.so",
  "libnvJitLink.so",
  "libnvrtc.so",
  "libcublasLt.so",
  "libcublas.so",
  "libnccl.so",
  "libcupti.so",
  "libcusparse.so",
  "libcusolver.so",
  "libcufft.so",
  "libcurand.so",
  "libnvshmem_host.so",
  "libcudnn.so",
];

/** Folder of NVIDIA's wheels that may be beside a plugin, as in a Python installation; undefined of other plugins. */
export function packagesFolder(plugin: string): string | undefined {
  return /cuda/.test(plugin) ? join(dirname(plugin), "..", "..", "nvidia") : undefined; // jax_plugins/xla_cuda13/….so
}

/** Folders `<package>` of NVIDIA's wheels that were unpacked into a folder. */
function packagesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** The same, of the wheels beside a plugin; none where it is not such a plugin. */
function packages(plugin: string): string[] {
  const folder = packagesFolder(plugin);
  return folder === undefined ? [] : packagesIn(folder);
}

/** Paths of the libraries to load before a plugin, in order; none for plugins that need none. */
export function librariesFor(plugin: string): string[] {
  return inOrder(packages(plugin));
}

/** Paths of the libraries of wheels that were unpacked into a folder, in the order to load them in. */
export function librariesIn(folder: string): string[] {
  return inOrder(packagesIn(join(folder, "nvidia")));
}

function inOrder(packages: readonly string[]): string[] {
  const all = packages.map((folder) => join(folder, "lib")).filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => ({ name, path: join(folder, name) })));
  return order.flatMap((name) => all.filter((one) => one.name.startsWith(`${name}.`)).map(({ path }) => path));
}

/** Loads those of a plugin. */
export function loadLibrariesFor(plugin: string): void {
  loadLibraries(librariesFor(plugin));
}

/** Loads libraries; one that does not load, or is damaged, is left to who needs it, which says what it misses. */
export function loadLibraries(paths: readonly string[]): void {
  for (const path of paths) {
    if (faultOfLibrary(path) !== undefined) continue;
    try {
      Deno.dlopen(path, {});
    } catch {
      // The plugin looks for it in the system.
    }
  }
}

/** Folder with `bin/ptxas` and `nvvm/libdevice`, which XLA compiles kernels with; undefined where there is none. */
export function cudaToolkitFor(plugin: string): string | undefined {
  return packages(plugin).find((folder) => existsSync(join(folder, "bin", "ptxas")));
}
