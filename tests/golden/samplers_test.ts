/** Golden trajectories: samplers on `tanh(a x + b noise power)` in place of a network. */
import * as tf from "@tensorflow/tfjs";
import type { Schedule } from "../../pipeline/kinds/schedule.ts";
import { golden, type GoldenTensor } from "./golden.ts";
import { onEachBackend } from "../backends.ts";
import { make, scheduleOf, tensor, understand, understandTopic, waitsFor } from "./harness.ts";
import { Ledger, type Tolerance } from "./ledger.ts";
import { runSampler } from "./sample.ts";

const topic = golden("samplers");
const known = [
  ...["schedule", "start_log_snr", "end_log_snr", "min_signal_rate", "max_signal_rate"],
  ...[
    "prediction_type",
    "diffusion_steps",
    "stochasticity",
    "variance_preserving",
    "num_multisteps",
    "second_order_alpha",
  ],
];

/** The sampler that settings ask for, and its options. */
function samplerOf(
  settings: Readonly<Record<string, unknown>>,
): { name: string; options: Record<string, unknown> } {
  const { diffusion_steps: steps, stochasticity = 0, variance_preserving = true } = settings;
  const { num_multisteps: order = 1, second_order_alpha } = settings;
  const alpha = typeof second_order_alpha === "number" ? { second_order_alpha } : {};
  const options = { steps, stochasticity, variance_preserving, ...alpha };
  if (Number(order) > 1) return { name: "multistep", options: { ...options, order } };
  return { name: "second_order_alpha" in alpha ? "second-order" : "ddim", options };
}

function toleranceOf({ schedule }: Readonly<Record<string, unknown>>): Tolerance {
  if (schedule === "keras-io-cosine" || schedule === undefined) return { max: 2e-5 };
  return { max: schedule === "cosine" ? 2e-4 : 1e-3 };
}

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  understandTopic(topic, ["network", "a", "b", "noise", "value", "names", "clip"]);
  const { a, b } = topic.json.settings;
  const shared = ["initial_noise", "injected_noises", "normalizer_mean", "normalizer_variance"];
  const cases = topic.tensors.filter(({ name }) => !shared.includes(name));
  for (const name of shared) ledger.input(name);

  const run = async ({ name, settings }: GoldenTensor, backend: string) => {
    understand(settings, known, name);
    // What the example shows denormalized is the end of its trajectory.
    const denormalized = name.match(/^(.*)\/denormalized\/(\d+)$/);
    const all = denormalized ? topic.get(`${denormalized[1]}/ddim/${denormalized[2]}`).settings : settings;
    const schedule = await scheduleOf(all, name);
    if (typeof schedule === "string") return ledger.pend(name, schedule);
    const missing = await waitsFor("parametrization", all.prediction_type);
    if (missing !== undefined) return ledger.pend(name, missing);

    const { entering, result } = await trajectory(all, schedule, clips(name));
    const values = denormalized
      ? (await make("normalizer", "mean-variance")).denormalize(statistics(), result)
      : tf.stack([1, Math.floor(entering.length / 2), entering.length - 1].map((i) => entering[i]!).concat(result));
    const label = `${samplerOf(all).name} ${all.schedule}${all.stochasticity ? " stochastic" : ""} on ${backend}`;
    await ledger.compareTensor(label, name, values, toleranceOf(all));
  };

  const clips = (name: string): boolean => {
    const [part] = name.split("/");
    if (part === "clip") return true;
    if (part === "noclip" || part === "keras-io") return false;
    throw new Error(`Cannot tell whether "${name}" clips`);
  };

  const statistics = () => ({
    mean: tensor(topic.get("normalizer_mean")),
    variance: tensor(topic.get("normalizer_variance")),
  });

  const trajectory = async (settings: Readonly<Record<string, unknown>>, schedule: Schedule, clip: boolean) => {
    const parametrization = await make("parametrization", String(settings.prediction_type));
    const { name, options } = samplerOf(settings);
    const sampler = await make("sampler", name, options, { schedule });
    const normalizer = await make("normalizer", "mean-variance");
    const black = normalizer.normalize(
      statistics(),
      tf.zeros([...topic.get("normalizer_mean").shape] as tf.ShapeMap[tf.Rank.R4]),
    );
    const white = normalizer.normalize(
      statistics(),
      tf.ones([...topic.get("normalizer_mean").shape] as tf.ShapeMap[tf.Rank.R4]),
    );
    return await runSampler(sampler, tensor<tf.Rank.R4>(topic.get("initial_noise")), {
      denoise: (noisy, rates) => {
        const { image, level } = parametrization.input(noisy, rates);
        const output = tf.tanh(tf.add(tf.mul(image, a), tf.mul(level, b))) as tf.Tensor4D;
        return parametrization.components(output, noisy, rates);
      },
      clip: clip ? (signal) => tf.minimum(tf.maximum(signal, black), white) : undefined,
      drawn: (step) => tf.gather(tensor(topic.get("injected_noises")), step),
    });
  };

  onEachBackend("golden samplers", async (backend) => {
    const some = backend === "webgpu" && !Deno.env.has("DENOISE_ALL_CASES") ? 10 : 1;
    if (some > 1) {
      console.log(`golden samplers: every ${some}th of ${cases.length} on webgpu; all: DENOISE_ALL_CASES=1`);
    }
    for (const tensor of cases.filter((_, i) => i % some === 0)) await run(tensor, backend);
  });

  Deno.test("golden samplers: every tensor is settled", () => ledger.close());
}
