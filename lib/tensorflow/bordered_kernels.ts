/** Convolutions and pooling with borders of any width, for tfjs-node, which knows `same` and `valid` alone. */
import * as tf from "@tensorflow/tfjs";

type Make = (own: tf.KernelFunc | undefined) => tf.KernelFunc;
type Call = Parameters<tf.KernelFunc>[0];
type Shape4 = [number, number, number, number];
type Border = [[number, number], [number, number], [number, number], [number, number]];

interface Attributes {
  readonly pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
  readonly strides: number | [number, number];
  readonly filterSize: number | [number, number];
  readonly inputShape: Shape4;
}

const attributesOf = ({ attrs }: Call) => attrs as unknown as Attributes;

/** The border that is asked for by a width; undefined where it is `same` or `valid`. */
function borderOf({ pad }: Attributes): Border | undefined {
  if (typeof pad === "string") return undefined;
  return typeof pad === "number" ? [[0, 0], [pad, pad], [pad, pad], [0, 0]] : pad as Border;
}

/** Calls a kernel with inputs that have their border. */
function withBorder(own: tf.KernelFunc, call: Call, border: Border, name: string, fill = 0): tf.Tensor {
  const inputs = { ...call.inputs, [name]: tf.pad4d(call.inputs[name] as tf.Tensor4D, border, fill) };
  return own({ ...call, inputs, attrs: { ...call.attrs, pad: "valid" } }) as tf.Tensor;
}

/** A kernel whose input `name` gets a border of `fill`. */
const padded = (name: string, fill?: number): Make => (own) => (call) => {
  const border = borderOf(attributesOf(call));
  if (border === undefined) return own!(call);
  return tf.tidy(() => withBorder(own!, call, border, name, fill));
};

/** What is left of the gradient of an input that had a border. */
function inside(gradient: tf.Tensor, [, [top], [left]]: Border, shape: readonly number[]): tf.Tensor {
  return tf.slice(gradient, [0, top, left, 0], [...shape]);
}

const bordered = (shape: readonly number[], border: Border) =>
  shape.map((size, axis) => size + border[axis]![0] + border[axis]![1]);

/** The gradient for the input of a convolution. */
const inputGradient: Make = (own) => (call) => {
  const { inputShape, ...attributes } = attributesOf(call);
  const border = borderOf({ inputShape, ...attributes });
  if (border === undefined) return own!(call);
  const attrs = { ...call.attrs, pad: "valid", inputShape: bordered(inputShape, border) };
  return tf.tidy(() => inside(own!({ ...call, attrs }) as tf.Tensor, border, inputShape));
};

/** tfjs averages the pixels that a window holds, without those of the border. */
const averagePool: Make = (own) => (call) => {
  const border = borderOf(attributesOf(call));
  if (border === undefined) return own!(call);
  const { x } = call.inputs as { x: tf.Tensor4D };
  return tf.tidy(() => {
    const [, height, width] = x.shape;
    const part = withBorder(own!, { ...call, inputs: { x: tf.ones([1, height, width, 1]) } }, border, "x");
    return tf.div(withBorder(own!, call, border, "x"), part);
  });
};

/** tfjs divides by the size of the window everywhere, TensorFlow at the border by the pixels that it holds. */
const averagePoolGradient: Make = (own) => (call) => {
  const { pad, strides, filterSize } = attributesOf(call);
  if (pad === "valid") return own!(call);
  const { input } = call.inputs as { input: tf.Tensor4D };
  const { padInfo: { top, bottom, left, right } } = tf.backend_util.computePool2DInfo(
    input.shape as Shape4,
    filterSize,
    strides,
    1,
    pad,
  );
  const border: Border = [[0, 0], [top, bottom], [left, right], [0, 0]];
  return tf.tidy(() => inside(withBorder(own!, call, border, "input"), border, input.shape));
};

/** The first of equal pixels gets it all; the border is never one. */
const maximumPoolGradient: Make = (own) => (call) => {
  const border = borderOf(attributesOf(call));
  if (border === undefined) return own!(call);
  const { shape } = call.inputs.input!;
  return tf.tidy(() => inside(withBorder(own!, call, border, "input", -Infinity), border, shape));
};

/** Kernels by name; each is made from tfjs-node's own. */
export const borderedKernels: Readonly<Record<string, Make>> = {
  Conv2D: padded("x"),
  FusedConv2D: padded("x"),
  Conv2DBackpropFilter: padded("x"),
  Conv2DBackpropInput: inputGradient,
  DepthwiseConv2dNative: padded("x"),
  FusedDepthwiseConv2D: padded("x"),
  DepthwiseConv2dNativeBackpropFilter: padded("x"),
  DepthwiseConv2dNativeBackpropInput: inputGradient,
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGradient,
  MaxPool: padded("x", -Infinity),
  MaxPoolGrad: maximumPoolGradient,
};
