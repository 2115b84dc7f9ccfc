/** Compiling for GPUs that are not here: what they are, and what programs become on them. */
import type { Backend, StartTools } from "./backend.ts";

/** A GPU, as its maker describes it. */
export interface DescribedGpu {
  /** What people type, such as "h100". */
  readonly name: string;
  /** As its driver calls it. */
  readonly model: string;
  /** Bytes of its memory. */
  readonly memory: number;
  /** Bytes a second from and to its memory. */
  readonly bandwidth: number;
  /** FLOP a second at its best by the type of the factors, a multiply-add counting as two. */
  readonly peaks: Readonly<Record<"float32" | "tf32" | "bfloat16", number>>;
}

/** Convolutions or products of one sort. */
export interface CompiledWork {
  /** `input gradient` and `filter gradient` of a convolution are what cuDNN has calls of their own for. */
  readonly what: "convolution" | "input gradient" | "filter gradient" | "product" | "attention";
  /** Whose code computes it; `XLA` where it is part of a loop that XLA writes itself. */
  readonly library: "cuDNN" | "cuBLAS" | "Triton" | "XLA";
  /** What the factors are multiplied in. */
  readonly type: "float32" | "tf32" | "bfloat16" | "other";
  /** How many there are. */
  readonly count: number;
  /** FLOP of all of them, a multiply-add counting as two. */
  readonly flops: number;
}

/** What a program became. Of a loop, one turn. Of several GPUs, what each does. */
export interface CompiledProgram {
  /** The name that it was compiled with. */
  readonly name: string;
  /** Whether kernels, bytes and times are those of one turn of its loop. */
  readonly turn: boolean;
  /** Kernels that it starts. */
  readonly kernels: number;
  /** Those that move less than a megabyte. */
  readonly small: number;
  /** Bytes of operands and results of all kernels: the most that is moved from and to the memory. */
  readonly bytes: number;
  /** Seconds that moving them takes at the full bandwidth. */
  readonly bytesSeconds: number;
  /** FLOP of convolutions and matrix products. */
  readonly flops: number;
  /** Seconds that they take at the peak of their types. */
  readonly flopsSeconds: number;
  /** Seconds of all kernels, each as long as the longer of the two: about the best to hope for. */
  readonly seconds: number;
  /** Convolutions and products by sort, the most FLOP first. */
  readonly work: readonly CompiledWork[];
  /** Kernels that only copy or transpose. */
  readonly copies: number;
  /** Bytes of them, read and written. */
  readonly copiedBytes: number;
  /** Exchanges between devices, such as sums of gradients. */
  readonly collectives: number;
  /** Bytes of them, given and got. */
  readonly collectiveBytes: number;
  /** What it takes of a GPU's memory, in bytes. */
  readonly memory: {
    readonly arguments: number;
    readonly results: number;
    /** The part of the results that takes over memory of arguments. */
    readonly shared: number;
    readonly temporary: number;
    readonly code: number;
    /** All of it at once. */
    readonly total: number;
  };
  /** The kernels that move most, those first. */
  readonly largest: readonly { readonly name: string; readonly kind: string; readonly bytes: number }[];
}

/** How to compile, and what for. */
export interface AheadTools extends Pick<StartTools, "compiling" | "warn"> {
  /** GPUs that share each batch. Default: as many as the backend's devices. */
  readonly devices?: number | undefined;
  /** Which programs are compiled, by their names; the others only give zeros. Default: all. */
  readonly wanted?: ((name: string) => boolean) | undefined;
  /** Takes what became of each program. */
  readonly compiled: (program: CompiledProgram) => void;
}

/** What a backend compiles for without having it. */
export interface Ahead {
  /** The GPUs that are described. */
  readonly gpus: readonly DescribedGpu[];
  /**
   * A backend whose compiled functions are compiled for a GPU, never run, and give zeros of the right shapes. It is
   * started; the caller stops it.
   *
   * @param gpu name of one of `gpus`
   * @throws where what compiles is not installed: the error's `help` says how to install it
   */
  open(gpu: string, tools: AheadTools): Promise<Backend>;
}
