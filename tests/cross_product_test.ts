/**
 * Every sampler on every grid with every schedule and every parametrization: what is accepted gives the picture of its
 * path, the same whatever the network predicts, and what is not accepted says so.
 */
import assert from "node:assert/strict";
import type { Kind, Slots } from "../pipeline/kinds/mod.ts";
import {
  type Components,
  type Parametrization,
  type Rates,
  Refusal,
  type Sampler,
  type Schedule,
  tf,
} from "../plugin.ts";
import { onBackend } from "../pipeline/contract/laws.ts";
import type { Denoise } from "../pipeline/contract/sampler.ts";
import { builtins } from "../mod.ts";
import { make } from "./golden/harness.ts";
import { sampled } from "./sampled.ts";

const image = { height: 2, width: 2, channels: 2 };
const start = [-1.4, -0.7, -0.2, 0.1, 0.4, 0.9, 1.3, 2.1];
const steps = 14;

/** A stage on these pictures. */
const made = <K extends Kind>(
  kind: K,
  name: string,
  options: Record<string, unknown> = {},
  slots: Partial<Slots> = {},
) => make(kind, name, options, { image, ...slots });

/** A sampler, or why it is refused. */
async function tried(name: string, options: Record<string, unknown>, schedule: Schedule): Promise<Sampler | Refusal> {
  try {
    return await made("sampler", name, options, { schedule });
  } catch (error) {
    assert.ok(
      error instanceof Refusal && error.help.length > 0,
      `sampler/${name} ${JSON.stringify(options)}: ${error}`,
    );
    return error;
  }
}

/** Pixels are near -0.8 or near 0.7: the exact mean of what a noisy one was. */
function known(x: number, signal: number, noise: number): number {
  const parts = [[-0.8, 0.05], [0.7, 0.1]].map(([mean, variance]) => {
    const total = signal ** 2 * variance! + noise ** 2;
    const away = x - signal * mean!;
    const weight = Math.exp(away ** 2 / (-2 * total)) / Math.sqrt(total) + 1e-30;
    return { weight, clean: mean! + signal * variance! / total * away };
  });
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  return parts.reduce((sum, { weight, clean }) => sum + weight * clean / whole, 0);
}

/** What a parametrization makes of a pixel and an output: each component is a share of both. */
type Shares = Record<keyof Components, [pixel: number, output: number]>;
const names = ["signal", "noise", "velocity"] as const;

function sharesOf({ components }: Parametrization, signal: number, noise: number): Shares {
  return tf.tidy(() => {
    const rates = { signal: tf.scalar(signal), noise: tf.scalar(noise) };
    const all = components(tf.tensor4d([0, 1, -0.7], [3, 1, 1, 1]), tf.tensor4d([1, 0, 0.3], [3, 1, 1, 1]), rates);
    return Object.fromEntries(names.map((name) => {
      const [pixel, output, both] = all[name].dataSync() as unknown as [number, number, number];
      const error = Math.abs(both - (0.3 * pixel - 0.7 * output)) / (Math.abs(pixel) + Math.abs(output));
      assert.ok(error < 1e-6, `${name} at ${signal} is not a share of pixel and output`);
      return [name, [pixel, output]];
    })) as Shares;
  });
}

/** The answers of networks whose signal is the one that is known: picture i by the parametrization i. */
function denoiser(parametrizations: readonly Parametrization[]): (x: tf.Tensor4D, rates: Rates) => Components {
  const found = new Map<string, Shares[]>();
  return (x, rates) => {
    const pictures = x.shape[0], pixels = x.size / pictures;
    const at = (rate: tf.Tensor) => {
      const all = rate.dataSync();
      return (picture: number) => all[all.length === 1 ? 0 : picture]!;
    };
    const [signalAt, noiseAt] = [at(rates.signal), at(rates.noise)];
    const values = x.dataSync();
    const answer = Object.fromEntries(names.map((name) => [name, new Float32Array(x.size)])) as Record<
      keyof Components,
      Float32Array
    >;
    for (let picture = 0; picture < pictures; picture++) {
      const [signal, noise] = [signalAt(picture), noiseAt(picture)], key = `${signal} ${noise}`;
      if (!found.has(key)) found.set(key, parametrizations.map((each) => sharesOf(each, signal, noise)));
      const shares = found.get(key)![picture]!;
      for (let i = picture * pixels; i < (picture + 1) * pixels; i++) {
        const pixel = values[i]!;
        const output = Math.fround((known(pixel, signal, noise) - shares.signal[0] * pixel) / shares.signal[1]);
        for (const name of names) answer[name][i] = shares[name][0] * pixel + shares[name][1] * output;
      }
    }
    return Object.fromEntries(names.map((name) => [name, tf.tensor4d(answer[name], x.shape)])) as Components;
  };
}

/** The picture of a sampler, once for each parametrization, of the same noise and the same draws. */
function pictures(sampler: Sampler, count: number, denoise: Denoise): Float32Array[] {
  for (const [i, row] of sampler.plan().entries()) {
    assert.ok(row.every(Number.isFinite), `row ${i + 1} is finite: ${row}`);
  }
  return tf.tidy(() => {
    const noise = tf.tile(tf.tensor4d(start, [1, 2, 2, 2]), [count, 1, 1, 1]);
    const signal = sampled(sampler, noise, denoise, Array(count).fill(0));
    return tf.unstack(signal).map((one) => one.dataSync() as Float32Array);
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
  { spacing: "flow", scheduler: "unipc" },
  { spacing: "align-your-steps" },
  { spacing: "align-your-steps", table: "stable-diffusion-timesteps" },
  { spacing: "linspace", scheduler: "euler" },
  { spacing: "leading", scheduler: "dpm-solver", last: "end" },
  { spacing: "trailing" },
  { spacing: "list", sigmas: [10, 7.5, 5.5, 4, 3, 2.2, 1.7, 1.3, 1, 0.8, 0.65, 0.55, 0.45, 0.38, 0] },
];

/** A step in log-SNR that leaves most of the way to itself, as those of `beta` to the image where noise begins high. */
const farStep = 6;

/** The largest step of a grid in log-SNR, but for one to the image itself. */
function largestStep({ levels = [] }: Sampler): number {
  const finite = levels.filter(Number.isFinite);
  return Math.max(...finite.slice(1).map((level, i) => level - finite[i]!));
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);

const samplers = builtins.names("sampler");
const parametrizationNames = builtins.names("parametrization");
const worst = new Map<string, number>();
let combinations = 0;
let refusals = 0;

for (const scheduleName of builtins.names("schedule")) {
  Deno.test(`every sampler on every grid follows the path of schedule/${scheduleName}, whatever the network predicts`, () =>
    onBackend("cpu", async () => {
      const schedule = await made("schedule", scheduleName);
      const parametrizations = await Promise.all(
        parametrizationNames.map((name) => made("parametrization", name, {}, { schedule })),
      );
      const count = parametrizations.length, denoise = denoiser(parametrizations);
      const paths = new Map<string, Float32Array>();
      /** The end of the path from a first level on: many steps of high order. */
      const pathFrom = async (levels: readonly number[]): Promise<Float32Array> => {
        const key = String(Math.round(levels[0]! * 1e6));
        const sigma_max = Math.exp(-levels[0]! / 2) * (1 - 1e-9);
        const options = { steps: 200, order: 3, spacing: "log-snr", last: "zero", sigma_max };
        const fine = await made("sampler", "unipc", options, { schedule });
        paths.set(key, paths.get(key) ?? pictures(fine, count, denoise)[0]!);
        return paths.get(key)!;
      };
      for (const name of samplers) {
        const shape = (await builtins.load("sampler", name))!.options.shape;
        for (const grid of "spacing" in shape ? grids : [{}, { sigma_max: 9, sigma_min: 0.4 }]) {
          const where = `${name} ${JSON.stringify(grid)}`;
          const options = { ...("steps" in shape ? { steps } : {}), ...grid };
          const sampler = await tried(name, options, schedule);
          if (sampler instanceof Refusal) {
            refusals += count;
            continue;
          }
          const found = pictures(sampler, count, denoise);
          combinations += count;
          for (const [i, picture] of found.entries()) {
            const what = `${where} with ${parametrizationNames[i]}`;
            assert.ok(picture.every(Number.isFinite), `${what}: ${picture}`);
          }
          // Of one that does not tell its levels, those of another on this grid, or of its own ends.
          const told = sampler.levels !== undefined ? sampler : await made(
            "sampler",
            "ddim",
            "spacing" in shape ? options : {
              ...{ spacing: "log-snr", last: "end", steps: 100 },
              ...grid,
            },
            { schedule },
          );
          if (largestStep(told) > farStep) continue; // no method follows the path over it
          for (const [i, picture] of found.entries()) {
            const what = `${where} with ${parametrizationNames[i]}`;
            assert.ok(picture.every((value) => Math.abs(value) < 2.5), `${what}: ${picture}`);
            const apart = distance(picture, found[0]!);
            assert.ok(apart < 1e-3, `${what} differs by ${apart} from ${parametrizationNames[0]}`);
          }
          if (sampler.stochastic) continue;
          const error = distance(found[0]!, await pathFrom(told.levels!));
          worst.set(name, Math.max(worst.get(name) ?? 0, error));
          assert.ok(error < 0.3, `${where}: ${error}`);
        }
      }
    }));
}

Deno.test("the whole product was gone through", () => {
  console.log(
    `  ${combinations} combinations, ${refusals} refused; largest errors: ${
      [...worst].map(([name, error]) => `${name} ${error.toFixed(3)}`).join(", ")
    }`,
  );
  assert.deepEqual([...samplers].filter((name) => !worst.has(name)).sort(), [
    ...["consistency", "ddpm", "dpm-2-ancestral", "dpmpp-sde", "euler-ancestral"], // they draw noise
  ]);
  assert.ok(combinations > 10_000, `${combinations}`);
});
