/** Guidance against the numbers of reference implementations, on each backend. */
import assert from "node:assert/strict";
import { tf } from "../../plugin.ts";
import type { Components, Rates } from "../../pipeline/kinds/common.ts";
import { velocityOf } from "../../pipeline/kinds/diffusion.ts";
import type { GuidanceInput } from "../../pipeline/kinds/guidance.ts";
import { samplerOptions } from "../../pipeline/kinds/sampler.ts";
import {
  type Both,
  type Given,
  type Guided,
  guided,
  rescaled,
  withAndWithoutClass,
  within,
} from "../../pipeline/programs/guidance.ts";
import { onEachBackend } from "../backends.ts";
import { goldenModern, type GoldenTensor } from "./golden.ts";
import { understand, understandTopic } from "./harness.ts";
import { Ledger } from "./ledger.ts";

const topic = goldenModern("guidance");
const inputs = ["conditional", "unconditional", "noisy", "interval/sigma"];

/** float32 on every backend. */
const tolerance = { max: 1e-5 };

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  understandTopic(topic, ["scale", "spread", "weak"], []);
  for (const name of inputs) ledger.input(name);

  const image = (name: string) => {
    const { data, shape } = topic.get(name);
    return tf.tensor4d(Float32Array.from(data), shape as [number, number, number, number]);
  };
  const half = { signal: Math.SQRT1_2, noise: Math.SQRT1_2 };
  type Numbers = { signal: number; noise: number };
  const tensors = ({ signal, noise }: Numbers): Rates => ({ signal: tf.scalar(signal), noise: tf.scalar(noise) });

  /** All that follows from a signal, the noisy image being that of the fixtures. */
  const seen = (signal: tf.Tensor4D, noisy: tf.Tensor4D, { signal: alpha, noise: sigma }: Numbers): Components => {
    const noise = tf.div<tf.Tensor4D>(tf.sub(noisy, tf.mul(alpha, signal)), sigma);
    return { signal, noise, velocity: velocityOf({ signal, noise }, tensors({ signal: alpha, noise: sigma })) };
  };

  /** Both predictions, from one call of a network for twice the images. */
  const both = (rates: Numbers): Both => {
    const predicted = tf.concat([image("conditional"), image("unconditional")]) as tf.Tensor4D;
    const predict = ({ noisy, label }: Given): Components => {
      assert.equal(label.shape[0], noisy.shape[0]);
      return seen(predicted, noisy, rates);
    };
    const noisy = image("noisy"), label = tf.range(0, noisy.shape[0], 1, "int32");
    return withAndWithoutClass(predict, { noisy, rates: tensors(rates), label });
  };

  /** Guided as a recipe would say it. */
  const guide = (rates: Numbers, options: GuidanceInput, pair = both(rates), past?: tf.Tensor4D): Guided =>
    guided(
      pair,
      { noisy: image("noisy"), rates: tensors(rates) },
      samplerOptions.guidance.parse(options)!,
      past,
    );

  /** What an entry of a kind holds. */
  const kinds: Record<string, (entry: GoldenTensor) => tf.Tensor> = {
    cfg: ({ settings, name }) => {
      understand(settings, ["scale"], name);
      return guide(half, { scale: settings.scale as number }).components.signal;
    },
    // The same with another way to count: its scale is one less.
    "cfg-original": ({ settings, name }) => {
      understand(settings, ["scale"], name);
      return guide(half, { scale: settings.scale as number + 1 }).components.signal;
    },
    rescaled: ({ settings, name }) => {
      understand(settings, ["scale", "phi"], name);
      const { scale, phi } = settings as { scale: number; phi: number };
      return guide(half, { scale, rescale: phi }).components.signal;
    },
    views: ({ settings, name }) => {
      understand(settings, ["scale", "alpha", "sigma", "phi"], name);
      const { scale, alpha, sigma, phi } = settings as { scale: number; alpha: number; sigma: number; phi?: number };
      const rates = { signal: alpha, noise: sigma };
      const view = name.split("/").at(-1)!;
      // Rescaling is of signals here; of noises, which gives another image, by the same formula.
      if (view === "rescaled-noise") {
        return rescaled(guide(rates, { scale }).components.noise, both(rates).own.noise, phi!);
      }
      assert.ok(["signal", "noise", "velocity"].includes(view), `no test for view "${view}"`);
      return guide(rates, { scale }).components[view as keyof Components];
    },
    interval: ({ settings, name }) => {
      understand(settings, ["low", "high", "scale"], name);
      const { low, high, scale } = settings as { low: number; high: number; scale: number };
      const sigma = tf.tensor1d(Float32Array.from(topic.get("interval/sigma").data));
      return tf.add(1, tf.mul(within([low, high], { signal: tf.onesLike(sigma), noise: sigma }), scale - 1));
    },
    "cfg++": ({ settings, name }) => {
      understand(settings, ["scale", "alpha", "sigma", "next_alpha", "next_sigma"], name);
      const { scale, alpha, sigma, next_alpha, next_sigma } = settings as Record<string, number>;
      const { components } = guide({ signal: alpha!, noise: sigma! }, { scale: scale!, renoise: "unconditional" });
      return tf.add(tf.mul(next_alpha!, components.signal), tf.mul(next_sigma!, components.noise));
    },
    apg: ({ settings, name, shape }) => {
      understand(settings, ["scale", "radius", "eta", "momentum"], name);
      const { scale, radius, eta, momentum } = settings as Record<"scale" | "radius" | "eta" | "momentum", number>;
      const project = { parallel: eta, radius, momentum };
      let past = tf.zerosLike(image("noisy"));
      assert.equal(shape[0], 3, "steps");
      return tf.stack([[1, 1.1], [0.8, 1], [0.5, 0.9]].map(([own, worse]) => {
        const scaled = (name: string, by: number) => seen(tf.mul(by, image(name)), image("noisy"), half);
        const pair = { own: scaled("conditional", own!), worse: scaled("unconditional", worse!) };
        const { components, past: kept = past } = guide(half, { scale, project }, pair, past);
        past = kept;
        return components.signal;
      }));
    },
  };

  onEachBackend("golden guidance", async (backend) => {
    for (const entry of topic.tensors.filter(({ name }) => !inputs.includes(name))) {
      const kind = entry.name.split("/")[0]!;
      assert.ok(kind in kinds, `no test for entries of kind "${kind}"`);
      const found = kinds[kind]!(entry);
      assert.deepEqual(found.shape, entry.shape, entry.name);
      ledger.compare(`${kind} on ${backend}`, entry.name, await found.data(), tolerance);
    }
  });

  Deno.test("golden guidance: every tensor is compared or an input", () => ledger.close());
}
