/** Noise levels in training, preconditioning and loss weights against the numbers of reference implementations. */
import assert from "node:assert/strict";
import { tf } from "../../plugin.ts";
import { onBackend } from "../../pipeline/contract/laws.ts";
import type { Components, Rates } from "../../pipeline/kinds/common.ts";
import {
  flowTimeOf,
  logSnrOfFlowTime,
  logSnrOfSigma,
  ratesOf,
  signalOf,
  velocityOf,
} from "../../pipeline/kinds/diffusion.ts";
import denoising, { pseudoHuber } from "../../plugins/loss/denoising.ts";
import { type LevelOptions, levelsAt } from "../../plugins/loss/shared/levels.ts";
import { withUncertainty } from "../../plugins/loss/shared/uncertainty.ts";
import { type Part, weightsAt } from "../../plugins/loss/shared/weights.ts";
import edm from "../../plugins/parametrization/edm.ts";
import flow from "../../plugins/parametrization/flow.ts";
import cosineShifted from "../../plugins/schedule/cosine-shifted.ts";
import discrete from "../../plugins/schedule/discrete.ts";
import type { Loss, Parametrization, Schedule } from "denoise/plugin";
import { goldenModern, type GoldenTensor } from "./golden.ts";

const topic = goldenModern("modern_losses");

const numbersOf = (name: string) => [...topic!.get(name).data];
const column = (values: readonly number[]) => tf.tensor4d([...values], [values.length, 1, 1, 1]);
const images = (name: string) =>
  tf.tensor4d(Float32Array.from(topic!.get(name).data), topic!.get(name).shape as [number, number, number, number]);
/** Rates of log-SNRs, `[n, 1, 1, 1]`: those of float64, rounded once. */
const ratesAt = (logSnrs: readonly number[]): Rates => {
  const rates = logSnrs.map((logSnr) => ratesOf(logSnr));
  return { signal: column(rates.map(({ signal }) => signal)), noise: column(rates.map(({ noise }) => noise)) };
};
const atSigmas = () => ratesAt(numbersOf("sigma").map(logSnrOfSigma));
const atSnrs = () => ratesAt(numbersOf("snr").map(Math.log));
const atTimes = () => ratesAt(numbersOf("flow/t").map(logSnrOfFlowTime));

/** Fails where numbers differ by more than a part of each: weights go over many decades. */
function agrees(
  found: tf.Tensor | readonly number[],
  { name, data }: Pick<GoldenTensor, "name" | "data">,
  tolerance = 1e-5,
) {
  const values = found instanceof tf.Tensor ? [...found.dataSync()] : found;
  assert.equal(values.length, data.length, name);
  values.forEach((value, i) => {
    const most = tolerance * Math.max(Math.abs(data[i]!), 1e-6);
    assert.ok(Math.abs(value - data[i]!) <= most, `${name}[${i}]: ${value}, not ${data[i]}`);
  });
}

/** Fails where numbers differ by more than a part of the largest. */
function near(found: tf.Tensor, { name, data }: Pick<GoldenTensor, "name" | "data">, tolerance = 1e-5) {
  const largest = Math.max(...[...data].map(Math.abs));
  found.dataSync().forEach((value, i) =>
    assert.ok(Math.abs(value - data[i]!) <= tolerance * largest, `${name}[${i}]: ${value}, not ${data[i]}`)
  );
}

const parametrization = (plugin: typeof edm | typeof flow, options: Record<string, unknown>) =>
  plugin.create({ options: plugin.options.parse(options) } as never) as Parametrization;
const loss = (options: Record<string, unknown>) =>
  denoising.create(
    {
      options: denoising.options.parse(options),
      schedule: { rates: ratesOf },
      image: { height: 2, width: 2 },
      parametrization: {},
    } as never,
  ) as unknown as Loss;
const weights = (rates: Rates, part: Part, options: Record<string, unknown>) => {
  const { sigma_data, ...rest } = denoising.options.parse(options);
  return weightsAt(rates, part, { ...rest, sigma_data: Number(sigma_data) })!;
};
const noSchedule = { rates: () => assert.fail() };
const levelOptions = (options: Record<string, unknown>): LevelOptions => denoising.options.parse(options);
const draw = (options: Record<string, unknown>, schedule: Pick<Schedule, "rates"> = noSchedule) =>
  levelsAt(tf.tensor1d(numbersOf("u")), levelOptions(options), schedule);
const schedule = (plugin: typeof cosineShifted | typeof discrete, options: Record<string, unknown>) =>
  plugin.create({ options: plugin.options.parse(options) } as never) as Schedule;
const sigmas = ({ signal, noise }: Rates) => tf.div(noise, signal);
const times = ({ signal, noise }: Rates) => tf.div(noise, tf.add(signal, noise));

/** What EDM's coefficients do to an image, σ noise and an output of one. */
function preconditioning(entry: GoldenTensor, what: string, sigma_data: number) {
  const rates = atSigmas();
  const { input, components } = parametrization(edm, { sigma_data });
  const one = tf.onesLike(rates.signal) as tf.Tensor4D, zero = tf.zerosLike(one);
  const noisy = rates.signal as tf.Tensor4D; // image + σ noise = 1
  switch (what) {
    case "c_in":
      return agrees(input(noisy, rates).image, entry);
    case "c_noise":
      return near(input(noisy, rates).level, entry);
    case "c_skip":
      return agrees(components(zero, noisy, rates).signal, entry);
    case "c_out":
      return agrees(components(one, zero, rates).signal, entry);
    default:
      return agrees(weights(rates, "signal", { weights: "edm", sigma_data }), entry);
  }
}

/** The pictures of the fixtures' losses at their σ: their network answers with 0.9 x / (1 + σ²). */
function lossExample(entry: GoldenTensor) {
  const { P_mean, P_std, sigma_data } = entry.settings as Record<string, number>;
  const sigma = numbersOf("loss/normals").map((normal) => Math.exp(P_mean! + P_std! * normal));
  agrees(sigma, topic!.get(entry.name.replace("value", "sigma")), 1e-12);
  const rates = ratesAt(sigma.map(logSnrOfSigma));
  const signal = images("loss/images"), noise = images("loss/noises");
  const denoised = tf.mul(tf.add(signal, tf.mul(column(sigma), noise)), column(sigma.map((s) => 0.9 / (1 + s * s))));
  const of = (signal: tf.Tensor4D): Components => ({ signal, noise, velocity: velocityOf({ signal, noise }, rates) });
  return { sigma, sigma_data, rates, predicted: of(denoised as tf.Tensor4D), target: of(signal) };
}

/** EDM's loss: the mean of the map. */
function edmLoss(entry: GoldenTensor) {
  const { sigma_data, rates, predicted, target } = lossExample(entry);
  const { objective } = loss({ weighting: "signal", error: "mse", weights: "edm", sigma_data })
    .measure(predicted, target, rates);
  const expected = [...entry.data].reduce((sum, value) => sum + value, 0) / entry.data.length;
  agrees([objective.dataSync()[0]!], { name: entry.name, data: Float64Array.of(expected) });
}

/** EDM2's map, in which ln σ decides the uncertainty. */
function edm2Loss(entry: GoldenTensor) {
  const { sigma, sigma_data, rates, predicted, target } = lossExample(entry);
  const weighted = tf.mul(
    tf.square(tf.sub(predicted.signal, target.signal)),
    weights(rates, "signal", { weights: "edm", sigma_data }),
  );
  near(withUncertainty(weighted, column(sigma.map((sigma) => 0.3 * Math.log(sigma) - 0.1))), entry);
}

const given = () =>
  ["weighted_error", "logvar"].map((name) => tf.tensor1d(numbersOf(`edm2/uncertainty/${name}`))) as [
    tf.Tensor1D,
    tf.Tensor1D,
  ];

function flowExample(entry: GoldenTensor) {
  const logSnrs = numbersOf("flow/t").slice(0, 6).map(logSnrOfFlowTime);
  const rates = ratesAt(logSnrs);
  const signal = images("loss/images"), noise = images("loss/noises");
  const noisy = tf.add<tf.Tensor4D>(tf.mul(rates.signal, signal), tf.mul(rates.noise, noise));
  const { input, components } = parametrization(flow, {});
  if (entry.name === "flow/example/x") return near(input(noisy, rates).image, entry);
  const found = components(images("flow/example/target"), noisy, rates);
  near(found.signal, topic!.get("loss/images"));
  near(found.noise, topic!.get("loss/noises"));
}

/** Weights on the squared error of another part of what weighs all errors of the flow's velocity alike. */
function fromFlow(entry: GoldenTensor, part: "noise" | "signal") {
  const rates = atTimes();
  const noisy = tf.zerosLike(rates.signal) as tf.Tensor4D;
  const { components } = parametrization(flow, {});
  const [one, zero] = [tf.onesLike(noisy), noisy].map((output) => components(output, noisy, rates)[part]);
  agrees(tf.div(1, tf.square(tf.sub(one!, zero!))), entry);
}

function huber(entry: GoldenTensor) {
  const { name } = entry;
  if (name === "pseudo-huber/example/error") return;
  const { d, c } = entry.settings as { d?: number; c: number };
  const root = (count: number) => Math.sqrt(count); // ours is per number of an image
  if (d !== undefined) {
    const norms = [0, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100];
    const difference = tf.mul(column(norms.map((norm) => norm / root(d))), tf.ones([norms.length, 1, 1, d]));
    return near(tf.mul(pseudoHuber(difference as tf.Tensor4D, c / root(d)), root(d)), entry, 1e-6);
  }
  const error = images("pseudo-huber/example/error");
  const values = (x: tf.Tensor) => tf.mul(pseudoHuber(x as tf.Tensor4D, c / root(48)), root(48));
  if (name.endsWith("value")) near(values(error), entry);
  else near(tf.grad((x) => tf.mean(values(x)))(error), entry);
}

/** Draws of v-diffusion: even angles of the cosine schedule between two σ, all times σ_data. */
function vDiffusion(entry: GoldenTensor) {
  const { sigma_data, min_value, max_value } = entry.settings as Record<string, number>;
  const between = schedule(cosineShifted, {
    start_log_snr: logSnrOfSigma(min_value!),
    end_log_snr: logSnrOfSigma(max_value!),
    noise_size: 1 / sigma_data!,
    image_size: 1,
  });
  agrees(sigmas(draw({ levels: "uniform-time" }, between)), entry, 1e-4);
}

/** How dense times are, found from their quantiles: `du / dt`. */
function density(entry: GoldenTensor, timesAt: (u: Float32Array) => ArrayLike<number>) {
  // Even in the logit of u, so that times near both ends are told apart; times fall or rise with u.
  const count = 40_000;
  const u = Float64Array.from({ length: count }, (_, i) => 1 / (1 + Math.exp(12 * (1 - 2 * (i + 0.5) / count))));
  const all = timesAt(Float32Array.from(u));
  const [first, last] = [all[0]!, all[count - 1]!];
  const order = first < last ? [...u.keys()] : [...u.keys()].reverse();
  const shareBelow = (time: number) => {
    let [low, high] = [0, count - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (all[order[middle]!]! < time) low = middle;
      else high = middle;
    }
    const [from, to] = [all[order[low]!]!, all[order[high]!]!];
    const part = to > from ? (time - from) / (to - from) : 0;
    const at = u[order[low]!]! * (1 - part) + u[order[high]!]! * part;
    return first < last ? at : 1 - at;
  };
  const found = numbersOf("flow/t").map((time) => {
    const step = 0.05 * time * (1 - time);
    return (shareBelow(time + step) - shareBelow(time - step)) / (2 * step);
  });
  near(tf.tensor1d(found), entry, 0.01);
}

/** `density/logit-normal/0_1`. */
function logitNormalDensity(entry: GoldenTensor) {
  const { logit_mean: level_mean, logit_std: level_std } = entry.settings;
  const options = levelOptions({ levels: "logit-normal", level_mean, level_std });
  density(entry, (u) => times(levelsAt(tf.tensor1d(u), options, noSchedule)).dataSync());
}

/** Weights of diffusers on the squared error of the flow's velocity. */
function onFlow(entry: GoldenTensor, weightsName: string) {
  agrees(weights(atTimes(), "flow", { weights: weightsName }), entry);
}

/** SNRs of DDPM's timesteps. */
function discreteSnr(entry: GoldenTensor) {
  const { beta_schedule: betas, beta_start, beta_end } = entry.settings;
  const { logSnr } = schedule(discrete, { betas: betas ?? "linear", beta_start, beta_end });
  const found = numbersOf("discrete/timesteps").map((step) => Math.exp(logSnr(step / 999)));
  // diffusers takes roots in float32 on the way, and loses four digits where little noise is left.
  agrees(found, entry, entry.name.endsWith("exact") ? 1e-9 : 1e-3);
}

/** `weight/min-snr-5/noise` and the like. */
function weight(entry: GoldenTensor) {
  const [, what, part] = entry.name.split("/") as [string, string, Part];
  const { gamma, k } = entry.settings as { gamma?: number; k?: number };
  const kind = /^(min-snr|soft-min-snr|p2)-/.exec(what)?.[1];
  if (kind !== undefined) {
    return agrees(weights(atSnrs(), part, { weights: kind, gamma, ...(k === undefined ? {} : { p2_k: k }) }), entry);
  }
  assert.ok(["snr", "truncated-snr", "snr+1"].includes(what), `no test for the weight "${what}"`);
  if (what === "truncated-snr") return agrees(weights(atSnrs(), part, { weights: what }), entry);
  const { signal, noise } = atSnrs();
  const snr = tf.div(tf.square(signal), tf.square(noise));
  // An error of the noise, or of the velocity, is one of the signal with this weight: those are weightings.
  if (what === "snr") agrees(snr, entry);
  if (what === "snr+1") agrees(tf.div(1, tf.square(noise)), entry);
}

/** By the beginning of the name, the longest first. Undefined: what others are computed from. */
const tests: readonly (readonly [begin: string, test: ((entry: GoldenTensor) => void) | undefined])[] = [
  ["edm/", (entry) => {
    const { sigma_data } = entry.settings as { sigma_data: number };
    preconditioning(entry, entry.name.split("/").at(-1)!, sigma_data);
  }],
  // Weights on the error of the preconditioned output: (σ σ_data)² / (σ² + σ_data²) on that of the image.
  ["k-diffusion/", (entry) => {
    const { sigma_data } = entry.settings as { sigma_data: number };
    const onOutput = weights(atSigmas(), "signal", { weights: "edm", sigma_data });
    // Its snr weighs as the plain error of the noise does.
    const onSignal = entry.name.endsWith("/snr")
      ? tf.div(1, tf.square(sigmas(atSigmas())))
      : weights(atSigmas(), "signal", { weights: "soft-min-snr", gamma: 1 / sigma_data ** 2 });
    agrees(tf.div(onSignal, onOutput), entry);
  }],
  ["loss/edm/value", edmLoss],
  ["loss/edm2/value", edm2Loss],
  ["loss/", undefined], // images, noises, σ
  ["edm2/uncertainty/value", (entry) => agrees(withUncertainty(...given()), entry)],
  ["edm2/uncertainty/gradient", (entry) => {
    const [error, logs] = given();
    agrees(tf.grad((logs) => tf.sum(withUncertainty(error, logs)))(logs), entry);
  }],
  ["edm2/", undefined], // what these are computed from; the learning rate is the optimizer's
  ["draw/log-normal-clamped", (entry) => agrees(sigmas(draw({ levels: "log-normal" })), entry, 1e-4)],
  ["draw/log-normal", (entry) => agrees(sigmas(draw({ levels: "log-normal" })), entry, 1e-4)],
  ["draw/log-logistic", (entry) => {
    const { loc: level_mean, scale: level_std, min_value: least_sigma, max_value: most_sigma } = entry.settings;
    const options = { levels: "log-logistic", level_mean, level_std, least_sigma, most_sigma };
    agrees(sigmas(draw(options)), entry, 1e-4);
  }],
  ["draw/log-uniform", (entry) => {
    const { min_value: least_sigma, max_value: most_sigma } = entry.settings;
    agrees(sigmas(draw({ levels: "log-uniform", least_sigma, most_sigma })), entry, 1e-5);
  }],
  ["draw/v-diffusion", vDiffusion],
  ["draw/logit-normal/", (entry) => {
    const { logit_mean: level_mean, logit_std: level_std } = entry.settings;
    near(times(draw({ levels: "logit-normal", level_mean, level_std })), entry, 1e-5);
  }],
  ["draw/mode/", (entry) => near(times(draw({ levels: "mode", mode_scale: entry.settings.mode_scale })), entry, 2e-6)],
  ["density/logit-normal/", logitNormalDensity],
  ["flow/example/", flowExample],
  ["flow/snr", (entry) => {
    const { signal, noise } = atTimes();
    agrees(tf.div(tf.square(signal), tf.square(noise)), entry);
  }],
  ["flow/weight/noise-from-velocity", (entry) => fromFlow(entry, "noise")],
  ["flow/weight/signal-from-velocity", (entry) => fromFlow(entry, "signal")],
  ["flow/weight/sigma_sqrt", (entry) => onFlow(entry, "sigma-sqrt")],
  ["flow/weight/cosmap", (entry) => onFlow(entry, "cosmap")],
  // Even times of the cosine schedule.
  ["flow/density/cosmap", (entry) => {
    const { logSnr } = schedule(cosineShifted, { start_log_snr: 30, end_log_snr: -30, noise_size: 1, image_size: 1 });
    density(entry, (u) => Array.from(u, (time) => flowTimeOf(logSnr(time))));
  }],
  ["flow/t", undefined],
  ["weight/", weight],
  ["pseudo-huber/", huber],
  ["discrete/snr", discreteSnr],
  ["discrete/timesteps", undefined],
  ["sigma", undefined],
  ["snr", undefined],
  ["u", undefined],
];

if (topic !== undefined) {
  for (const entry of topic.tensors) {
    Deno.test(`golden modern_losses/${entry.name}`, () =>
      onBackend("cpu", () => {
        const found = tests.find(([begin]) => entry.name.startsWith(begin));
        assert.ok(found !== undefined, "there is no test for entries of this name");
        found[1]?.(entry);
      }));
  }
}

Deno.test("the weights of a level are the same whatever component is compared", () =>
  onBackend("cpu", () => {
    const rates = ratesAt([-6, -2, 0, 3, 6]);
    const signal = tf.randomNormal<tf.Rank.R4>([5, 2, 2, 3], 0, 1, "float32", 1),
      noise = tf.randomNormal<tf.Rank.R4>([5, 2, 2, 3], 0, 1, "float32", 2);
    const noisy = tf.add<tf.Tensor4D>(tf.mul(rates.signal, signal), tf.mul(rates.noise, noise));
    const of = (noise: tf.Tensor4D): Components => {
      const signal = signalOf(noisy, noise, rates);
      return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
    };
    for (const weights of denoising.options.shape.weights.unwrap().options) {
      if (weights === "none") continue;
      const [first, ...others] = ["noise", "signal", "velocity", "flow"].map((weighting) =>
        loss({ weighting, error: "mse", weights }).measure(of(tf.mul(noise, 0.9)), of(noise), rates).objective
          .dataSync()[0]!
      );
      for (const other of others) assert.ok(Math.abs(other / first! - 1) < 1e-4, `${weights}: ${other}, not ${first}`);
    }
  }));
