import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { valueAndGrad } from "./mod.ts";
import { testOnBackends } from "../../tests/backends.ts";
import { assertClose, wave } from "../../tests/numeric.ts";

testOnBackends("valueAndGrad() gives the loss, its gradients and what came beside it", () => {
  const a = wave([3, 4]);
  const b = wave([4], 1);
  const unused = wave([2]);
  const { loss, aux, gradients } = valueAndGrad(({ a, b }) => {
    const product = tf.mul(a!, b!);
    return { loss: tf.sum(tf.square(product)) as tf.Scalar, aux: { product, list: [a!, tf.max(product)] } };
  })({ a, b, unused });
  assertClose(loss, tf.sum(tf.square(tf.mul(a, b))), 1e-6);
  assertClose(gradients.a!, tf.mul(tf.mul(a, 2), tf.square(b)), 1e-6);
  assertClose(gradients.b!, tf.sum(tf.mul(tf.mul(tf.square(a), b), 2), 0), 1e-5);
  assertClose(gradients.unused!, tf.zeros([2]), 0);
  assertClose(aux.product, tf.mul(a, b), 1e-6);
  assert.notEqual(aux.list[0], a, "an argument that is passed on must be a tensor of its own");
  tf.dispose(aux);
  assert.ok(!a.isDisposed);
});

testOnBackends("valueAndGrad() adds up the gradients of a tensor that is used often", () => {
  const x = wave([5]);
  // x, x + x, a product with itself, and through several outputs of one operation
  const { gradients } = valueAndGrad(({ x }) => {
    const [first, rest] = tf.split(x!, [2, 3]);
    const sum = tf.add(tf.add(x!, x!), tf.mul(x!, x!));
    return { loss: tf.add(tf.sum(sum), tf.add(tf.sum(first!), tf.mul(tf.sum(rest!), 2))) as tf.Scalar, aux: [] };
  })({ x });
  assertClose(gradients.x!, tf.add(tf.mul(x, 2), [3, 3, 4, 4, 4]), 1e-6);
});

testOnBackends("valueAndGrad() survives gradient functions that return what is not theirs", () => {
  const x = wave([3]);
  const constant = wave([3], 2);
  const custom = tf.customGrad((a, b, save) => {
    (save as tf.GradSaveFunc)([a as tf.Tensor]);
    return {
      value: tf.add(a as tf.Tensor, b as tf.Tensor),
      gradFunc: (dy, saved) => [dy as tf.Tensor, (saved as tf.Tensor[])[0]!],
    };
  });
  const { gradients } = valueAndGrad(({ x, y }) => {
    const once = custom(x!, y!);
    return { loss: tf.sum(custom(once, constant)) as tf.Scalar, aux: [] };
  })({ x, y: constant });
  assertClose(gradients.x!, [1, 1, 1], 1e-6);
  // From the first use x, from the second, which is of the same tensor, x + y.
  assertClose(gradients.y!, tf.add(tf.mul(x, 2), constant), 1e-6);
  assert.ok(!constant.isDisposed);
});

testOnBackends("valueAndGrad() works inside itself", () => {
  const x = wave([4]);
  const cube = (x: tf.Tensor) => tf.mul(tf.square(x), x);
  const { gradients } = valueAndGrad(({ x }) => {
    const inner = valueAndGrad(({ x }) => ({ loss: tf.sum(cube(x!)) as tf.Scalar, aux: [] }))({ x: x! });
    return { loss: tf.sum(inner.gradients.x!) as tf.Scalar, aux: [] };
  })({ x });
  assertClose(gradients.x!, tf.mul(x, 6), 1e-5);
});

testOnBackends("valueAndGrad() refuses a loss that is not a scalar, and leaves nothing behind", () => {
  const x = wave([4]);
  const bad = valueAndGrad(({ x }) => ({ loss: tf.square(x!) as tf.Scalar, aux: [] }));
  assert.throws(() => bad({ x }), /shape \[4\]: it has to be a float32 scalar, so reduce it with tf.mean/);
  const failing = valueAndGrad(({ x }): never => {
    tf.square(tf.exp(x!));
    throw new Error("from within");
  });
  assert.throws(() => failing({ x }), /from within/);
  const without = valueAndGrad(({ x }) => ({ loss: tf.sum(tf.topk(x!, 2).values) as tf.Scalar, aux: [] }));
  assert.throws(() => without({ x }), /Cannot differentiate "TopK"/);
  assert.throws(() => bad({ x }), "the tape must be free again");
});

testOnBackends("valueAndGrad() holds at most the saved tensors and one layer of gradients", () => {
  const layers = 12;
  const x = wave([64, 64]);
  const bytes = tf.memory().numBytes;
  let peak = 0;
  const watch = tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor]);
    return {
      value: tf.tanh(x as tf.Tensor),
      gradFunc: (dy) => {
        peak = Math.max(peak, tf.memory().numBytes - bytes);
        return tf.mul(dy as tf.Tensor, 1);
      },
    };
  });
  valueAndGrad(({ x }) => {
    let y = x!;
    for (let i = 0; i < layers; i++) y = watch(y);
    return { loss: tf.sum(y) as tf.Scalar, aux: [] };
  })({ x });
  const layer = 64 * 64 * 4;
  assert.ok(peak < (layers + 4) * layer * 1.01, `${peak / layer} layers`);
});
