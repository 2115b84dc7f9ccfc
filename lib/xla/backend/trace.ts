/** One tracing of a function: from tensors that stand for its arguments to a graph of what it computes. */
import * as tf from "@tensorflow/tfjs";
import { source, type Type, type Value } from "../stablehlo/mod.ts";
import type { XlaBackend } from "./backend.ts";
import { mapTree, type Tree, visitTree } from "./tree.ts";

/** What a traced function computes. */
export interface Traced {
  /** Stand-ins for the arguments, in order. */
  readonly parameters: readonly Value[];
  readonly outputs: readonly { readonly value: Value; readonly path: string }[];
  /** What the function gave back, with symbolic tensors that are freed by now: for its structure. */
  readonly result: Tree;
  /** Values from outside that the function uses besides its arguments. They are held until released. */
  readonly captured: readonly Value[];
}

export class Trace {
  readonly #captured = new Map<Value["op"], Value>();

  constructor(readonly name: string, readonly backend: XlaBackend) {}

  /** A tensor from outside becomes an input with the value that it has now. */
  capture(value: Value): Value {
    const { graph } = this.backend;
    graph.settleSync([value]);
    if (!this.#captured.has(value.op)) {
      graph.retain(value);
      this.#captured.set(value.op, value);
    }
    return value;
  }

  /** Runs the function on symbolic tensors. @throws what the function throws, and where it reads values */
  run(args: readonly Tree[], fn: (...args: Tree[]) => Tree, types: readonly Type[]): Traced {
    const { backend } = this;
    if (backend.trace !== undefined) {
      throw new Error(`Cannot compile "${this.name}" inside the compiled function "${backend.trace.name}"`);
    }
    const engine = tf.engine();
    const parameters = types.map((type) => source(type, "parameter"));
    engine.startScope();
    backend.trace = this;
    try {
      let next = 0;
      const symbolic = args.map((arg) =>
        mapTree(arg, () => engine.makeTensorFromTensorInfo(backend.make(parameters[next++]!)))
      );
      const result = fn(...symbolic);
      const outputs: { value: Value; path: string }[] = [];
      visitTree(
        result,
        `result of "${this.name}"`,
        (tensor, path) => outputs.push({ value: backend.valueBehind(tensor), path }),
      );
      return { parameters, outputs, result, captured: [...this.#captured.values()] };
    } catch (error) {
      for (const value of this.#captured.values()) backend.graph.release(value);
      throw error;
    } finally {
      engine.endScope();
      backend.trace = undefined;
    }
  }
}
