/** The lazy graph: who uses an operation, and the running of what is needed. */
import { type Op, program, Value } from "../stablehlo/mod.ts";
import type { XlaDevice } from "./device.ts";
import { DeviceTensor } from "./device_tensor.ts";

/**
 * Operations that wait to be run. An operation counts its users: tensors, and operations that wait. What nobody uses any
 * more is dropped at once, and its memory freed.
 */
export class LazyGraph {
  /** Operations that wait. */
  pending = 0;
  /** Results that somebody wants, by operation: a bit an index. */
  readonly #wanted = new WeakMap<Op, number>();

  constructor(readonly device: XlaDevice) {}

  /** A tensor takes hold of a value. */
  retain(value: Value): void {
    this.#adopt(value.op);
    this.#use(value);
  }

  /** A tensor lets go of a value. */
  release({ op }: Value): void {
    const stack = [op];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      next.uses = next.uses! - 1;
      if (next.uses > 0) continue;
      if (next.held !== undefined) {
        for (const stored of next.held as (DeviceTensor | undefined)[]) stored?.[Symbol.dispose]();
        continue;
      }
      this.pending--;
      for (const operand of next.operands) stack.push(operand.op);
      next.operands = [];
    }
  }

  /** Runs what the values need, if they have not been run. Blocks the thread while a program is compiled. */
  settleSync(values: readonly Value[]): void {
    const plan = this.#plan(values);
    if (plan === undefined) return;
    const { outputs, text, inputs } = plan;
    this.#run(outputs, inputs, this.device.programSync(text));
  }

  /** As `settleSync`, with the event loop running while a program is compiled. */
  async settle(values: readonly Value[]): Promise<void> {
    const plan = this.#plan(values);
    if (plan === undefined) return;
    if (!this.device.has(plan.text)) {
      for (const value of values) this.retain(value);
      try {
        await this.device.prepare(plan.text, "operations");
        this.settleSync(values); // the graph may have changed meanwhile, so it is planned again
      } finally {
        for (const value of values) this.release(value);
      }
    } else this.settleSync(values);
  }

  /** Where a value is that has been run. */
  storedOf({ op, index }: Value): DeviceTensor {
    return op.held![index] as DeviceTensor;
  }

  /** New operations from `op` down become the graph's. */
  #adopt(op: Op): void {
    if (op.uses !== undefined) return;
    const stack = [op];
    op.uses = 0;
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next.held !== undefined) continue;
      this.pending++;
      for (const operand of next.operands) {
        if (operand.op.uses === undefined) {
          operand.op.uses = 0;
          stack.push(operand.op);
        }
        this.#use(operand);
      }
    }
  }

  #use({ op, index }: Value): void {
    op.uses = op.uses! + 1;
    if (op.results.length > 1) this.#wanted.set(op, (this.#wanted.get(op) ?? 0) | 1 << index);
  }

  /** The program for what the values need; undefined where all has been run. Outputs are what is used from outside it. */
  #plan(values: readonly Value[]) {
    const targets = new Set(values.map(({ op }) => op).filter(({ held }) => held === undefined));
    if (targets.size === 0) return undefined;
    const inside = new Map<Op, number>([...targets].map((op) => [op, 0]));
    const stack = [...targets];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      for (const { op } of next.operands) {
        if (op.held !== undefined) continue;
        const uses = inside.get(op);
        if (uses === undefined) stack.push(op);
        inside.set(op, (uses ?? 0) + 1);
      }
    }
    const outputs: Value[] = [];
    for (const [op, uses] of inside) {
      if (!targets.has(op) && op.uses! <= uses) continue;
      const wanted = op.results.length > 1 ? this.#wanted.get(op)! : 1;
      op.results.forEach((_, index) => {
        if (wanted & 1 << index) outputs.push(new Value(op, index));
      });
    }
    return { outputs, ...program(outputs) };
  }

  #run(outputs: readonly Value[], inputs: readonly Value[], executable: Parameters<XlaDevice["run"]>[0]): void {
    const buffers = this.device.run(executable, inputs.map((value) => this.storedOf(value).first));
    const done = new Set<Op>();
    outputs.forEach(({ op, index }, i) => {
      op.held ??= [];
      op.held[index] = new DeviceTensor([buffers[i]!]);
      done.add(op);
    });
    const operands: Value[] = [];
    for (const op of done) {
      this.pending--;
      operands.push(...op.operands);
      op.operands = [];
    }
    for (const operand of operands) this.release(operand);
  }
}
