import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { normal, onBackend, scalarValue } from "../../pipeline/contract/laws.ts";
import { standIns } from "../../pipeline/contract/stand_ins.ts";
import noise from "../parametrization/noise.ts";
import signal from "../parametrization/signal.ts";
import velocity from "../parametrization/velocity.ts";
import denoising from "./denoising.ts";

const image = { height: 8, width: 8, channels: 3 };
const names = { noise: "noise", signal: "image", velocity: "velocity" } as const;

Deno.test("every parametrization trains on every weighting and error, and the errors of all three are tracked", () =>
  onBackend("cpu", async () => {
    const [signalRate, noiseRate] = [0.8, 0.6];
    const rates = { signal: tf.fill([2, 1, 1, 1], signalRate), noise: tf.fill([2, 1, 1, 1], noiseRate) };
    const clean = normal("clean", 2, image), drawn = normal("noise", 2, image);
    const mix = (a: number, b: number) => tf.add(tf.mul(clean, a), tf.mul(drawn, b)) as tf.Tensor4D;
    const noisy = mix(signalRate, noiseRate);
    const target = { signal: clean, noise: drawn, velocity: mix(-noiseRate, signalRate) };
    for (const plugin of [noise, signal, velocity]) {
      const parametrization = await plugin.create({ options: {} });
      const known = target[plugin.name as keyof typeof target];
      const output = tf.add(known, tf.mul(normal("error", 2, image), 0.1)) as tf.Tensor4D;
      for (const weighting of ["noise", "signal", "velocity"] as const) {
        for (const error of ["mae", "mse"]) {
          const options = denoising.options.parse({ weighting, error });
          const loss = await denoising.create({
            options,
            schedule: standIns.schedule,
            image,
            parametrization: standIns.parametrization,
          });
          const measure = (output: tf.Tensor4D) =>
            loss.measure(parametrization.components(output, noisy, rates), target);
          const { errors, objective } = measure(output);
          const [one, two, three] = (["noise", "image", "velocity"] as const).map((name) => scalarValue(errors[name]!));
          // One error seen three ways: of the velocity it is that of the noise over the signal rate, and so on.
          const power = error === "mae" ? 1 : 2;
          const where = `${plugin.name}, ${weighting}, ${error}`;
          assert.ok(Math.abs(one! / (three! * signalRate ** power) - 1) < 1e-4, where);
          assert.ok(Math.abs(two! / (three! * noiseRate ** power) - 1) < 1e-4, where);
          assert.ok(three! > 0.005, where);
          assert.equal(scalarValue(objective), scalarValue(errors[names[weighting]]!), where);
          assert.equal(scalarValue(errors.loss), scalarValue(errors[names[weighting]]!), where);
          assert.ok(scalarValue(measure(known as tf.Tensor4D).errors.loss) < 1e-6, where);
        }
      }
    }
  }));
