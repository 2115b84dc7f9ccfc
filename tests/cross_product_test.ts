/** Every sampler with every parametrization and schedule: the picture does not depend on what the network predicts. */
import assert from "node:assert/strict";
import { z } from "zod";
import { builtins, kinds } from "../mod.ts";
import {
  type Components,
  noiseOf,
  type Parametrization,
  type Rates,
  type Sampler,
  type Schedule,
  tf,
  velocityOf,
} from "../plugin.ts";
import { draws, normal, onBackend } from "../pipeline/contract/laws.ts";

const image = { height: 2, width: 2, channels: 3 };
const spread = 0.5;

type Denoise = (noisy: tf.Tensor4D, rates: Rates) => Components;

/** The best answer where every pixel is normal with this spread: its mean, given the noisy one. */
const exact: Denoise = (noisy, rates) => {
  const power = tf.add(tf.mul(tf.square(rates.signal), spread ** 2), tf.square(rates.noise));
  const signal = tf.mul(noisy, tf.div(tf.mul(rates.signal, spread ** 2), power)) as tf.Tensor4D;
  const noise = noiseOf(noisy, signal, rates);
  return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
};

/** The same through a parametrization: a network whose output is the one that gives this answer. */
const through = ({ components }: Parametrization): Denoise => (noisy, rates) => {
  const { signal } = exact(noisy, rates);
  // Components are affine in the output, pixel by pixel: two outputs tell the one that is right.
  const [zero, one] = [tf.zerosLike(noisy), tf.onesLike(noisy)].map((output) =>
    components(output, noisy, rates).signal
  );
  const output = tf.div(tf.sub(signal, zero!), tf.sub(one!, zero!)) as tf.Tensor4D;
  return components(output, noisy, rates);
};

/** A stage of a plugin with few steps where it has steps, and defaults else. */
async function made<T>(kind: "parametrization" | "schedule" | "sampler", name: string, slots: object) {
  const plugin = (await builtins.load(kind, name))!;
  const given = "steps" in plugin.options.shape ? { steps: 4 } : {};
  const checked = { ...z.object(kinds[kind].options).parse({}), ...plugin.options.parse(given) };
  return await plugin.create({ options: checked, ...slots }) as T;
}

/** The picture after all steps. */
function sampled(sampler: Sampler, noise: tf.Tensor4D, denoise: Denoise): tf.Tensor {
  let state = sampler.init(noise), signal: tf.Tensor = noise;
  for (const [step, row] of sampler.plan().entries()) {
    const random = draws([0, 1], step);
    const after = sampler.step(state, tf.tensor1d([...row]), { denoise, clip: (signal) => signal, random });
    state = after.state;
    signal = after.signal;
  }
  return signal;
}

const schedules = ["cosine", "log-snr-linear"];

for (const name of builtins.names("sampler")) {
  Deno.test(`sampler/${name} gives the same picture whatever the network predicts, on several schedules`, () =>
    onBackend("cpu", async () => {
      for (const scheduleName of schedules) {
        const schedule = await made<Schedule>("schedule", scheduleName, {});
        const sampler = await made<Sampler>("sampler", name, { schedule });
        const noise = normal("start", 2, image);
        const wanted = sampled(sampler, noise, exact).dataSync();
        assert.ok(wanted.every(Number.isFinite), `${scheduleName}: finite`);
        for (const parametrizationName of builtins.names("parametrization")) {
          const parametrization = await made<Parametrization>("parametrization", parametrizationName, { schedule });
          const found = sampled(sampler, noise, through(parametrization)).dataSync();
          // Loose, because a part is divided by the least rate of the schedule.
          const worst = Math.max(...found.map((value, i) => Math.abs(value - wanted[i]!)));
          assert.ok(worst < 1e-3, `${parametrizationName} on ${scheduleName}: differs by ${worst}`);
        }
      }
    }));
}
