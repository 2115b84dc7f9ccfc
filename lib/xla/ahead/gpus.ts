/**
 * GPUs to compile for, without having one: what XLA has to know of each.
 *
 * Numbers of h100, h200, a100, b200, a6000 and rtx-pro-6000 are those of XLA's own descriptions
 * (xla/backends/gpu/target_config/specs); of the others, those of NVIDIA's data sheets and architecture papers. Rates of
 * matrix units are dense, with sums in float32.
 */

/** A GPU as its maker describes it. */
export interface Gpu {
  /** As NVIDIA's driver calls it. */
  readonly model: string;
  /** Compute capability. */
  readonly capability: readonly [major: number, minor: number];
  /** Streaming multiprocessors. */
  readonly cores: number;
  /** Boost clock, GHz. */
  readonly clock: number;
  /** Bytes of its memory. */
  readonly memory: number;
  /** Bytes a second from and to its memory. */
  readonly bandwidth: number;
  /** Bytes of its second-level cache. */
  readonly cache: number;
  /** Lanes of float32 arithmetic of a core. */
  readonly lanes: number;
  /** Threads that a core holds. */
  readonly threads: number;
  /** Bytes of a core's shared memory, and of it what one block may take. */
  readonly shared: readonly [core: number, block: number];
  /** FLOP a clock of a core's matrix units, a multiply-add counting as two; 0 where they do not take the type. */
  readonly matrix: { readonly bf16: number; readonly tf32: number };
  /** Clock of the matrix units at full load, GHz, and that XLA's cost model knows their rates: of GPUs for data centres. */
  readonly matrixClock?: number;
}

const GB = 1e9, MiB = 2 ** 20;
const gibibytes = (count: number) => Math.round(count * 2 ** 30);

const hopper = {
  capability: [9, 0],
  lanes: 128,
  threads: 2048,
  shared: [233472, 232448],
  matrix: { bf16: 4096, tf32: 2048 },
} as const;
const ampere = { lanes: 128, threads: 1536, shared: [102400, 101376], capability: [8, 6] } as const;
const ada = { ...ampere, capability: [8, 9] } as const;
const blackwell = { ...ampere, capability: [12, 0], shared: [131072, 101376] } as const;
const a100 = {
  capability: [8, 0],
  cores: 108,
  clock: 1.41,
  cache: 40 * MiB,
  lanes: 64,
  threads: 2048,
  shared: [167936, 166912],
  matrix: { bf16: 2048, tf32: 1024 },
} as const;
/** Of cards for professionals: sums in float32 at the full rate. */
const full = { bf16: 1024, tf32: 512 };
/** Of cards for players: sums in float32 at half of it. */
const half = { bf16: 512, tf32: 256 };

/** By the name that people type. CUDA 13 compiles for compute capability 7.5 and newer: a V100 is too old. */
export const gpus = {
  "b200": {
    ...{ model: "NVIDIA B200", capability: [10, 0], cores: 148, clock: 1.965, memory: 191514411008 },
    ...{ bandwidth: 7672.32 * GB, cache: 132644864, lanes: 128, threads: 2048, shared: [233472, 232448] },
    ...{ matrix: { bf16: 8192, tf32: 4096 }, matrixClock: 1.8353101 },
  },
  "h200": {
    ...{ ...hopper, model: "NVIDIA H200 141GB HBM3e", cores: 132, clock: 1.98, memory: 151397597184 },
    ...{ bandwidth: 4800 * GB, cache: 50 * MiB, matrixClock: 1.8295201 },
  },
  "h100": {
    ...{ ...hopper, model: "NVIDIA H100 80GB HBM3", cores: 132, clock: 1.98, memory: 84942979072 },
    ...{ bandwidth: 3352.32 * GB, cache: 50 * MiB, matrixClock: 1.8295201 },
  },
  "h100-pcie": {
    ...{ ...hopper, model: "NVIDIA H100 PCIe", cores: 114, clock: 1.755, memory: 84942979072 },
    ...{ bandwidth: 2039.04 * GB, cache: 50 * MiB, matrixClock: 1.62162 },
  },
  "a100": { ...a100, model: "NVIDIA A100-SXM4-80GB", memory: 85100068864, bandwidth: 2039.04 * GB },
  "a100-40gb": { ...a100, model: "NVIDIA A100-SXM4-40GB", memory: 42331013120, bandwidth: 1555.2 * GB },
  "l40s": {
    ...{ ...ada, model: "NVIDIA L40S", cores: 142, clock: 2.52, memory: gibibytes(44.4) },
    ...{ bandwidth: 864 * GB, cache: 96 * MiB, matrix: full },
  },
  "l4": {
    ...{ ...ada, model: "NVIDIA L4", cores: 58, clock: 2.04, memory: gibibytes(22) },
    ...{ bandwidth: 300 * GB, cache: 48 * MiB, matrix: full },
  },
  "a10": {
    ...{ ...ampere, model: "NVIDIA A10", cores: 72, clock: 1.695, memory: gibibytes(22) },
    ...{ bandwidth: 600 * GB, cache: 6 * MiB, matrix: full },
  },
  "a6000": {
    ...{ ...ampere, model: "NVIDIA RTX A6000", cores: 84, clock: 1.8, memory: 51041271808 },
    ...{ bandwidth: 768.096 * GB, cache: 6 * MiB, matrix: full },
  },
  "rtx-pro-6000": {
    ...{ ...blackwell, model: "NVIDIA RTX PRO 6000 Blackwell", cores: 188, clock: 2.6, memory: 103079215104 },
    ...{ bandwidth: 1792 * GB, cache: 128 * MiB, matrix: full },
  },
  "rtx5090": {
    ...{ ...blackwell, model: "NVIDIA GeForce RTX 5090", cores: 170, clock: 2.407, memory: gibibytes(31.4) },
    ...{ bandwidth: 1792 * GB, cache: 96 * MiB, matrix: half },
  },
  "rtx4090": {
    ...{ ...ada, model: "NVIDIA GeForce RTX 4090", cores: 128, clock: 2.52, memory: gibibytes(23.6) },
    ...{ bandwidth: 1008 * GB, cache: 72 * MiB, matrix: half },
  },
  "rtx3090": {
    ...{ ...ampere, model: "NVIDIA GeForce RTX 3090", cores: 82, clock: 1.695, memory: gibibytes(23.7) },
    ...{ bandwidth: 936.2 * GB, cache: 6 * MiB, matrix: half },
  },
  "t4": {
    ...{ model: "Tesla T4", capability: [7, 5], cores: 40, clock: 1.59, memory: gibibytes(14.6), bandwidth: 320 * GB },
    ...{ cache: 4 * MiB, lanes: 64, threads: 1024, shared: [65536, 65536], matrix: { bf16: 0, tf32: 0 } },
  },
} as const satisfies Readonly<Record<string, Gpu>>;

/** Name of a GPU that is described. */
export type GpuName = keyof typeof gpus;

/** What arithmetic a factor goes through: float32 with all digits, with those of TF32, or bfloat16. */
export type MatrixType = "float32" | "tf32" | "bfloat16";

/** FLOP a second of a GPU at its best, by the type of the factors, a multiply-add counting as two. */
export function peakOf(gpu: Gpu, type: MatrixType): number {
  const plain = gpu.cores * gpu.lanes * 2 * gpu.clock * 1e9;
  const units = type === "bfloat16" ? gpu.matrix.bf16 : type === "tf32" ? gpu.matrix.tf32 : 0;
  return Math.round(Math.max(plain, gpu.cores * units * (gpu.matrixClock ?? gpu.clock) * 1e9));
}
