/** Bounds what is done at the same time by what it takes, such as bytes of memory. */

/** Lets work begin, in the order it came, as long as all that runs takes no more than a limit together. */
export class Budget {
  #used = 0;
  readonly #waiting: { amount: number; begin: () => void }[] = [];

  /** @param limit what runs at the same time may take together, in any unit */
  constructor(readonly limit: number) {}

  /** What the running work takes. */
  get used(): number {
    return this.#used;
  }

  /**
   * Does work once there is room for it. What takes the whole limit or more runs alone: after all that came before, and
   * before all that comes after.
   */
  async use<Result>(amount: number, work: () => Promise<Result>): Promise<Result> {
    const taken = Math.min(amount, this.limit);
    await new Promise<void>((begin) => {
      this.#waiting.push({ amount: taken, begin });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#used -= taken;
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#used + this.#waiting[0]!.amount <= this.limit) {
      const { amount, begin } = this.#waiting.shift()!;
      this.#used += amount;
      begin();
    }
  }
}
