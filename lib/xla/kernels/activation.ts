/** Activations: kernels of their own, and what fused kernels end with. */
import { add, compare, convert, fullLike, max, min, mul, select, unary, type Value } from "../stablehlo/mod.ts";
import { broadcastTogether } from "./broadcasting.ts";
import type { DeviceKernels } from "./types.ts";

export type Activation = "linear" | "relu" | "relu6" | "elu" | "prelu" | "leakyrelu" | "sigmoid";

// Klambauer et al. 2017, arXiv:1706.02515
const seluAlpha = 1.7580993408473768599402175208123, seluScale = 1.0507009873554804934193349852946;

const relu = (x: Value) => max(x, 0);
const sigmoid = (x: Value) => unary("logistic", x);
const elu = (x: Value) => select(compare("GE", x, 0), x, unary("exponential_minus_one", x));

function prelu(x: Value, alpha: Value): Value {
  const [wide, slope] = broadcastTogether(convert(x, "f32"), convert(alpha, "f32"));
  return select(compare("GE", wide, 0), wide, mul(wide, slope));
}

function leakyRelu(x: Value, alpha: number): Value {
  const float = convert(x, "f32");
  return select(compare("LT", float, 0), mul(float, alpha), float);
}

/** ln(1 + exp x), exact where either term is lost beside the other. */
function softplus(x: Value): Value {
  return add(relu(x), unary("log_plus_one", unary("exponential", unary("negate", unary("abs", x)))));
}

/** Applies a fused kernel's activation. */
export function activate(x: Value, activation: Activation = "linear", weights?: Value, alpha = 0.2): Value {
  if (activation === "linear" || activation === null) return x;
  if (activation === "relu") return relu(x);
  if (activation === "relu6") return min(relu(x), 6);
  if (activation === "elu") return elu(x);
  if (activation === "sigmoid") return sigmoid(x);
  if (activation === "leakyrelu") return leakyRelu(x, alpha);
  if (activation === "prelu") return prelu(x, weights!);
  throw new TypeError(
    `Cannot apply activation "${activation}": known are linear, relu, relu6, elu, sigmoid, leakyrelu and prelu`,
  );
}

export const activations: DeviceKernels = {
  Relu: ({ x }) => relu(x!),
  Relu6: ({ x }) => min(relu(x!), 6),
  Elu: ({ x }) => elu(x!),
  EluGrad: ({ dy, y }) => select(compare("GE", y!, 0), dy!, mul(dy!, add(y!, 1))),
  Selu: ({ x }) =>
    select(
      compare("GE", x!, 0),
      mul(x!, seluScale),
      mul(unary("exponential_minus_one", x!), seluAlpha),
    ),
  LeakyRelu: ({ x }, { alpha }) => leakyRelu(x!, alpha),
  Prelu: ({ x, alpha }) => prelu(x!, alpha!),
  Sigmoid: ({ x }) => sigmoid(x!),
  Softplus: ({ x }) => softplus(x!),
  Step: ({ x }, { alpha = 0 }) => {
    const step = select(compare("GT", x!, 0), fullLike(x!.type, 1), alpha);
    return select(compare("EQ", x!, x!), step, x!);
  },
};
