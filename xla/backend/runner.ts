/** A compiled function with what a call of it needs. */
import * as tf from "@tensorflow/tfjs";
import type { Buffer, Executable } from "../pjrt/mod.ts";
import { source, type Value } from "../stablehlo/mod.ts";
import type { XlaBackend } from "./backend.ts";
import { replicate, shard } from "./placement.ts";
import { Stored } from "./stored.ts";
import type { Tree } from "./tree.ts";

/** Calls under way at once: the host prepares the next while the device computes this one. */
const mostUnderWay = 2;

export interface RunnerParts {
  readonly name: string;
  readonly executable: Executable;
  readonly text: string;
  /** Places of arguments that a call consumes. */
  readonly donated: readonly number[];
  /** For each argument, whether it is split over the devices. */
  readonly split: readonly boolean[];
  /** For each output, the argument that it is, unless it is computed. */
  readonly passed: readonly (number | undefined)[];
  /** Values from outside that follow the arguments. */
  readonly captured: readonly Value[];
  readonly devices: number;
  /** A tree of the form of the result. */
  readonly result: Tree;
}

export class Runner {
  readonly donated: readonly number[];
  readonly result: Tree;
  readonly #underWay: Promise<void>[] = [];

  constructor(readonly backend: XlaBackend, readonly parts: RunnerParts) {
    this.donated = parts.donated;
    this.result = parts.result;
  }

  /** Starts the program and returns tensors that may still be under way. */
  async run(tensors: readonly tf.Tensor[], paths: readonly string[]): Promise<tf.Tensor[]> {
    const { backend, parts } = this;
    while (this.#underWay.length >= mostUnderWay) await this.#underWay.shift();
    const values = tensors.map(({ dataId }, i) => parts.split[i] ? undefined : backend.lazy(backend.entry(dataId)));
    await backend.graph.settle(values.filter((value) => value !== undefined));
    const kept = this.#kept(tensors, values);
    const lists = this.#arguments(tensors, values, paths);
    const { outputs, done } = parts.executable.start(lists, kept);
    this.#underWay.push(done);
    done.catch(() => {}); // told to the next call, or to who reads the results
    lists.temporary.forEach((buffer) => buffer[Symbol.dispose]());
    let next = 0;
    return parts.passed.map((argument) => {
      if (argument !== undefined) return tf.clone(tensors[argument]!);
      const index = next++;
      const stored = new Stored(outputs.map((list) => list[index]!));
      return tf.engine().makeTensorFromTensorInfo(
        backend.make(source({ shape: stored.first.shape, dtype: stored.first.type }, stored)),
      );
    });
  }

  /** Donated arguments whose memory somebody else uses too. */
  #kept(tensors: readonly tf.Tensor[], values: readonly (Value | undefined)[]): number[] {
    const seen = new Map<unknown, number>();
    for (const value of values) if (value !== undefined) seen.set(value.op, (seen.get(value.op) ?? 0) + 1);
    return this.donated.filter((i) => {
      const { op } = values[i]!;
      return op.uses! > 1 || this.backend.refCount(tensors[i]!.dataId) > 1 || seen.get(op)! > 1;
    });
  }

  #arguments(tensors: readonly tf.Tensor[], values: readonly (Value | undefined)[], paths: readonly string[]) {
    const { backend, parts: { devices, captured } } = this;
    const { device, graph } = backend;
    const lists: Buffer[][] & { temporary: Buffer[] } = Object.assign(
      Array.from({ length: devices }, (): Buffer[] => []),
      { temporary: [] as Buffer[] },
    );
    const add = (buffers: readonly Buffer[]) => lists.forEach((list, i) => list.push(buffers[i]!));
    tensors.forEach((tensor, i) => {
      const value = values[i];
      if (value !== undefined) {
        const stored = graph.storedOf(value);
        return devices === 1 ? lists[0]!.push(stored.first) : add(replicate(stored, devices, device));
      }
      const { shape } = tensor;
      const elements = backend.readSync(tensor.dataId) as tf.TypedArray;
      const shares = shard(elements, { shape, dtype: backend.elementType(tensor) }, devices, device, paths[i]!);
      lists.temporary.push(...shares);
      add(shares);
    });
    for (const value of captured) {
      const stored = graph.storedOf(value);
      devices === 1 ? lists[0]!.push(stored.first) : add(replicate(stored, devices, device));
    }
    return lists;
  }
}
