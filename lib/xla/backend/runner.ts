/** A compiled function with what a call of it needs. */
import * as tf from "@tensorflow/tfjs";
import type { Buffer, Executable } from "../pjrt/mod.ts";
import type { Value } from "../stablehlo/mod.ts";
import type { XlaBackend } from "./backend.ts";
import { type DeviceType, type TensorEntry, typeName } from "./tensor_entry.ts";
import type { TreeStructure } from "./tree_structure.ts";
import { replicate, shard } from "./placement.ts";
import { DeviceTensor } from "./device_tensor.ts";

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
  /** The structure of the result. */
  readonly result: TreeStructure;
}

let calls = 0;

export class Runner {
  readonly donated: readonly number[];
  readonly result: TreeStructure;
  readonly #underWay: Promise<void>[] = [];
  readonly #captured: readonly (readonly Buffer[])[];
  readonly #dtypes: readonly DeviceType[];

  constructor(readonly backend: XlaBackend, readonly parts: RunnerParts) {
    this.donated = parts.donated;
    this.result = parts.result;
    this.#captured = parts.captured.map((value) =>
      replicate(backend.graph.storedOf(value), parts.devices, backend.device)
    );
    this.#dtypes = parts.executable.outputs.map(({ type }) => typeName(type));
  }

  /**
   * Starts the program and returns tensors that may still be under way.
   *
   * @param paths the path of each argument, for messages
   */
  async run(tensors: readonly tf.Tensor[], paths: readonly string[]): Promise<tf.Tensor[]> {
    const { backend, parts } = this;
    while (this.#underWay.length >= mostUnderWay) await this.#underWay.shift();
    const entries: TensorEntry[] = [];
    const waiting: Value[] = [];
    for (let i = 0; i < tensors.length; i++) {
      const entry = backend.entry(tensors[i]!.dataId);
      entries.push(entry);
      if (parts.split[i] || entry.stored !== undefined || entry.value?.op.held !== undefined) continue;
      waiting.push(backend.lazy(entry)); // on the host, or not computed yet
    }
    if (waiting.length > 0) await backend.graph.settle(waiting);

    const temporary: Buffer[] = [];
    const kept = this.#kept(entries);
    const lists = this.#arguments(tensors, entries, paths, temporary);
    const { outputs, done } = parts.executable.start(lists, kept);
    this.#underWay.push(done);
    backend.device.watch(done);
    for (const buffer of temporary) buffer[Symbol.dispose]();
    return this.#results(tensors, outputs);
  }

  /** Lets go of the program: it is not run any more. */
  release(): void {
    this.backend.device.release(this.parts.executable);
  }

  #results(tensors: readonly tf.Tensor[], outputs: readonly (readonly Buffer[])[]): tf.Tensor[] {
    const { backend, parts: { passed, executable } } = this;
    const engine = tf.engine();
    const [first] = outputs as [readonly Buffer[]];
    let next = 0;
    return passed.map((argument) => {
      if (argument !== undefined) return tf.clone(tensors[argument]!);
      const i = next++;
      const stored = new DeviceTensor(outputs.length === 1 ? [first[i]!] : outputs.map((list) => list[i]!));
      return engine.makeTensorFromTensorInfo(backend.adopt(stored, executable.outputs[i]!.shape, this.#dtypes[i]!));
    });
  }

  /** Donated arguments whose memory somebody else uses too. */
  #kept(entries: readonly TensorEntry[]): number[] {
    const call = ++calls;
    for (const entry of entries) {
      if (entry.call === call) entry.callTwice = call;
      entry.call = call;
    }
    const kept: number[] = [];
    for (const i of this.donated) {
      const { refCount, value, callTwice } = entries[i]!;
      if (refCount > 1 || callTwice === call || (value !== undefined && value.op.uses! > 1)) kept.push(i);
    }
    return kept;
  }

  /** Arguments by device. */
  #arguments(
    tensors: readonly tf.Tensor[],
    entries: readonly TensorEntry[],
    paths: readonly string[],
    temporary: Buffer[],
  ): readonly Buffer[][] {
    const { backend, parts: { devices, split } } = this;
    const lists = Array.from({ length: devices }, (): Buffer[] => []);
    const add = (buffers: readonly Buffer[]) => {
      for (let device = 0; device < devices; device++) lists[device]!.push(buffers[device]!);
    };
    for (let i = 0; i < entries.length; i++) {
      if (split[i]) {
        const tensor = tensors[i]!;
        const elements = backend.readSync(tensor.dataId) as tf.TypedArray;
        const type = { shape: tensor.shape, dtype: backend.elementType(tensor) };
        const shares = shard(elements, type, devices, backend.device, paths[i]!);
        temporary.push(...shares);
        add(shares);
        continue;
      }
      const { stored, value } = entries[i]!;
      add(replicate(stored ?? backend.graph.storedOf(value!), devices, backend.device));
    }
    this.#captured.forEach(add);
    return lists;
  }
}
