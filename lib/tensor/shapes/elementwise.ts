/** Shape rules of kernels that work element by element. */
import * as tf from "@tensorflow/tfjs";
import { packedKernels, padded, randomKernels } from "../random_kernels.ts";
import { each, first, type Inputs, moved, one, type Rules, shared, size } from "./rule.ts";

function broadcast(inputs: Inputs): number[] {
  const [a, b] = Object.values(inputs) as [tf.TensorInfo, tf.TensorInfo];
  return tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
}

export const elementwiseRules: Rules = {
  ...each(
    `Abs Acos Acosh Asin Asinh Atan Atanh Ceil ClipByValue Cos Cosh Cumprod Cumsum Elu Erf Exp Expm1 Floor LeakyRelu
    Log Log1p LogSoftmax LRN LRNGrad Neg Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign Sin Sinh Softmax Softplus
    Sqrt Square Step Tan Tanh`,
    (inputs) => one(first(inputs).shape, first(inputs).dtype),
  ),
  ...each("IsFinite IsInf IsNan LogicalNot", (inputs) => one(first(inputs).shape, "bool")),
  ...each(
    "Add Atan2 BitwiseAnd EluGrad FloorDiv Maximum Minimum Mod Multiply Pow Prelu RealDiv SquaredDifference Sub",
    (inputs) => {
      const [a, b] = Object.values(inputs) as [tf.TensorInfo, tf.TensorInfo];
      return one(broadcast(inputs), tf.upcastType(a.dtype, b.dtype));
    },
  ),
  ...each(
    "Equal Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr LogicalXor NotEqual",
    (inputs) => one(broadcast(inputs), "bool"),
  ),
  AddN: (inputs) =>
    one(first(inputs).shape, first(inputs).dtype, size(first(inputs).shape) * Object.keys(inputs).length),
  Select: ({ t, e }) => one(t!.shape, tf.upcastType(t!.dtype, e!.dtype)),
  FusedBatchNorm: ({ x }) => one(x!.shape, x!.dtype, 2 * size(x!.shape)),
  // A cast to the same type copies nothing.
  Cast: ({ x }, { dtype }) => x!.dtype === dtype ? shared(x!, x!.shape) : one(x!.shape, dtype),
  Identity: ({ x }) => shared(x!, x!.shape),
  ...each("OnesLike ZerosLike", ({ x }) => moved(x!.shape, x!.dtype)),
  Fill: (_, { shape, value, dtype }) => moved(shape, dtype ?? (typeof value === "number" ? "float32" : "string")),
  LinSpace: (_, { num }) => moved([num], "float32"),
  Range: (_, { start, stop, step, dtype }) => moved([Math.max(0, Math.ceil((stop - start) / step))], dtype),
  OneHot: ({ indices }, { depth, dtype }) => moved([...indices!.shape, depth], dtype),
  Multinomial: ({ logits }, { numSamples }) => one([logits!.shape[0]!, numSamples], "int32"),
  // Twenty rounds of six operations for four words, and the logarithm, roots and angles of normals.
  [randomKernels.bits]: ({ items }, { shape }) => draw(items!, shape, "int32", 30),
  [randomKernels.uniform]: ({ items }, { shape }) => draw(items!, shape, "float32", 32),
  [randomKernels.normal]: ({ items }, { shape }) => draw(items!, shape, "float32", 40),
  [packedKernels.bits]: (_, { parts }) => packed(parts, "int32", 30),
  [packedKernels.uniform]: (_, { parts }) => packed(parts, "float32", 32),
  [packedKernels.normal]: (_, { parts }) => packed(parts, "float32", 40),
};

function packed(parts: readonly { size: number }[], dtype: tf.DataType, each: number) {
  const size = parts.reduce((sum, part) => sum + padded(part.size), 0);
  return one([size], dtype, each * size);
}

function draw(items: tf.TensorInfo, shape: readonly number[], dtype: tf.DataType, each: number) {
  const all = [...items.shape, ...shape];
  return one(all, dtype, each * size(all));
}
