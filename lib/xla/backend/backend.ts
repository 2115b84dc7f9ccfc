/** The backend object of tfjs: tensors' data, kept on the device or waiting to be computed. */
import * as tf from "@tensorflow/tfjs";
import { constant, type ElementType, reshape, sameShape, sizeOf, source, type Value } from "../stablehlo/mod.ts";
import { isFusedAttention } from "../kernels/mod.ts";
import type { XlaDevice } from "./device.ts";
import { elementsOf, elementTypes, isDeviceType, type TensorEntry, typeName } from "./tensor_entry.ts";
import { LazyGraph } from "./lazy.ts";
import { userLine } from "./place.ts";
import { DeviceTensor } from "./device_tensor.ts";
import type { Trace } from "./trace.ts";

/** Operations that may wait before they are run without being asked for. */
const mostPending = 2000;
/** Most elements of a constant that is written in a program's text. */
const mostInline = 1024;
/** Bytes from which data goes to the device at once. */
const uploadAtOnce = 65536;

export class XlaBackend extends tf.KernelBackend {
  readonly graph: LazyGraph;
  /** The function being traced. */
  trace: Trace | undefined;
  readonly #entries = new Map<tf.DataId, TensorEntry>();

  constructor(readonly device: XlaDevice) {
    super();
    this.graph = new LazyGraph(device);
  }

  /** Whether attention of this shape, `[batch, pixels, heads, width]`, is one kernel. */
  fusesAttention(shape: readonly number[]): boolean {
    return isFusedAttention(shape, () => this.device.attentionWidth);
  }

  override numDataIds(): number {
    return this.#entries.size;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: true, reasons: ["Results that wait to be computed take no memory yet."] };
  }
  override async time(fn: () => void): Promise<tf.BackendTimingInfo> {
    const start = performance.now();
    fn();
    await Promise.resolve();
    return { kernelMs: performance.now() - start };
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: tf.DataId,
    values: tf.backend_util.BackendValues | null,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    const entry: TensorEntry = { refCount, shape: [...shape], dtype };
    if (isDeviceType(dtype)) {
      const type = elementTypes[dtype];
      const given = values ?? new Float32Array(sizeOf(shape));
      const elements = dtype === "float32"
        ? asArray(Float32Array, given)
        : dtype === "int32"
        ? asArray(Int32Array, given)
        : asArray(Uint8Array, given);
      if (elements.byteLength >= uploadAtOnce && this.trace === undefined && this.device.devices === 1) {
        entry.stored = this.#upload(elements, shape, type);
      } else entry.host = elements === given ? elements.slice() : elements;
    } else if (dtype === "string") entry.host = values as Uint8Array[];
    else throw new TypeError(`Cannot hold ${dtype} tensors on the xla backend: it supports float32, int32 and bool`);
    this.#entries.set(dataId, entry);
  }

  override incRef(dataId: tf.DataId): void {
    const entry = this.#entries.get(dataId);
    if (entry !== undefined) entry.refCount++;
  }
  override refCount(dataId: tf.DataId): number {
    return this.#entries.get(dataId)?.refCount ?? 0;
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    const entry = this.#entries.get(dataId);
    if (entry === undefined) return true;
    if (--entry.refCount > 0 && !force) return false;
    this.#entries.delete(dataId);
    if (entry.stored !== undefined) entry.stored[Symbol.dispose]();
    if (entry.value !== undefined && entry.trace === undefined) this.graph.release(entry.value);
    return true;
  }

  override dispose(): void {
    for (const dataId of [...this.#entries.keys()]) this.disposeData(dataId, true);
  }

  override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
    const entry = this.#readable(dataId);
    if (entry.host !== undefined) return entry.host as tf.TypedArray;
    const value = this.lazy(entry);
    this.graph.retain(value);
    try {
      await this.graph.settle([value]);
      return elementsOf(await this.graph.storedOf(value).first.read(), typeName(value.dtype));
    } finally {
      this.graph.release(value);
    }
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const entry = this.#readable(dataId);
    if (entry.host !== undefined) return entry.host as tf.TypedArray;
    const value = this.lazy(entry);
    this.graph.settleSync([value]);
    return elementsOf(this.graph.storedOf(value).first.readSync(), typeName(value.dtype));
  }

  /** The value behind a tensor, of the tensor's own shape. */
  valueBehind({ dataId, shape }: tf.TensorInfo): Value {
    const entry = this.entry(dataId);
    const value = this.trace === undefined ? this.lazy(entry) : this.#traced(entry);
    return sameShape(value.shape, shape) ? value : reshape(value, shape);
  }

  /** A tensor for a value. The value may share operations with others that no tensor holds yet, so nothing is run here. */
  make(value: Value): tf.TensorInfo {
    const dtype = typeName(value.dtype);
    const dataId = {};
    const entry: TensorEntry = { refCount: 1, shape: value.shape, dtype, trace: this.trace };
    if (this.trace === undefined) this.#hold(entry, value);
    else entry.value = value;
    this.#entries.set(dataId, entry);
    return { dataId, shape: [...value.shape], dtype };
  }

  /** A tensor of what is on the device already. */
  adopt(stored: DeviceTensor, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    const dataId = {};
    this.#entries.set(dataId, { refCount: 1, shape, dtype, stored });
    return { dataId, shape: shape as number[], dtype };
  }

  /** Another tensor of the same data. */
  share({ dataId }: tf.TensorInfo, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    this.entry(dataId).refCount++;
    return { dataId, shape: [...shape], dtype };
  }

  entry(dataId: tf.DataId): TensorEntry {
    const entry = this.#entries.get(dataId);
    if (entry !== undefined) return entry;
    throw new Error("Cannot use a tensor: its data is freed");
  }

  /** The value of an entry outside of traces: a buffer, or an operation that waits. @throws Error where a trace made it */
  lazy(entry: TensorEntry): Value {
    if (entry.trace !== undefined) {
      throw new Error(
        "Cannot use a tensor outside of the compiled function that made it: it has no values; return it from there",
      );
    }
    if (entry.value !== undefined) return entry.value;
    const type = this.elementType(entry as tf.TensorInfo & TensorEntry);
    const stored = entry.stored ?? this.#upload(entry.host as tf.TypedArray, entry.shape, type);
    this.#hold(entry, source({ shape: entry.shape, dtype: type }, stored));
    entry.stored = undefined;
    return entry.value!;
  }

  /** Element type of a tensor on the device. @throws TypeError where it has none */
  elementType({ dtype }: tf.TensorInfo): ElementType {
    if (isDeviceType(dtype)) return elementTypes[dtype];
    throw new TypeError(`Cannot compute with ${dtype} tensors on the xla backend: it supports float32, int32 and bool`);
  }

  /** Runs everything that tensors hold where much of it waits. */
  settleMany(): void {
    if (this.trace === undefined && this.graph.pending > mostPending) this.settleAll();
  }

  /** Runs everything that tensors hold. */
  settleAll(): void {
    const values: Value[] = [];
    for (const { value, trace } of this.#entries.values()) {
      if (value !== undefined && trace === undefined) values.push(value);
    }
    this.graph.settleSync(values);
  }

  #upload(elements: tf.TypedArray, shape: readonly number[], type: ElementType): DeviceTensor {
    return new DeviceTensor([this.device.client.upload(elements, shape, type)]);
  }

  #hold(entry: TensorEntry, value: Value): void {
    this.graph.retain(value);
    entry.value = value;
  }

  #traced(entry: TensorEntry): Value {
    if (entry.trace === this.trace) return entry.value!;
    if (entry.trace === undefined && entry.host !== undefined && isDeviceType(entry.dtype)) {
      const type: ElementType = elementTypes[entry.dtype];
      const values = entry.host as tf.TypedArray;
      if (values.length <= mostInline || isUniform(values)) return constant(values, entry.shape, type);
    }
    return this.trace!.capture(this.lazy(entry));
  }

  #readable(dataId: object): TensorEntry {
    const entry = this.entry(dataId);
    if (entry.trace === undefined) return entry;
    const { name, origin } = entry.value!.op;
    const from = name === "source" ? " (an argument)" : origin === "" ? "" : ` (a result of ${origin})`;
    throw new Error(
      `Cannot read values inside the compiled function "${this.trace?.name ?? "?"}"` +
        `${from}${userLine(this.device.library)}: ` +
        `they are not known while it is compiled, so compute with tensors or return the tensor and read it outside`,
    );
  }
}

function asArray<T extends tf.TypedArray>(
  of: { new (values: ArrayLike<number>): T },
  values: tf.backend_util.BackendValues,
): T {
  return values instanceof of ? values : new of(values as ArrayLike<number>);
}

function isUniform(values: tf.TypedArray): boolean {
  return values.every((value) => Object.is(value, values[0]));
}
