/** The description of a GPU in XLA's words: `GpuTargetConfigProto` of xla/stream_executor/device_description.proto, as text. */
import type { Gpu } from "./gpus.ts";

/** What XLA is told of cuDNN and CUDA. Its own descriptions of GPUs say the same. */
const versions = { dnn: [9, 10, 0], driver: "13.0.0", toolkit: "12.8.0" } as const;

/** Numbers of element types (xla_data.proto). */
const [s32, u32, f16, f32, f64, bf16] = [4, 8, 10, 11, 12, 16] as const;
/** Types of 8 bits, at twice the rate of 16. */
const narrow = [2, 6, 19, 20, 23, 24, 25, 28, 29, 33, 35, 36];

/** The text for the option `target_config`. */
export function targetText(gpu: Gpu): string {
  const { capability: [major, minor], shared: [core, block] } = gpu;
  const accelerated = major === 9 || major === 10; // code of data centre GPUs of these generations is for them alone
  const [dnnMajor, dnnMinor, dnnPatch] = versions.dnn;
  return `gpu_device_info {
  threads_per_block_limit: 1024 threads_per_warp: 32 threads_per_core_limit: ${gpu.threads}
  shared_memory_per_block: 49152 shared_memory_per_core: ${core} shared_memory_per_block_optin: ${block}
  core_count: ${gpu.cores} fpus_per_core: ${gpu.lanes}
  block_dim_limit_x: 2147483647 block_dim_limit_y: 65535 block_dim_limit_z: 65535
  thread_dim_limit_x: 1024 thread_dim_limit_y: 1024 thread_dim_limit_z: 64
  memory_bandwidth: ${Math.round(gpu.bandwidth)} l2_cache_size: ${gpu.cache} clock_rate_ghz: ${gpu.clock}
  device_memory_size: ${gpu.memory}
  cuda_compute_capability { major: ${major} minor: ${minor} feature_extension: ${
    accelerated ? "ACCELERATED_FEATURES" : "NONE"
  } }
  registers_per_core_limit: 65536 registers_per_block_limit: 65536
${gpu.matrixClock === undefined ? "" : rates(gpu, gpu.matrixClock)}
  device_vendor: "NVIDIA Corporation" platform_version: "Compute Capability ${major}.${minor}${accelerated ? "a" : ""}"
  device_address_bits: 64 ecc_enabled: true name: "${gpu.model}"
  driver_version: "${versions.driver}" runtime_version: "${versions.toolkit}"
  compile_time_toolkit_version: "${versions.toolkit}" dnn_version: "${versions.dnn.join(".")}"
}
platform_name: "CUDA"
dnn_version_info { major: ${dnnMajor} minor: ${dnnMinor} patch: ${dnnPatch} }
device_description_str: "${gpu.model}"
`;
}

/** What XLA's cost model knows of the rates of scalar and matrix units. */
function rates({ clock, matrix, lanes }: Gpu, matrixClock: number): string {
  const rate = (clock: number, units: number, ops: number) => (key: number) =>
    `rate_infos { key: ${key} value { clock_rate_ghz: ${clock} units_per_core: ${units} ops_per_clock: ${ops} } }`;
  const units = 4; // matrix units of a core
  const ops = matrix.bf16 / units / 2;
  return [
    "device_interconnect_info { active_links: 18 } collective_memory_granularity: 2097152",
    "scalar_unit_description {",
    ...[s32, u32, f64].map(rate(clock, lanes / 2, 1)),
    ...[f16, bf16].map(rate(clock, lanes, 2)),
    rate(clock, lanes, 1)(f32),
    "}",
    "matrix_unit_description {",
    ...narrow.map(rate(matrixClock, units, 2 * ops)),
    ...[f16, bf16].map(rate(matrixClock, units, ops)),
    rate(matrixClock, units, matrix.tf32 / units / 2)(f32),
    rate(clock, units, 32)(f64),
    "}",
  ].join("\n");
}
