/** Gradients of a scalar with respect to a record of tensors, with auxiliary results and as little memory as can be. */
import * as tf from "@tensorflow/tfjs";
import { tapeEngine, type TapeNode } from "./engine.ts";
import { disposeTree, mapTree, type TensorRecord, tidyTree, type Tree } from "./tree.ts";

/** What `valueAndGrad` returns: `gradients` has the names and shapes of the trainable tensors. */
export type ValueAndGradients<Aux extends Tree> = {
  loss: tf.Scalar;
  aux: Aux;
  gradients: TensorRecord;
};

/**
 * Differentiates `loss` with respect to every tensor of the record. `aux` carries other results out, undifferentiated.
 * Tensors that do not influence the loss get zeros.
 *
 * Unlike `tf.grads`, what was saved for a gradient and the gradients of intermediate tensors are freed as the backward
 * pass goes, not at its end.
 *
 * @throws {TypeError} where the loss is not a float32 scalar
 */
export function valueAndGrad<Aux extends Tree>(
  fn: (trainable: TensorRecord) => { loss: tf.Scalar; aux: Aux },
): (trainable: TensorRecord) => ValueAndGradients<Aux> {
  return (trainable) => {
    const { tape, nested, result } = record(() => fn(trainable));
    try {
      return tidyTree(() => {
        const gradients = backward(tape, Object.values(trainable), result.loss, !nested);
        return {
          loss: tf.clone(result.loss),
          aux: mapTree(result.aux, (tensor) => tf.clone(tensor)),
          gradients: Object.fromEntries(
            Object.entries(trainable).map(([name, x]) => [name, gradients.get(x.id) ?? tf.zerosLike(x)]),
          ),
        };
      });
    } finally {
      result.loss.dispose();
      disposeTree(result.aux);
      if (!nested) release(tape);
    }
  };
}

/** Runs the forward pass on a tape. The results are kept, and belong to no scope. */
function record<Aux extends Tree>(fn: () => { loss: tf.Scalar; aux: Aux }) {
  const engine = tapeEngine();
  engine.startTape();
  let result: { loss: tf.Scalar; aux: Aux };
  try {
    result = tidyTree(() => {
      const { loss, aux } = fn();
      if (loss.rank !== 0 || loss.dtype !== "float32") {
        throw new TypeError(
          `Cannot differentiate a loss of type "${loss.dtype}" and shape [${loss.shape}]: ` +
            `it has to be a float32 scalar, so reduce it with tf.mean or tf.sum`,
        );
      }
      // Clones: what `fn` returns may be a tensor of the caller's.
      const kept = mapTree(aux, (tensor) => tf.keep(tf.clone(tensor)));
      return { loss: tf.keep(tf.clone(loss)), aux: kept };
    });
  } catch (error) {
    engine.endTape();
    if (engine.state.gradientDepth === 0) release(takeTape());
    throw error;
  }
  engine.endTape();
  const nested = engine.state.gradientDepth > 0;
  return { tape: nested ? engine.state.activeTape! : takeTape(), nested, result };
}

function takeTape(): TapeNode[] {
  const { state } = tapeEngine();
  const tape = state.activeTape ?? [];
  state.activeTape = null;
  return tape;
}

function release(tape: readonly TapeNode[]): void {
  for (const node of tape) for (const tensor of node.saved ?? []) tensor.dispose();
}

/** Walks the tape backwards; gradients by tensor id, of those of `xs` that have one. */
function backward(tape: readonly TapeNode[], xs: readonly tf.Tensor[], y: tf.Tensor, free: boolean) {
  const wanted = new Set(xs.map((x) => x.id));
  const dependsOnX = new Set(wanted);
  for (const node of tape) {
    if (Object.values(node.inputs).some((input) => input != null && dependsOnX.has(input.id))) {
      // Integers and truth values carry no gradient; tfjs would continue to kernels that have none, such as Greater.
      for (const output of node.outputs) if (output.dtype === "float32") dependsOnX.add(output.id);
    }
  }
  const gradients = new Map<number, tf.Tensor>();
  if (dependsOnX.has(y.id)) gradients.set(y.id, tf.onesLike(y));
  for (const node of tape.toReversed()) {
    const dys = node.outputs.map((output) => gradients.get(output.id) ?? null);
    const inputs = Object.entries(node.inputs).filter((entry): entry is [string, tf.Tensor] =>
      entry[1] != null && dependsOnX.has(entry[1].id)
    );
    if (inputs.length > 0 && dys.some((dy) => dy !== null)) {
      for (const [id, gradient] of nodeGradients(node, dys, inputs)) {
        const sum = gradients.get(id);
        gradients.set(id, sum === undefined ? gradient : tf.add(sum, gradient));
        if (sum !== undefined) tf.dispose([sum, gradient]);
      }
    }
    for (const output of node.outputs) {
      if (wanted.has(output.id)) continue;
      gradients.get(output.id)?.dispose();
      gradients.delete(output.id);
    }
    if (free) release([node]);
  }
  return gradients;
}

/** Gradients that a node passes to its inputs, as tensors that nobody else holds. */
function nodeGradients(
  node: TapeNode,
  dys: (tf.Tensor | null)[],
  inputs: readonly (readonly [name: string, input: tf.Tensor])[],
): [id: number, gradient: tf.Tensor][] {
  const { gradient } = node;
  if (gradient == null) {
    throw new Error(`Cannot differentiate "${node.kernelName}": tfjs has no gradient for it`);
  }
  const results = tf.tidy(() => {
    const ofInputs = gradient(dys);
    return inputs.map(([name, input]) => {
      const ofInput = ofInputs[name];
      if (ofInput === undefined) {
        throw new Error(`Cannot differentiate "${node.kernelName}" with respect to its input "${name}"`);
      }
      // A temporary of one input's gradient is freed before the next input's turn. The clone shares its data: a
      // gradient function may return what belongs to others, such as `dy` itself.
      const dx = tf.tidy(() => tf.clone(ofInput()));
      if (dx.dtype !== "float32" || !tf.util.arraysEqual(dx.shape, input.shape)) {
        throw new Error(
          `The gradient of "${node.kernelName}" for its input "${name}" is ${dx.dtype} [${dx.shape}]: ` +
            `it has to be float32 [${input.shape}] like the input`,
        );
      }
      return dx;
    });
  });
  return inputs.map(([, input], i) => [input.id, results[i]!]);
}
