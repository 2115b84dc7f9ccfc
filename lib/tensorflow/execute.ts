/** Runs ops of TensorFlow by name. */
import type * as tf from "@tensorflow/tfjs";
import type { Binding, NodeBackend } from "./package.ts";

/** Attributes of an op by name: the addon's name of the type, and the value. */
export type Attributes = Readonly<
  Record<string, readonly ["TF_ATTR_TYPE", tf.DataType] | readonly [AttributeType, unknown]>
>;
type AttributeType = "TF_ATTR_BOOL" | "TF_ATTR_FLOAT" | "TF_ATTR_INT" | "TF_ATTR_STRING";

/** The backend that a kernel is called on. */
export function nodeOf(call: Parameters<tf.KernelFunc>[0]): NodeBackend {
  return call.backend as NodeBackend;
}

/** Runs an op on the device. */
export function execute(
  node: NodeBackend,
  op: string,
  inputs: readonly tf.TensorInfo[],
  outputs: number,
  attributes: Attributes,
): tf.Tensor[] {
  const { binding } = node;
  const given = Object.entries(attributes).map(([name, [type, value]]) => ({
    name,
    type: binding[type],
    value: type === "TF_ATTR_TYPE" ? typeOf(binding, value as tf.DataType) : value,
  }));
  return node.executeMultipleOutputs(op, given, inputs, outputs);
}

function typeOf(binding: Binding, dtype: tf.DataType): number {
  const all = {
    float32: "TF_FLOAT",
    int32: "TF_INT32",
    bool: "TF_BOOL",
    complex64: "TF_COMPLEX64",
    string: "TF_STRING",
  } as const;
  return binding[all[dtype]];
}
