/** A tfjs backend that keeps shapes and no values, like PyTorch's meta device. It counts the bytes that values would take. */
import * as tf from "@tensorflow/tfjs";

interface Data {
  readonly bytes: number;
  references: number;
}

/** Bytes are those of distinct data: clones and reshapes share theirs. */
export class ShapesBackend extends tf.KernelBackend {
  /** Bytes of all live data. */
  bytes = 0;
  /** The most that `bytes` has been. */
  peak = 0;
  readonly #data = new Map<object, Data>();

  /** Data that values of this shape would take. */
  allocate(shape: readonly number[], dtype: tf.DataType): object {
    const dataId = {};
    const bytes = tf.util.sizeFromShape([...shape]) * tf.util.bytesPerElement(dtype);
    this.#data.set(dataId, { bytes, references: 1 });
    this.bytes += bytes;
    this.peak = Math.max(this.peak, this.bytes);
    return dataId;
  }

  /** Whether data is this backend's; if not, it came from outside the trace. */
  owns(dataId: object): boolean {
    return this.#data.has(dataId);
  }

  override write(_values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    return this.allocate(shape, dtype);
  }
  override move(dataId: object, _values: tf.BackendValues, shape: number[], dtype: tf.DataType, references: number) {
    const bytes = tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
    this.#data.set(dataId, { bytes, references });
    this.bytes += bytes;
    this.peak = Math.max(this.peak, this.bytes);
  }
  override incRef(dataId: object): void {
    const data = this.#data.get(dataId);
    if (data !== undefined) data.references++;
  }
  override refCount(dataId: object): number {
    return this.#data.get(dataId)?.references ?? 0;
  }
  override disposeData(dataId: object, force = false): boolean {
    const data = this.#data.get(dataId);
    if (data === undefined) return true;
    if (--data.references > 0 && !force) return false;
    this.#data.delete(dataId);
    this.bytes -= data.bytes;
    return true;
  }
  override numDataIds(): number {
    return this.#data.size;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override timerAvailable(): boolean {
    return false;
  }
  override time(fn: () => void): Promise<tf.BackendTimingInfo> {
    fn();
    return Promise.resolve({ kernelMs: 0 } as tf.BackendTimingInfo);
  }
  override readSync(): never {
    throw new Error("Cannot read the values of a tensor while only shapes are traced: compute with tensors instead");
  }
  // deno-lint-ignore require-await -- the error has to come as a rejection
  override async read(): Promise<tf.BackendValues> {
    this.readSync();
  }
  override dispose(): void {
    this.#data.clear();
  }
}
