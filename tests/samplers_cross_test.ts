/** Every sampler on every grid, with every schedule and parametrization: what is accepted works, what is not says so. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { z } from "zod";
import { Refusal } from "denoise/plugin";
import { kinds } from "../pipeline/kinds/mod.ts";
import type { Parametrization } from "../pipeline/kinds/parametrization.ts";
import type { Sampler } from "../pipeline/kinds/sampler.ts";
import type { Schedule } from "../pipeline/kinds/schedule.ts";
import type { Rates } from "../pipeline/kinds/common.ts";
import { createRandom, seedTensor } from "../lib/tensor/random_create.ts";
import { onBackend } from "../pipeline/contract/laws.ts";
import { slotsFor } from "../pipeline/contract/stand_ins.ts";
import { findPlugins } from "../plugins/generate_manifest.ts";

const all = await findPlugins(new URL("../plugins/", import.meta.url));
const names = (kind: string) => all.filter((id) => id.startsWith(`${kind}/`)).map((id) => id.slice(kind.length + 1));
const image = { height: 2, width: 2, channels: 1 };

// deno-lint-ignore no-explicit-any -- plugins of any options
async function make<T>(kind: keyof typeof kinds, name: string, options: any = {}, slots: any = {}): Promise<T> {
  const { default: plugin } = await import(`../plugins/${kind}/${name}.ts`);
  const common = z.object(kinds[kind].options as z.ZodRawShape).parse({});
  const needed = { ...slotsFor(plugin.needs ?? [], image), ...slots };
  return await plugin.create({ options: { ...common, ...plugin.options.strict().parse(options) }, ...needed });
}

/** Pixels are near -0.8 or near 0.7: the exact mean of what a noisy one was. */
function known(x: tf.Tensor4D, { signal, noise }: Rates): tf.Tensor4D {
  const parts = [[-0.8, 0.05], [0.7, 0.1]].map(([mean, variance]) => {
    const total = tf.add(tf.mul(tf.square(signal), variance!), tf.square(noise));
    const away = tf.sub(x, tf.mul(signal, mean!));
    const weight = tf.div(tf.exp(tf.div(tf.square(away), tf.mul(total, -2))), tf.sqrt(total));
    const clean = tf.add(mean!, tf.mul(tf.div(tf.mul(signal, variance!), total), away));
    return { weight: tf.add(weight, 1e-30), clean };
  });
  const whole = tf.addN(parts.map(({ weight }) => weight));
  return tf.addN(parts.map(({ weight, clean }) => tf.div(tf.mul(weight, clean), whole))) as tf.Tensor4D;
}

/** What a network of a parametrization would put out, so that its signal is the one that is known. */
function denoiser(
  parametrization: Parametrization,
): (x: tf.Tensor4D, rates: Rates) => ReturnType<Parametrization["components"]> {
  return (x, rates) => {
    const signal = known(x, rates);
    // Outputs are linear in the signal: the one that fits follows from what two outputs give.
    const [none, one] = [tf.zerosLike(x), tf.onesLike(x)].map((output) =>
      parametrization.components(output, x, rates).signal
    );
    const output = tf.div<tf.Tensor4D>(tf.sub(signal, none!), tf.sub(one!, none!));
    return parametrization.components(output, x, rates);
  };
}

const start = [-1.4, -0.7, -0.2, 0.1, 0.4, 0.9, 1.3, 2.1];

/** The picture of a sampler. */
function picture(sampler: Sampler, denoise: ReturnType<typeof denoiser>): number[] {
  return tf.tidy(() => {
    let state = sampler.init(tf.tensor4d(start, [2, 2, 2, 1]));
    let signal: tf.Tensor = state.image;
    for (const [step, row] of sampler.plan().entries()) {
      assert.ok(row.every(Number.isFinite), `row ${step + 1} is finite: ${row}`);
      const random = createRandom({
        seed: seedTensor(3),
        stream: "cross",
        step: tf.scalar(step, "int32"),
        items: tf.tensor1d([0, 1], "int32"),
      });
      ({ state, signal } = sampler.step(state, tf.tensor1d([...row]), { denoise, clip: (signal) => signal, random }));
      if (sampler.finished?.(state).dataSync()[0] === 1) break;
    }
    return [...signal.dataSync()];
  });
}

const grids: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { last: "zero" },
  { spacing: "log-snr" },
  { spacing: "log-snr", last: "zero" },
  { spacing: "karras", rho: 5 },
  { spacing: "exponential" },
  { spacing: "polyexponential", rho: 1.4 },
  { spacing: "beta" },
  { spacing: "flow", shift: 2 },
  { spacing: "align-your-steps" },
];

const steps = 14;
/** A step in log-SNR that leaves most of the way to itself, as those of `beta` to the image where noise begins high. */
const farStep = 6;

/** The largest step of a grid in log-SNR, but for one to the image itself. */
function largestStep({ levels = [] }: Sampler): number {
  const finite = levels.filter(Number.isFinite);
  return Math.max(...finite.slice(1).map((level, i) => level - finite[i]!));
}

const parametrizations = names("parametrization");

Deno.test("every sampler on every grid gives the picture of its path, whatever the schedule and the parametrization", () =>
  onBackend("cpu", async () => {
    let count = 0;
    const refused: string[] = [];
    const worst = new Map<string, number>();
    for (const [number, scheduleName] of names("schedule").entries()) {
      const schedule = await make<Schedule>("schedule", scheduleName);
      const pairs = number === 0 ? parametrizations : [parametrizations[number % parametrizations.length]!];
      for (const name of pairs) {
        const denoise = denoiser(await make<Parametrization>("parametrization", name));
        const exact = picture(
          await make<Sampler>("sampler", "unipc", { steps: 200, order: 3 }, { schedule }),
          denoise,
        );
        for (const samplerName of names("sampler")) {
          const { default: plugin } = await import(`../plugins/sampler/${samplerName}.ts`);
          const shape = plugin.options.shape as Record<string, unknown>;
          for (const grid of "spacing" in shape ? grids : [{}]) {
            const where = `${samplerName} ${JSON.stringify(grid)} with ${scheduleName} and ${name}`;
            const options = { ...("steps" in shape ? { steps } : {}), ...grid };
            let sampler: Sampler;
            try {
              sampler = await make<Sampler>("sampler", samplerName, options, { schedule });
            } catch (error) {
              assert.ok(error instanceof Refusal && error.help.length > 0, `${where}: ${error}`);
              refused.push(where);
              continue;
            }
            const found = picture(sampler, denoise);
            count++;
            assert.ok(found.every(Number.isFinite), `${where}: ${found}`);
            // Of one that does not tell its levels, those of another on this grid.
            const told = sampler.levels === undefined && "spacing" in shape
              ? await make<Sampler>("sampler", "ddim", options, { schedule })
              : sampler;
            if (largestStep(told) > farStep) continue; // no method follows the path over it
            for (const value of found) assert.ok(Math.abs(value) < 2.5, `${where}: ${found}`);
            if (sampler.stochastic) continue;
            const error = Math.sqrt(found.reduce((sum, value, i) => sum + (value - exact[i]!) ** 2, 0) / found.length);
            worst.set(samplerName, Math.max(worst.get(samplerName) ?? 0, error));
            assert.ok(error < 0.3, `${where}: ${error}`);
          }
        }
      }
    }
    console.log(
      `  ${count} combinations, ${refused.length} refused; largest errors: ${
        [...worst].map(([name, error]) => `${name} ${error.toFixed(3)}`).join(", ")
      }`,
    );
    assert.ok(count > 1000, `${count}`);
  }));
