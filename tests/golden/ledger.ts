/** Keeps account of a golden topic: each tensor is compared, used as an input, or pending with a reason. */
import assert from "node:assert/strict";
import type * as tf from "@tensorflow/tfjs";
import type { Golden, GoldenTensor } from "./golden.ts";

/** How far values may be from the golden ones. All that are given must hold. */
export interface Tolerance {
  /** Largest error over the largest absolute golden value. */
  readonly max?: number;
  /** Largest error of a value over its own absolute golden value. */
  readonly relative?: number;
  /** Largest error. */
  readonly absolute?: number;
}

/** Errors of a comparison, by the names of `Tolerance`. */
export type LargestErrors = Required<Tolerance>;

/** Compares values with golden ones. */
export function errors(actual: ArrayLike<number>, expected: ArrayLike<number>): LargestErrors {
  assert.equal(actual.length, expected.length, "number of values");
  let absolute = 0, relative = 0, largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(error)) return { max: NaN, relative: NaN, absolute: NaN };
    absolute = Math.max(absolute, error);
    relative = Math.max(relative, error === 0 ? 0 : error / Math.abs(expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return { max: absolute === 0 ? 0 : absolute / largest, relative, absolute };
}

/** The account of one topic. Make one a test file; call `close` in the last test. */
export class Ledger {
  readonly #golden: Golden;
  readonly #inputs = new Set<string>();
  readonly #compared = new Set<string>();
  readonly #pending = new Map<string, string>();
  readonly #worst = new Map<string, { error: number; measure: string; tolerance: number; name: string }>();

  constructor(golden: Golden) {
    this.#golden = golden;
  }

  /** A tensor that a case starts from. */
  input(name: string): GoldenTensor {
    this.#inputs.add(name);
    return this.#golden.get(name);
  }

  /** Says that a tensor waits for something, such as "sampler multistep". */
  pend(name: string, reason: string): void {
    this.#golden.get(name);
    this.#pending.set(name, reason);
  }

  /** Whether a tensor is settled already. */
  knows(name: string): boolean {
    return this.#inputs.has(name) || this.#compared.has(name) || this.#pending.has(name);
  }

  /**
   * Compares values with the tensor `name`, and fails when they are further off than `tolerance`.
   *
   * @param topic what the printed summary counts this comparison under, such as "outputs on wasm"
   */
  compare(topic: string, name: string, actual: ArrayLike<number>, tolerance: Tolerance): void {
    const found = errors(actual, this.#golden.get(name).data);
    this.#compared.add(name);
    assert.ok(Object.keys(tolerance).length > 0, "a tolerance has to be given");
    for (const [measure, allowed] of Object.entries(tolerance) as [keyof LargestErrors, number][]) {
      const worst = this.#worst.get(`${topic} ${measure}`);
      if (worst === undefined || !(found[measure] <= worst.error)) {
        this.#worst.set(`${topic} ${measure}`, { error: found[measure], measure, tolerance: allowed, name });
      }
      assert.ok(
        found[measure] <= allowed,
        `"${name}" (${topic}) differs by ${found[measure].toExponential(2)} ${measure}, ${allowed} is allowed`,
      );
    }
  }

  /** As `compare`, once the values are read. */
  async compareTensor(topic: string, name: string, actual: tf.Tensor, tolerance: Tolerance): Promise<void> {
    this.compare(topic, name, await actual.data(), tolerance);
  }

  /** Prints the account, and fails on tensors that nobody has settled. */
  close(): void {
    const { topic, tensors } = this.#golden;
    for (const [key, { error, tolerance, name }] of this.#worst) {
      console.log(`golden ${topic}: ${key} ${error.toExponential(1)} of ${tolerance} (worst: ${name})`);
    }
    const reasons = new Map<string, string[]>();
    for (const [name, reason] of this.#pending) {
      if (this.#compared.has(name)) continue;
      reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
    }
    for (const [reason, names] of reasons) console.log(`golden ${topic}: pending (${reason}): ${names.join(" ")}`);
    const pending = [...reasons.values()].flat();
    const counts = [...reasons].map(([reason, names]) => `${names.length} ${reason}`).join(", ");
    const compared = this.#compared.size;
    console.log(
      `golden ${topic}: ${compared} passed, ${pending.length} pending${counts ? ` (${counts})` : ""}, ` +
        `${tensors.length - compared - pending.length} inputs`,
    );
    const unknown = tensors.map(({ name }) => name).filter((name) => !this.knows(name));
    const some = unknown.slice(0, 10).join(", ");
    assert.equal(unknown.length, 0, `${unknown.length} tensors of golden topic "${topic}" that no test knows: ${some}`);
  }
}
