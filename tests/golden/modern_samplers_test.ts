/** Golden trajectories of modern samplers: in float64 to the last digits, and in float32 on each backend. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { Sampler } from "../../pipeline/kinds/sampler.ts";
import { onEachBackend } from "../backends.ts";
import { onFloat64, tensor64 } from "../float64.ts";
import { goldenModern, type GoldenTensor } from "./golden.ts";
import { understand, understandTopic } from "./harness.ts";
import { Ledger } from "./ledger.ts";
import { type MakeTensor, mixture } from "./mixture.ts";
import { levelsOf, type Plan, pluginOf, pndmOf, samplerOver } from "./modern_samplers.ts";
import { recordedDraws } from "./sample.ts";

const topic = goldenModern("modern_samplers");
const inputs = ["initial_noise", "injected_noises", "mixture_means", "mixture_variances"];

/** Settings of a case. Those that only explain need nothing done. */
const known = ["plan", "sampler", "options", "noises", "evaluate_at", "ends_early"];
const explain = ["exact_error", "noise", "output"];
const ofPndm = [
  ...["calls", "alphas_cumprod_at_calls", "final_alpha_cumprod", "stride", "all_alphas_cumprod"],
  ...["num_train_timesteps", "beta_schedule", "beta_start", "beta_end"],
];
const ofConvergence = ["steps", "range", "errors", "order", "local_orders", "actual_steps"];

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  understandTopic(
    topic,
    ["denoiser", "mixture_weights", "conventions", "start", "value", "noise", "exact", "convergence", "plans"],
    ["not_finite", "convergence", "plans", "float32_gap"],
  );
  const plans: Readonly<Record<string, Plan>> = topic.json.plans;
  for (const name of inputs) ledger.input(name);
  for (const { name, settings } of topic.tensors) {
    understand(settings, [...known, ...explain, ...ofPndm, ...ofConvergence], name);
    // The exact solutions say what errors are measured against; tables are what PNDM steps through.
    if (name.startsWith("exact/") || name.endsWith("/alphas_cumprod") || name === "convergence/exact") {
      ledger.input(name);
    }
  }
  const cases = topic.tensors.filter(({ name, settings }) =>
    settings.sampler !== undefined && !name.startsWith("exact/")
  );

  /** Runs a case; all images that its trajectory has. */
  const trajectory = async ({ name, settings, shape }: GoldenTensor, make: MakeTensor): Promise<number[]> => {
    const tools = drawing(make);
    const pndm = String(settings.sampler).startsWith("pndm-");
    const plan = pndm ? undefined : plans[settings.plan as string]!;
    const norms = Array.from(
      { length: shape[0]! },
      (_, i) => plan === undefined ? 1 : Math.hypot(plan.alpha[i]!, plan.sigma[i]!),
    );
    const first = (plan?.convention === "ve" ? plan.sigma[0]! : 1) / norms[0]!;
    const start = tf.mul<tf.Tensor4D>(
      make([first], []),
      make(topic!.get("initial_noise").data, topic!.get("initial_noise").shape),
    );
    const images = await run(await samplers(name, settings, plan), start, tools);
    return images.slice(0, shape[0]).flatMap((image, i) => Array.from(image, (value) => value * norms[i]!));
  };

  /** The sampler of a case; several of one step each where a step does not start where the one before ended. */
  const samplers = async (
    name: string,
    settings: GoldenTensor["settings"],
    plan: Plan | undefined,
  ): Promise<Sampler[]> => {
    if (plan === undefined) return [pndmOf(settings, topic!.get(settings.all_alphas_cumprod as string).data)];
    const found = pluginOf(settings.sampler as string, settings.options as Record<string, unknown>, name);
    const levels = levelsOf(plan);
    const at = settings.evaluate_at as number[] | undefined;
    if (at === undefined) return [await samplerOver(levels, found)];
    return await Promise.all(at.map((power, step) => {
      const options = { ...found.options };
      if (found.plugin === "ddpm") options.noise_in_last = settings.noises === at.length;
      if (found.plugin === "consistency") options.timesteps = [plan.timesteps![step]!];
      return samplerOver([Math.log(power / (1 - power)), levels[step + 1]!], { plugin: found.plugin, options });
    }));
  };

  /** The denoiser and the listed noises. */
  const drawing = (make: MakeTensor) => {
    const { data, shape } = topic.get("injected_noises");
    const size = data.length / shape[0]!;
    let drawn = 0;
    return {
      denoise: mixture(topic, make),
      make,
      clip: <T>(signal: T) => signal,
      random: recordedDraws(() => {
        const from = Math.min(drawn++, shape[0]! - 1) * size; // draws beyond the list are scaled by 0
        return make(data.slice(from, from + size), shape.slice(1));
      }),
    };
  };

  /** All images, from the first to the result. On xla each step is a program of its own. */
  const run = async (
    all: readonly Sampler[],
    start: tf.Tensor4D,
    tools: ReturnType<typeof drawing>,
  ): Promise<ArrayLike<number>[]> => {
    const images: ArrayLike<number>[] = [await start.data()];
    let image = start;
    for (const sampler of all) {
      let state = sampler.init(image);
      for (const row of sampler.plan()) {
        assert.ok(row.every(Number.isFinite), `row is finite: ${row}`);
        const next = tf.tidy(() => sampler.step(state, tools.make(row, [row.length]) as tf.Tensor1D, tools).state);
        state = await held(next, tools.make);
        images.push(await state.image.data());
      }
      image = state.image;
    }
    return images;
  };

  Deno.test("golden modern samplers in float64", () =>
    onFloat64(async () => {
      for (const entry of cases) {
        const values = await trajectory(entry, tensor64);
        ledger.compare(`${entry.name.split("/")[0]} in float64`, entry.name, values, { max: 1e-9 });
      }
    }));

  Deno.test("golden modern samplers: UniPC with bh1 reaches the image itself, where the reference gives no number", () =>
    onFloat64(async () => {
      for (const { name } of topic.json.not_finite as { name: string }[]) {
        const entry: GoldenTensor = topic.get(name);
        const { settings, shape } = entry;
        const plan = plans[settings.plan as string]!;
        const whole = { ...entry, shape: [plan.alpha.length, ...shape.slice(1)] };
        const size = shape.slice(1).reduce((a, b) => a * b, 1);
        const values = await trajectory(whole, tensor64);
        const [before, last] = [values.slice(-2 * size, -size), values.slice(-size)];
        const { alpha, sigma } = plan, row = alpha.length - 2;
        const { signal } = mixture(topic, tensor64)(tensor64<tf.Rank.R4>(before, shape.slice(1)), {
          signal: tensor64([alpha[row]!], [1, 1, 1, 1]),
          noise: tensor64([sigma[row]!], [1, 1, 1, 1]),
        });
        const denoised = signal.dataSync();
        for (const [i, value] of last.entries()) assert.ok(Math.abs(value - denoised[i]!) < 1e-12, name);
      }
    }));

  onEachBackend("golden modern samplers", async (backend) => {
    const some = backend === "webgpu" && !Deno.env.has("DENOISE_ALL_CASES") ? 10 : 1;
    for (const entry of cases.filter((_, i) => i % some === 0)) {
      const values = await trajectory(entry, (values, shape) => tf.tensor(Float32Array.from(values), [...shape]));
      const high = /unipc|3m|single-3|deis-3|lms4|pndm/.test(entry.name);
      ledger.compare(`${entry.name.split("/")[0]} on ${backend}`, entry.name, values, { max: high ? 2e-4 : 2e-5 });
    }
  });

  /** Root mean square of a difference, over that of what is right. */
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let [sum, whole] = [0, 0];
    for (let i = 0; i < b.length; i++) [sum, whole] = [sum + (a[i]! - b[i]!) ** 2, whole + b[i]! ** 2];
    return Math.sqrt(sum / whole);
  };

  Deno.test("golden modern samplers converge with the orders of the references", () =>
    onFloat64(async () => {
      const exact = topic.get("convergence/exact");
      const entries = topic.tensors.filter(({ name }) =>
        name.startsWith("convergence/") && name !== "convergence/exact"
      );
      for (const { name, settings, shape } of entries) {
        const [from, to] = settings.range as [number, number];
        const counts = (settings.actual_steps ?? settings.steps) as number[];
        const label = name.slice("convergence/".length);
        const found = pluginOf(label, (settings.options ?? {}) as Record<string, unknown>, name);
        const finals: number[] = [], errors: number[] = [];
        for (const steps of counts) {
          const levels = Array.from(
            { length: steps + 1 },
            (_, i) => -2 * (Math.log(from) * (1 - i / steps) + Math.log(to) * i / steps),
          );
          const noise = topic.get("initial_noise");
          const start = tf.mul<tf.Tensor4D>(
            tensor64([from / Math.hypot(1, from)], []),
            tensor64(noise.data, noise.shape),
          );
          const sampler = await samplerOver(levels, found);
          const images = label.endsWith("exact-start")
            ? await fromExactStart(sampler, levels, start)
            : await run([sampler], start, drawing(tensor64));
          const last = Array.from(images.at(-1)!, (value) => value * Math.hypot(1, to));
          finals.push(...last);
          errors.push(distance(last, exact.data));
        }
        assert.equal(finals.length, shape.reduce((a, b) => a * b, 1));
        ledger.compare("convergence in float64", name, finals, { max: 1e-9 });
        const [coarse, fine] = [3, 5].map((i) => errors[i]!) as [number, number];
        const order = Math.log2(coarse / fine) / Math.log2(counts[5]! / counts[3]!);
        // The fixtures fit against the numbers asked for, of which single-step solvers take a few less.
        const fitted = settings.actual_steps === undefined ? order : Math.log2(coarse / fine) / 2;
        console.log(`  ${label}: order ${fitted.toFixed(2)}`);
        assert.ok(Math.abs(fitted - (settings.order as number)) < 0.02, `${label}: ${fitted} and ${settings.order}`);
      }
    }));

  /** A run whose second and third image are exact. */
  const fromExactStart = async (
    sampler: Sampler,
    levels: readonly number[],
    start: tf.Tensor4D,
  ): Promise<ArrayLike<number>[]> => {
    const tools = drawing(tensor64);
    let state = sampler.init(start);
    for (const [step, row] of sampler.plan().entries()) {
      const entered = state.image;
      state = tf.tidy(() => sampler.step(state, tensor64<tf.Rank.R1>(row, [row.length]), tools).state);
      if (step >= 2) continue;
      // A hundred steps of third order between two levels.
      const between = Array.from(
        { length: 401 },
        (_, i) => levels[step]! + (levels[step + 1]! - levels[step]!) * i / 400,
      );
      const fine = await samplerOver(between, { plugin: "unipc", options: { order: 3 } });
      const exact = (await run([fine], entered, tools)).at(-1)!;
      state = { ...state, image: tensor64<tf.Rank.R4>(exact, entered.shape) };
    }
    return [await state.image.data()];
  };

  Deno.test("golden modern samplers: every tensor is settled", () => ledger.close());
}

/** The same values, held by the host, where a backend would compile a trajectory as a whole. */
async function held(state: ReturnType<Sampler["init"]>, make: MakeTensor): Promise<typeof state> {
  if (tf.getBackend() !== "xla") return state;
  const entries = Object.entries(state);
  const { size, shape } = state.image;
  const values = await tf.stack(entries.map(([, tensor]) => tensor)).data();
  const parts = entries.map(([name], i) => [name, make(values.slice(i * size, (i + 1) * size), shape)]);
  return Object.fromEntries(parts) as typeof state;
}
