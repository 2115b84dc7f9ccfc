/** What PJRT made and wants back: freed explicitly, or when it is forgotten. */

/** How to free what an address names. It may not hold, however indirectly, what it frees: that would never be forgotten. */
export type Free = (address: bigint) => void;

/** Counts what is in use of something that has to be freed last, and frees it then. */
export class Uses {
  #count = 0;
  #free: (() => void) | undefined;

  begin(): void {
    this.#count++;
  }

  end(): void {
    this.#count--;
    this.#freeUnused();
  }

  /** Counts as a use what an asynchronous function does. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.begin();
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  /** Calls a function once nothing is in use any more: now, or after the last use. */
  whenUnused(free: () => void): void {
    this.#free = free;
    this.#freeUnused();
  }

  #freeUnused(): void {
    if (this.#count > 0) return;
    const free = this.#free;
    this.#free = undefined;
    free?.();
  }
}

const forgotten = new FinalizationRegistry<{ addresses: BigUint64Array; free: Free; uses: Uses }>(
  ({ addresses, free, uses }) => {
    for (const address of addresses) if (address !== 0n) free(address);
    uses.end();
  },
);

/**
 * Objects of PJRT that came together, such as all outputs of a run. Each is freed by itself; those left over are freed
 * when nobody holds the list any more. One list for many, as the collector's books cost more than the objects.
 */
export class Handles {
  #left: number;

  readonly #addresses: BigUint64Array;
  readonly #free: Free;

  /**
   * @param addresses of objects, none of them 0; the list is taken over
   * @param uses of what they belong to, in use as long as any of them is not freed
   */
  constructor(addresses: BigUint64Array, free: Free, readonly uses: Uses) {
    this.#addresses = addresses;
    this.#free = free;
    this.#left = addresses.length;
    if (addresses.length === 0) return;
    uses.begin();
    forgotten.register(this, { addresses, free, uses }, this);
  }

  /** A list of one. */
  static of(address: bigint, free: Free, uses: Uses): Handles {
    return new Handles(BigUint64Array.of(address), free, uses);
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
    this.#free(address);
    if (--this.#left > 0) return;
    forgotten.unregister(this);
    this.uses.end();
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

  /** Uses of what it belongs to. */
  protected get uses(): Uses {
    return this.#list.uses;
  }

  get isDisposed(): boolean {
    return this.#list.at(this.#index) === 0n;
  }

  /** Frees it, unless it is freed. */
  [Symbol.dispose](): void {
    this.#list.release(this.#index);
  }
}
