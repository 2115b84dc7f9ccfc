/** Every sampler under every kind of guidance, on a model that is known exactly: what is accepted works, what is not is refused. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { onBackend } from "../pipeline/contract/laws.ts";
import type { Denoise } from "../pipeline/contract/sampler.ts";
import { checkGuidance } from "../pipeline/graph/guidance.ts";
import type { Stage } from "../pipeline/graph/types.ts";
import type { Components, Rates } from "../pipeline/kinds/common.ts";
import { noiseOf, velocityOf } from "../pipeline/kinds/diffusion.ts";
import { type GuidanceInput, isGuided } from "../pipeline/kinds/guidance.ts";
import { type Sampler, samplerOptions } from "../pipeline/kinds/sampler.ts";
import { type Both, guidedSight } from "../pipeline/programs/guidance.ts";
import type { Recipe } from "../pipeline/recipe/types.ts";
import { findPlugins } from "../plugins/generate_manifest.ts";
import { builtin, make as makeStage } from "./golden/harness.ts";
import { sampled } from "./sampled.ts";

const samplers = (await findPlugins(new URL("../plugins/", import.meta.url)))
  .filter((id) => id.startsWith("sampler/")).map((id) => id.slice("sampler/".length));
const image = { height: 2, width: 2, channels: 1 };

/** A sampler, on a schedule whose levels are finite. */
async function make(name: string, options: object = {}): Promise<Stage<"sampler">> {
  const plugin = (await builtin("sampler", name))!;
  const own = { ...("steps" in plugin.options.shape ? { steps: 14 } : {}), ...options };
  const stage = await makeStage("sampler", name, own, { image });
  const parsed = { clip: samplerOptions.clip.parse(undefined), ...plugin.options.parse(own) };
  return { kind: "sampler", path: ["samplers", name], id: name, plugin, options: parsed, stage };
}

/** Pixels are normal with these means and variances: the best prediction of a noisy image is a straight line in it. */
const normal = (contrast: number, variance: number) => (noisy: tf.Tensor4D, rates: Rates): Components => {
  const mean = tf.mul(contrast, tf.tensor4d([1, -0.9, 0.6, -0.8], [1, 2, 2, 1]));
  const total = tf.add(tf.mul(tf.square(rates.signal), variance), tf.square(rates.noise));
  const away = tf.sub(noisy, tf.mul(rates.signal, mean));
  const signal = tf.add<tf.Tensor4D>(mean, tf.mul(tf.div(tf.mul(rates.signal, variance), total), away));
  const noise = noiseOf(noisy, signal, rates);
  return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
};
/** The model, and the worse one, which knows less of where pixels are. */
const own = normal(0.7, 0.05), worse = normal(0.3, 0.3);

const start = [-1.4, -0.7, -0.2, 0.1, 0.4, 0.9, 1.3, 2.1];

/** The pictures of a sampler, pixel by pixel. */
const picture = (sampler: Sampler, denoise: Denoise): number[] => [
  ...sampled(sampler, tf.tensor4d(start, [2, 2, 2, 1]), denoise, [0, 1]).dataSync(),
];

/** The picture under guidance, as programs have it. */
function guidedPicture(sampler: Sampler, input: GuidanceInput): number[] {
  const guidance = samplerOptions.guidance.parse(input)!;
  if (!isGuided(guidance)) return picture(sampler, own);
  let past: tf.Tensor4D | undefined = tf.zeros([2, 2, 2, 1]);
  return picture(sampler, (noisy, rates) => {
    const pair: Both = { own: own(noisy, rates), worse: worse(noisy, rates) };
    const sight = guidedSight(pair, { noisy, rates }, guidance, { past, clip: (signal) => signal });
    past = sight.past;
    return sight.seen;
  });
}

const forms: Readonly<Record<string, Omit<GuidanceInput, "scale">>> = {
  "classifier-free": {},
  "in an interval": { interval: [0.3, 3] },
  rescaled: { rescale: 0.7 },
  projected: { project: {} },
  "projected, limited": { project: { radius: 1, parallel: 0.5 } },
  "projected, with momentum": { project: { momentum: -0.5 } },
  "projected and rescaled in an interval": { project: { momentum: -0.5 }, rescale: 0.5, interval: [0.3, 3] },
  "CFG++": { renoise: "unconditional" },
  "CFG++, projected, in an interval": { renoise: "unconditional", project: {}, interval: [0.3, 3] },
};

/** What the graph says of a sampler with this guidance. */
function refused(stage: Stage<"sampler">, guidance: GuidanceInput): string[] {
  const problem: Recipe["problem"] = (_, text) => text;
  const options = { ...stage.options, guidance: samplerOptions.guidance.parse(guidance) };
  const recipe = { problem, train: {} } as unknown as Recipe;
  return checkGuidance(recipe, { ...stage, options }, { name: "network", classes: 3 }, true).map(({ code, help }) => {
    assert.ok(help.length > 0, code);
    return code;
  });
}

const close = (found: readonly number[], wanted: readonly number[], tolerance: number, where: string) =>
  found.forEach((value, i) =>
    assert.ok(Math.abs(value - wanted[i]!) <= tolerance, `${where}: ${found}, not ${wanted}`)
  );

Deno.test("every sampler under every kind of guidance gives finite pictures, and the unguided ones where it is none", () =>
  onBackend("cpu", async () => {
    let count = 0;
    const refusals: string[] = [];
    for (const name of samplers) {
      const stage = await make(name);
      const plain = tf.tidy(() => picture(stage.stage, own)), weak = tf.tidy(() => picture(stage.stage, worse));
      for (const [form, options] of Object.entries(forms)) {
        const where = `${name}, ${form}`;
        const none = options.renoise === undefined ? 1 : 0; // of CFG++, the scale is a share
        const codes = refused(stage, { ...options, scale: none });
        if (codes.length > 0) {
          refusals.push(where);
          const expected = options.renoise === undefined ? "guidance-momentum" : "guidance-renoise";
          assert.deepEqual(codes, [expected], where);
          continue;
        }
        count++;
        for (const scale of options.renoise === undefined ? [0, 1.5, 4] : [0.3, 1]) {
          const found = tf.tidy(() => guidedPicture(stage.stage, { ...options, scale }));
          assert.ok(
            found.every((value) => Number.isFinite(value) && Math.abs(value) < 50),
            `${where} ${scale}: ${found}`,
          );
          const far = Math.max(...found.map((value, i) => Math.abs(value - plain[i]!)));
          assert.ok(far > 1e-3 || options.renoise !== undefined, `${where} ${scale}: it changes nothing`);
        }
        // A scale of 1 is none whatever else is said; of CFG++, a share of 0 is the prediction for no class alone.
        const found = tf.tidy(() => guidedPicture(stage.stage, { ...options, scale: none }));
        const whole = options.interval === undefined;
        if (none === 1) assert.deepEqual(found, plain, where);
        else if (whole) close(found, weak, 2e-4, where);
        if (whole && options.project === undefined && options.rescale === undefined && none === 1) {
          close(tf.tidy(() => guidedPicture(stage.stage, { scale: 0 })), weak, 2e-3, `${where}, scale 0`);
        }
      }
    }
    console.log(`  ${count} pairs, ${refusals.length} refused`);
    assert.ok(count > 140, `${count}`);
    assert.ok(refusals.includes("dpmpp, CFG++") && refusals.includes("dpm-adaptive, projected, with momentum"));
  }));

Deno.test("guidance outside of its interval leaves every sampler's picture as it is", () =>
  onBackend("cpu", async () => {
    for (const name of samplers) {
      const { stage } = await make(name);
      const plain = tf.tidy(() => picture(stage, own));
      for (const options of [{}, { project: { momentum: -0.5 } }, { rescale: 1 }]) {
        const found = tf.tidy(() => guidedPicture(stage, { ...options, scale: 4, interval: [1e5, 1e6] }));
        close(found, plain, 1e-4, `${name} ${JSON.stringify(options)}`);
      }
    }
  }));

Deno.test("CFG++ with a sampler of first order is DDIM's step with the guided signal and the noise for no class", () =>
  onBackend("cpu", async () => {
    for (const name of ["ddim", "euler", "dpmpp"]) {
      const { stage } = await make(name, name === "dpmpp" ? { order: 1 } : {});
      assert.equal(stage.renoises, true, name);
      const found = tf.tidy(() => guidedPicture(stage, { scale: 0.6, renoise: "unconditional" }));
      const levels = stage.levels!.map((logSnr) => ({ signal: 1 / Math.sqrt(1 + Math.exp(-logSnr)), logSnr }));
      const wanted = tf.tidy(() => {
        let image = tf.tensor4d(start, [2, 2, 2, 1]), signal = image;
        for (const [i, to] of levels.slice(1).entries()) {
          const rates = (at: typeof to) => ({
            signal: tf.scalar(at.signal),
            noise: tf.scalar(Math.sqrt(1 - at.signal ** 2)),
          });
          const from = rates(levels[i]!), next = rates(to);
          const [one, none] = [own(image, from), worse(image, from)];
          signal = tf.add(none.signal, tf.mul(0.6, tf.sub(one.signal, none.signal)));
          image = tf.add(tf.mul(next.signal, signal), tf.mul(next.noise, none.noise));
        }
        return [...signal.dataSync()];
      });
      close(found, wanted, 1e-4, name);
    }
  }));
