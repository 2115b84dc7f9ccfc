/** Shape rules of matrix products, convolutions, pooling and resizing. */
import * as tf from "@tensorflow/tfjs";
import { type Attributes, each, type Inputs, moved, one, type Rule, type Rules, size } from "./rule.ts";

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

const matMul: Rule = ({ a, b }, { transposeA, transposeB }) => {
  const [rows, inner] = transposeA ? [a!.shape.at(-1)!, a!.shape.at(-2)!] : [a!.shape.at(-2)!, a!.shape.at(-1)!];
  const columns = transposeB ? b!.shape.at(-2)! : b!.shape.at(-1)!;
  const batch = tf.backend_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
  const shape = [...batch, rows, columns];
  return one(shape, "float32", 2 * size(shape) * inner, "matmul");
};

function conv2dInfo(x: number[], filter: number[], attributes: Attributes, depthwise = false) {
  const { strides, dilations = 1, pad, dimRoundingMode, dataFormat } = attributes;
  const format = dataFormat === "NCHW" ? "channelsFirst" : "channelsLast";
  const shapes = [x as Shape4, filter as Shape4] as const;
  return tf.backend_util.computeConv2DInfo(...shapes, strides, dilations, pad, dimRoundingMode, depthwise, format);
}

const conv2d: Rule = ({ x, filter }, attributes) => {
  const { outShape, outChannels } = conv2dInfo(x!.shape, filter!.shape, attributes);
  return one(outShape, "float32", 2 * (size(outShape) / outChannels) * size(filter!.shape), "convolution");
};

// No channel meets another in it: it counts with the elementwise work, like the resizing that it serves.
const depthwise: Rule = ({ x, filter }, attributes) => {
  const { outShape, filterHeight, filterWidth } = conv2dInfo(x!.shape, filter!.shape, attributes, true);
  return one(outShape, "float32", 2 * size(outShape) * filterHeight * filterWidth);
};

/** The gradient of a convolution, for input or filter, multiplies as often as the convolution itself. */
function gradient(shape: (inputs: Inputs, attributes: Attributes) => number[], perChannel: boolean): Rule {
  return (inputs, attributes) => {
    const dy = inputs.dy!.shape;
    const filter: number[] = inputs.filter?.shape ?? attributes.filterShape;
    const channels = attributes.dataFormat === "NCHW" ? dy[1]! : dy.at(-1)!;
    const taps = perChannel ? size(dy) * filter[0]! * filter[1]! : (size(dy) / channels) * size(filter);
    return one(shape(inputs, attributes), "float32", 2 * taps, perChannel ? "elementwise" : "convolution");
  };
}

const conv3d: Rule = ({ x, filter }, { strides, dilations = 1, pad }) => {
  const { outShape } = tf.backend_util.computeConv3DInfo(
    x!.shape as Shape5,
    filter!.shape as Shape5,
    strides,
    dilations,
    pad,
  );
  return one(outShape, "float32", 2 * (size(outShape) / outShape[4]) * size(filter!.shape), "convolution");
};

const pool: Rule = ({ x }, { filterSize, strides, pad, dimRoundingMode }) => {
  const info = tf.backend_util.computePool2DInfo(x!.shape as Shape4, filterSize, strides, 1, pad, dimRoundingMode);
  return one(info.outShape, x!.dtype, size(info.outShape) * info.filterHeight * info.filterWidth);
};

const pool3d: Rule = ({ x }, { filterSize, strides, pad, dimRoundingMode, dataFormat }) => {
  const shape = x!.shape as Shape5;
  const info = tf.backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode, dataFormat);
  return one(info.outShape, x!.dtype, size(info.outShape) * info.filterDepth * info.filterHeight * info.filterWidth);
};

export const linearRules: Rules = {
  BatchMatMul: matMul,
  _FusedMatMul: matMul,
  Einsum: (inputs, { equation }) => {
    const tensors = Object.values(inputs);
    const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, tensors.length);
    const sizes = new Map<number, number>();
    tensors.forEach(({ shape }, i) => shape.forEach((n, axis) => sizes.set(idDims[i]![axis]!, n)));
    const all = allDims.map((_, dim) => sizes.get(dim)!);
    return one(all.slice(0, all.length - summedDims.length), "float32", 2 * size(all), "matmul");
  },
  Conv2D: conv2d,
  FusedConv2D: conv2d,
  Conv2DBackpropInput: gradient((_, { inputShape }) => inputShape, false),
  Conv2DBackpropFilter: gradient((_, { filterShape }) => filterShape, false),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: depthwise,
  DepthwiseConv2dNativeBackpropInput: gradient((_, { inputShape }) => inputShape, true),
  DepthwiseConv2dNativeBackpropFilter: gradient((_, { filterShape }) => filterShape, true),
  Conv3D: conv3d,
  Conv3DBackpropInputV2: gradient((_, { inputShape }) => inputShape, false),
  Conv3DBackpropFilterV2: gradient((_, { filterShape }) => filterShape, false),

  ...each("AvgPool MaxPool", pool),
  ...each("AvgPool3D MaxPool3D", pool3d),
  ...each("AvgPoolGrad AvgPool3DGrad MaxPoolGrad MaxPool3DGrad", ({ input }) => one(input!.shape, input!.dtype)),
  MaxPoolWithArgmax: ({ x }, attributes) => {
    const { outputs: [pooled], ...rest } = pool({ x: x! }, attributes);
    return { ...rest, outputs: [pooled!, { shape: pooled!.shape, dtype: "int32" }] };
  },

  // Four taps of two operations for each pixel that lies between others.
  ResizeBilinear: ({ images }, { size: [height, width] }) => {
    const shape = [images!.shape[0]!, height, width, images!.shape[3]!];
    return one(shape, "float32", 8 * size(shape));
  },
  ResizeNearestNeighbor: ({ images }, { size: [height, width] }) =>
    moved([images!.shape[0]!, height, width, images!.shape[3]!], images!.dtype),
  ...each(
    "ResizeBilinearGrad ResizeNearestNeighborGrad",
    ({ images, dy }) => one(images!.shape, "float32", 8 * size(dy!.shape)),
  ),
  CropAndResize: ({ image, boxes }, { cropSize: [height, width] }) => {
    const shape = [boxes!.shape[0]!, height, width, image!.shape[3]!];
    return one(shape, "float32", 8 * size(shape));
  },
  Transform: ({ image }, { outputShape }) => {
    const [batch, height, width, channels] = image!.shape as Shape4;
    const shape = [batch, ...(outputShape ?? [height, width]), channels];
    return one(shape, "float32", 8 * size(shape));
  },
  Dilation2D: ({ x, filter }, { strides, pad, dilations }) => {
    const info = tf.backend_util.computeDilation2DInfo(
      x!.shape as Shape4,
      filter!.shape as [number, number, number],
      strides,
      pad,
      "NHWC",
      dilations,
    );
    return one(info.outShape, x!.dtype, size(info.outShape) * info.filterHeight * info.filterWidth);
  },
};
