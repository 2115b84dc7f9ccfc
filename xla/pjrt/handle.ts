/** What PJRT made and wants back: freed explicitly, or when it is forgotten. */

/** How to free what an address names. It may not hold, however indirectly, what it frees: that would never be forgotten. */
export type Free = (address: bigint) => void;

const forgotten = new FinalizationRegistry<{ addresses: BigUint64Array; free: Free }>(({ addresses, free }) => {
  for (const address of addresses) if (address !== 0n) free(address);
});

/**
 * Objects of PJRT that came together, such as all outputs of a run. Each is freed by itself; those left over are freed
 * when nobody holds the list any more. One list for many, as the collector's books cost more than the objects.
 */
export class Handles {
  #left: number;

  readonly #addresses: BigUint64Array;
  readonly #free: Free;

  /** @param addresses of objects, none of them 0; the list is taken over */
  constructor(addresses: BigUint64Array, free: Free) {
    this.#addresses = addresses;
    this.#free = free;
    this.#left = addresses.length;
    if (addresses.length > 0) forgotten.register(this, { addresses, free }, this);
  }

  /** A list of one. */
  static of(address: bigint, free: Free): Handles {
    return new Handles(BigUint64Array.of(address), free);
  }

  /** Address of an object; 0 once it is freed. */
  at(index: number): bigint {
    return this.#addresses[index]!;
  }

  /** Frees an object, unless it is freed. */
  release(index: number): void {
    const address = this.#addresses[index]!;
    if (address === 0n) return;
    this.#addresses[index] = 0n;
    if (--this.#left === 0) forgotten.unregister(this);
    this.#free(address);
  }
}

/** One of such a list: what buffers and programs are underneath. */
export abstract class Handle implements Disposable {
  readonly #list: Handles;
  readonly #index: number;

  constructor(list: Handles, index = 0) {
    this.#list = list;
    this.#index = index;
  }

  /** What it is called in messages, with why it may be freed: "a compiled program: it is freed". */
  protected abstract what(): string;

  /** Its address. @throws Error where it is freed */
  get handle(): bigint {
    const address = this.#list.at(this.#index);
    if (address !== 0n) return address;
    throw new Error(`Cannot use ${this.what()}`);
  }

  get isDisposed(): boolean {
    return this.#list.at(this.#index) === 0n;
  }

  /** Frees it, unless it is freed. */
  [Symbol.dispose](): void {
    this.#list.release(this.#index);
  }
}
