/** Averages of weights against the numbers of reference implementations: on each backend, and their profiles in float64. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { Ema } from "../../pipeline/kinds/ema.ts";
import { exponentOfStd, stdOfExponent } from "../../pipeline/kinds/power_function.ts";
import { combinations, innerProduct, type Profile } from "../../pipeline/run/post_hoc.ts";
import { replacedByPower } from "../../plugins/ema/shared/warmup.ts";
import { onEachBackend } from "../backends.ts";
import { goldenModern, type GoldenTensor } from "./golden.ts";
import { make, understand, understandTopic } from "./harness.ts";
import { Ledger } from "./ledger.ts";

const topic = goldenModern("modern_ema");

/** Settings of entries, by the beginning of their names. */
const settings: readonly (readonly [begin: string, known: readonly string[]])[] = [
  ["power/", ["batch", "ofs", "length"]],
  ["posthoc/", ["out_progress", "condition"]],
  ["run/", ["std", "every", "batch"]],
  ["traditional/", ["halflife_Mimg", "rampup_ratio", "batch"]],
  ["warmup/", ["inv_gamma", "power", "beta", "decay", "max_value", "update_after_step", "start_at", "update_every"]],
  ["karras-ema-lucidrains/", ["sigma_rel"]],
];

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  const numbers = (name: string) => [...topic.get(name).data];
  const input = (name: string) => [...ledger.input(name).data];
  understandTopic(topic, ["std", "ofs", "update"]);
  for (const { name, settings: given } of topic.tensors) {
    understand(given, settings.find(([begin]) => name.startsWith(begin))?.[1] ?? [], name);
  }

  const weights = input("run/weights");
  const row = (values: readonly number[], i: number) => values.slice(3 * i, 3 * i + 3);
  const network = (values: readonly number[]) => ({ trainable: { w: tf.tensor1d([...values]) }, buffers: {} });

  /** The part that each step replaces, on the device. */
  const replaced = async (ema: Ema, steps: readonly number[]): Promise<number[]> => {
    // A step that holds many: each number of the network is one of another step.
    const many = (value: number) => network(steps.map(() => value));
    const step = tf.tensor1d([...steps], "int32") as unknown as tf.Scalar;
    return Array.from(await ema.update(many(0), many(1), step).trainable.w!.data());
  };

  /** The averages after each of some steps of the run, with the parts that the device replaces; `counted` is what it is told. */
  const follow = async (
    ema: Ema,
    { steps, start = 0, counted = (step) => step }: {
      steps: number;
      start?: number;
      counted?: (step: number) => number;
    },
  ): Promise<number[][]> => {
    let average = row(weights, start);
    return (await replaced(ema, Array.from({ length: steps }, (_, i) => counted(i + 1)))).map((part, i) => {
      const now = row(weights, i + 1);
      return average = average.map((value, k) => value + part * (now[k]! - value));
    });
  };

  /** Holds what is replaced to golden parts that are kept: where nearly all is kept, to the digits of the rest. */
  const holds = ({ name, data }: GoldenTensor, found: readonly number[], digits: number, from = 0): void => {
    found.forEach((part, i) => {
      const rest = 1 - data[from + i]!;
      assert.ok(Math.abs(part - rest) <= digits * rest, `${name}[${from + i}] replaces ${part}, not ${rest}`);
    });
  };

  const comparesKept = (topic: string, entry: GoldenTensor, found: readonly number[], digits = 2e-5): void => {
    holds(entry, found, digits);
    ledger.compare(topic, entry.name, found.map((part) => 1 - part), { absolute: 1e-5 });
  };

  Deno.test("golden modern_ema: exponents, profiles and post-hoc coefficients in float64", () => {
    const exact = { relative: 1e-12 };
    const stds = input("power/std");
    ledger.compare("exponents", "power/exponent", stds.map(exponentOfStd), exact);
    ledger.compare("exponents", "power/std-of-exponent", numbers("power/exponent").map(stdOfExponent), exact);
    ledger.compare("exponents", "power/std-of-gammas", input("power/gammas").map(stdOfExponent), exact);
    const { ofs, length } = topic.get("power/response").settings as { ofs: number; length: number };
    const places = Array.from({ length }, (_, i) => i);
    const responses = stds.flatMap((std) => places.map(response({ at: ofs, exponent: exponentOfStd(std) })));
    ledger.compare("profiles", "power/response", responses, { max: 1e-12 });

    for (const { name } of topic.tensors.filter(({ name }) => name.endsWith("/coefficients"))) {
      const of = name.replace("coefficients", "");
      const at = input(`${of}snapshot_progress`), std = input(`${of}snapshot_std`);
      const profiles = at.map((at, i) => ({ at, exponent: exponentOfStd(std[i]!) }));
      const products = profiles.flatMap((a) => profiles.map((b) => innerProduct(a, b)));
      ledger.compare("inner products", `${of}correlation`, products, exact);
      const { out_progress: out } = topic.get(name).settings as { out_progress: number };
      const wanted = input(`${of}target_std`).map((std) => ({ at: out, exponent: exponentOfStd(std) }));
      const found = combinations(profiles, wanted);
      const coefficients = profiles.flatMap((_, i) => found.map(({ coefficients }) => coefficients[i]!));
      ledger.compare("coefficients", name, coefficients, { max: 1e-9 });
      // The reference compares profiles at whole numbers, of which there are 400: nearly the same as between them.
      const responses = profiles.map(response);
      const whole = Array.from({ length: out + 1 }, (_, i) => i);
      const errors = found.map(({ coefficients }, k) => {
        const target = whole.map(response(wanted[k]!));
        const sum = whole.map((place) =>
          responses.reduce((sum, response, i) => sum + coefficients[i]! * response(place), 0)
        );
        return norm(sum.map((value, i) => value - target[i]!)) / norm(target);
      });
      ledger.compare("errors of profiles", `${of}profile_error`, errors, { absolute: 1e-10 });
      found.forEach(({ error }, k) =>
        assert.ok(Math.abs(error - errors[k]!) <= 0.005 * errors[k]! + 1e-6, `${of}${k}`)
      );
    }
    const tracked = ["0.05", "0.1"].map((std) => numbers(`run/tracked/${std}`));
    const coefficients = numbers("posthoc/all/coefficients");
    const sums = Array.from({ length: 6 * 3 }, (_, place) => {
      const [target, part] = [Math.floor(place / 3), place % 3];
      return Array.from({ length: 16 }, (_, i) => coefficients[6 * i + target]! * row(tracked[i % 2]!, i >> 1)[part]!)
        .reduce((sum, value) => sum + value);
    });
    ledger.compare("reconstruction", "run/reconstructed", sums, { max: 1e-12 });
  });

  const onDevices = (name: string, test: (backend: string) => Promise<void>) =>
    onEachBackend(`golden modern_ema: ${name}`, test);

  onDevices("power functions", async (backend) => {
    const { batch } = topic.get("power/beta").settings as { batch: number };
    const stds = numbers("power/std"), steps = input("power/progress").map((progress) => progress / batch);
    const kept: number[] = [];
    for (const [i, std] of stds.entries()) {
      const parts = await replaced(await make("ema", "power-function", { std, also: [] }), steps);
      holds(topic.get("power/beta"), parts, 2e-5, i * steps.length);
      kept.push(...parts.map((part) => 1 - part));
    }
    ledger.compare(`decays on ${backend}`, "power/beta", kept, { absolute: 1e-5 });
  });

  onDevices("a whole run of power functions", async (backend) => {
    const close = { max: 1e-5 };
    for (const { name, settings } of topic.tensors.filter(({ name }) => name.startsWith("run/tracked/"))) {
      const { std, every } = settings as { std: number; every: number };
      const found = await follow(await make("ema", "power-function", { std, also: [] }), { steps: 400 });
      ledger.compare(`tracked on ${backend}`, name, found.filter((_, i) => (i + 1) % every === 0).flat(), close);
    }
    const direct: number[] = [];
    for (const std of numbers("posthoc/all/target_std")) {
      const found = await follow(await make("ema", "power-function", { std, also: [] }), { steps: 400 });
      direct.push(...found.at(-1)!);
    }
    ledger.compare(`tracked on ${backend}`, "run/direct", direct, close);
    for (const { name, settings } of topic.tensors.filter(({ name }) => name.startsWith("karras-ema-lucidrains/"))) {
      // It counts one step more than the paper does.
      const ema = await make("ema", "power-function", { std: settings.sigma_rel, also: [] });
      const found = await follow(ema, { steps: 40, start: 1, counted: (step) => step + 1 });
      ledger.compare(`tracked on ${backend}`, name, found.flat(), close);
    }
  });

  onDevices("half-lives", async (backend) => {
    const { halflife_Mimg, rampup_ratio, batch } = topic.get("traditional/values").settings as Record<string, number>;
    const ema = await make("ema", "half-life", { images: halflife_Mimg! * 1e6, ramp_up: rampup_ratio }, {
      batchSize: batch!,
    });
    const steps = Array.from({ length: 40 }, (_, i) => i + 1);
    comparesKept(`half-lives on ${backend}`, topic.get("traditional/beta"), await replaced(ema, steps));
    const values = (await follow(ema, { steps: 40 })).flat();
    ledger.compare(`half-lives on ${backend}`, "traditional/values", values, { max: 1e-5 });
  });

  onDevices("warm-ups", async (backend) => {
    const steps = input("warmup/steps");
    for (const entry of topic.tensors.filter(({ name }) => /^warmup\/.+\//.test(name))) {
      const [, , library, what] = entry.name.split("/");
      const { inv_gamma, power, update_after_step, update_every, start_at, ...rest } = entry
        .settings as Record<string, number>;
      const most = rest.beta ?? rest.decay ?? rest.max_value!;
      const on = `warm-ups on ${backend}`;
      if (what === "values") {
        const options = { decay: most, power, inv_gamma, start: update_after_step, every: update_every };
        const found = await follow(await make("ema", "exponential", options), { steps: 40 });
        ledger.compare(on, entry.name, found.flat(), { max: 1e-5 });
        continue;
      }
      const begun = library === "k-diffusion" ? start_at! : update_after_step! + 1; // where its count is 0
      if (what === "decay-default") {
        const ema = await make("ema", "exponential", { decay: most, start: begun });
        comparesKept(on, entry, await replaced(ema, steps));
        continue;
      }
      assert.ok(["decay", "decay-exact"].includes(what!), `no test for "${entry.name}"`);
      const since = tf.tensor1d(steps.map((step) => step - begun), "int32");
      const raw = replacedByPower(since, { inv_gamma: inv_gamma!, power: power! });
      const found = Array.from(await tf.maximum(1 - most, raw).data());
      // ema-pytorch computes its decay in float32: of what is left of one, half of the digits are noise.
      comparesKept(on, entry, found, library === "ema-pytorch" && what === "decay" ? 2e-3 : 2e-5);
      if (begun === 0) continue; // k-diffusion's count begins before the first step
      const again = await replaced(
        await make("ema", "exponential", { decay: most, power, inv_gamma, start: begun - 1 }),
        steps,
      );
      again.forEach((part, i) => assert.ok(Math.abs(part - found[i]!) <= 1e-6 * part, `${entry.name}[${i}] ${part}`));
    }
  });

  Deno.test("golden modern_ema: every entry is compared or an input", () => ledger.close());
}

/** What whole parts of the training count in a profile, as EDM2 has it: sampled, and divided by their sum. */
function response({ at, exponent }: Profile): (place: number) => number {
  const density = (place: number) => place <= at ? (place / at) ** exponent : 0;
  const sum = Array.from({ length: at + 1 }, (_, place) => density(place)).reduce((sum, value) => sum + value);
  return (place) => density(place) / sum;
}

const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
