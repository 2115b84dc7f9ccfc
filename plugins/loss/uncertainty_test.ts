/** The learned uncertainty: nothing at first, then the logarithm of what the error is at each level. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { valueAndGrad } from "../../lib/tensor/gradients.ts";
import { draws, normal, onBackend, scalarValue } from "../../pipeline/contract/laws.ts";
import { makeDenoising } from "../../tests/denoising.ts";
import { ratesOf } from "../../pipeline/kinds/diffusion.ts";
import { initialUncertainty, uncertaintyAt, withUncertainty } from "./shared/uncertainty.ts";

const image = { height: 2, width: 2, channels: 3 };

Deno.test("at first the uncertainty is 0 at all levels, and the objective the loss", () =>
  onBackend("cpu", async () => {
    const options = { uncertainty: true, weights: "edm", error: "mse", weighting: "signal" };
    const loss = await makeDenoising(options, image);
    const { trainable = {}, buffers = {} } = loss.init!(draws([0]));
    const rates = loss.levels(draws([1, 2, 3, 4]), 4);
    const [a, b] = [normal("a", 4, image), normal("b", 4, image)];
    const parts = (all: tf.Tensor4D) => ({ signal: all, noise: all, velocity: all });
    const { objective, errors } = loss.measure(parts(a), parts(b), rates, { state: { trainable, buffers } });
    assert.equal(scalarValue(objective), scalarValue(errors.loss));
    const sure = { ...trainable, "uncertainty.bias": tf.tensor1d([2]) };
    const other = loss.measure(parts(a), parts(b), rates, { state: { trainable: sure, buffers } });
    assert.equal(scalarValue(other.errors.loss), scalarValue(errors.loss), "what is shown is the error alone");
    assert.ok(Math.abs(scalarValue(other.objective) - (scalarValue(errors.loss) / Math.exp(2) + 2)) < 1e-4);
  }));

Deno.test("trained, it is the logarithm of the error at each level", () =>
  onBackend("cpu", () => {
    const logSnrs = tf.linspace(-8, 8, 16);
    const rates = ratesOf(logSnrs);
    // A hundredfold between the levels with the smallest errors and those with the largest.
    const wanted = tf.mul(2.3, tf.sin(tf.div(logSnrs, 4)));
    const start = initialUncertainty();
    const step = valueAndGrad((trainable) => {
      const u = tf.reshape(uncertaintyAt(rates, { ...start, ...trainable }), [16]);
      return { loss: tf.mean<tf.Scalar>(withUncertainty(tf.exp(wanted), u)), aux: { u } };
    });
    let trainable = start;
    for (let i = 0; i < 150; i++) {
      const { gradients } = step(trainable);
      trainable = Object.fromEntries(
        Object.entries(trainable).map(([name, tensor]) => [name, tf.sub(tensor, tf.mul(0.01, gradients[name]!))]),
      );
    }
    const worst = tf.max(tf.abs(tf.sub(step(trainable).aux.u, wanted))).dataSync()[0]!;
    assert.ok(worst < 0.2, `differs by ${worst} from the logarithm of the error`);
  }));

Deno.test("the uncertainty keeps nothing of batches, so that gradients can be accumulated with it", () =>
  onBackend("cpu", async () => {
    const loss = await makeDenoising({ uncertainty: true }, image);
    assert.deepEqual(loss.init!(draws([0])).buffers ?? {}, {});
  }));
