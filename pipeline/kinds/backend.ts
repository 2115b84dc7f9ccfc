/** Plugin kind `backend`: what runs the tensors. */
import type { Ahead } from "./ahead.ts";
import type { Tree } from "../../lib/tensor/tree.ts";

/** A compiled function: a call enqueues the work and resolves once it is enqueued, not once it is done. */
export type Compiled<A extends readonly Tree[], R extends Tree> = (...args: A) => Promise<R>;

/**
 * A compiled loop: enqueues the turns from the first number up to but not including the second, and resolves to what the
 * last gives. Element `i` on the first axis of each tensor in `ticks` is what turn `i` gets. `carried` is consumed.
 */
export type Repeated<C extends Tree, T extends Tree, A extends readonly Tree[]> = (
  carried: C,
  turns: readonly [from: number, to: number],
  ticks: T,
  ...rest: A
) => Promise<C>;

/** Why a compiled program cannot run: what it takes of a device's memory, and what there is, in bytes. */
export interface Shortage {
  /** What a run takes on each device. */
  readonly needed: number;
  /** What each device can give out. */
  readonly available: number;
}

/** What a backend is started with. */
export interface StartTools {
  /** Whether what it lacks may be downloaded. Default false. */
  readonly download?: boolean | undefined;
  /** Aborting it stops the work. */
  readonly signal?: AbortSignal | undefined;
  /** Shows progress of long work: `done` of `total` in `unit`, such as 12.5 of 63 "MB". */
  readonly progress?: ((what: string, done: number, total: number, unit: string) => void) | undefined;
  /**
   * Called, also after the start, as a program begins to compile that an earlier start has not left on disk, with the
   * `name` that `compile` was given; what it returns is called as that ends. A backend that compiles nothing has no use
   * for it.
   */
  readonly compiling?: ((name: string) => () => void) | undefined;
  /** Takes what a user should know, such as that nothing compiled can be kept. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Runs tfjs programs, op by op or compiled.
 *
 * The numbers are those of float32, but for rounding. A backend that can compute with fewer digits has an option
 * `precision`: "float32", "tensorfloat32" or "mixed". A run does not resume with another one. Where none is given, factors
 * of convolutions and matrix products may be rounded to TensorFloat-32 on devices that have it; `build` says whether.
 */
export interface Backend {
  /** Name, such as "wasm". */
  readonly name: string;
  /** One line for people: device, cores, precision, and why this one was chosen. */
  readonly description: string;
  /** Bytes that tensors can take, where there is a limit. */
  readonly memory?: number | undefined;
  /** Bytes that one tensor can take, where there is a limit less than `memory`. Known once it is started. */
  readonly tensorBytes?: number | undefined;
  /** Rows of the result of a convolution or a matrix product, where there is a limit. Known once it is started. */
  readonly rows?: number | undefined;
  /** Devices that share each batch of training, as many pictures each. 1 unless given. */
  readonly devices?: number | undefined;
  /**
   * What rounding depends on besides the name and the number of devices, such as the version of a compiler and the
   * processor: a run that continues on another one is told. Known once it is started.
   */
  readonly build?: string | undefined;
  /** Starts the device and makes it the current backend of tfjs. Safe to call twice. */
  start(tools?: StartTools): Promise<void>;
  /**
   * Compiles a pure function of tensor trees; at the latest on the first call for each signature of shapes.
   *
   * Everything `fn` needs enters through its arguments; scalars travel as tensors. Arguments named in `donate` are
   * consumed: the caller must not use them again. The first axis of all tensors in the arguments named in `batch` is the
   * batch: a backend with several devices splits it. With `precision: "float32"` no number is rounded to less, whatever
   * the backend was asked for and the device is in the habit of: for what is compared with other programs' numbers. `name`
   * is for error messages and profiles. Where the compiler tells that a program takes more memory than the device has, the
   * call rejects before it runs, with an error that has a `shortage` (`Shortage`).
   */
  compile<A extends readonly Tree[], R extends Tree>(
    fn: (...args: A) => R,
    options: { name: string; donate?: readonly number[]; batch?: readonly number[]; precision?: "float32" },
  ): Compiled<A, R>;
  /**
   * Compiles a loop whose turns are one program, where the backend can: `step` gives what the next turn begins with, in
   * the same names, shapes and types. It is pure, as what `compile` takes. Without this, turns are compiled and called one
   * by one.
   */
  repeat?:
    | (<C extends Tree, T extends Tree, A extends readonly Tree[]>(
      step: (carried: C, tick: T, ...rest: A) => C,
      options: { name: string; precision?: "float32" },
    ) => Repeated<C, T, A>)
    | undefined;
  /** Compiling for GPUs that are not here, where the backend can. It need not be started. */
  readonly ahead?: Ahead | undefined;
  /** Frees the device. */
  stop(): Promise<void>;
}
