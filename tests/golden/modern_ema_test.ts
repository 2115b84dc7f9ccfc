/** Averages of weights against the numbers of reference implementations: on each backend, and their profiles in float64. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { Ema } from "../../pipeline/kinds/ema.ts";
import { exponentOfStd, stdOfExponent } from "../../pipeline/kinds/power_function.ts";
import { combinations, innerProduct, type Profile } from "../../pipeline/run/post_hoc.ts";
import { replacedByPower } from "../../plugins/ema/shared/warmup.ts";
import { onEachBackend, webgpu } from "../backends.ts";
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

  /** The averages after each of some steps of the run; `counted` is the number that a step is told. */
  async function follow(
    ema: Ema,
    { steps, start = 0, counted = (step) => step }: {
      steps: number;
      start?: number;
      counted?: (step: number) => number;
    },
  ): Promise<number[][]> {
    let average = ema.init(network(row(weights, start)));
    const all: number[][] = [];
    for (let step = 1; step <= steps; step++) {
      const count = tf.scalar(counted(step), "int32");
      average = tf.tidy(() => ema.update(average, network(row(weights, step)), count));
      all.push(Array.from(await average.trainable.w!.data()));
    }
    return all;
  }

  /** What an average keeps of itself in a step, one by one; `tf.sub` of what it takes on, which has more digits. */
  async function replaced(ema: Ema, steps: readonly number[]): Promise<number[]> {
    const values = steps.map((step) => ema.update(network([0]), network([1]), tf.scalar(step, "int32")).trainable.w!);
    return await Promise.all(values.map(async (value) => (await value.data())[0]!));
  }

  /** Holds what is replaced to golden parts that are kept: where nearly all is kept, to the digits of the rest. */
  function comparesKept(topic: string, { name, data }: GoldenTensor, found: readonly number[], digits = 2e-5): void {
    found.forEach((part, i) => {
      const rest = 1 - data[i]!;
      assert.ok(Math.abs(part - rest) <= digits * rest, `${name}[${i}] replaces ${part}, not ${rest}`);
    });
    ledger.compare(topic, name, found.map((part) => 1 - part), { absolute: 1e-5 });
  }

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
      const whole = Array.from({ length: out + 1 }, (_, i) => i);
      const errors = found.map(({ coefficients }, k) => {
        const target = whole.map(response(wanted[k]!));
        const sum = whole.map((place) =>
          profiles.reduce((sum, profile, i) => sum + coefficients[i]! * response(profile)(place), 0)
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
    onEachBackend(`golden modern_ema: ${name}`, test, undefined);

  onDevices("power functions", async (backend) => {
    const { batch } = topic.get("power/beta").settings as { batch: number };
    const stds = numbers("power/std"), steps = input("power/progress").map((progress) => progress / batch);
    const entry = topic.get("power/beta");
    for (const [i, std] of stds.entries()) {
      const ema = await make("ema", "power-function", { std, also: [] });
      const data = entry.data.slice(i * steps.length, (i + 1) * steps.length);
      (await replaced(ema, steps)).forEach((part, j) => {
        const rest = 1 - data[j]!;
        assert.ok(Math.abs(part - rest) <= 2e-5 * rest, `std ${std}, step ${steps[j]}: ${part}, not ${rest}`);
      });
    }
    const kept = await Promise.all(
      stds.map(async (std) =>
        (await replaced(await make("ema", "power-function", { std, also: [] }), steps)).map((part) => 1 - part)
      ),
    );
    ledger.compare(`decays on ${backend}`, "power/beta", kept.flat(), { absolute: 1e-5 });
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
      const parts = steps.map((step) => {
        const part = replacedByPower(tf.scalar(step - begun, "int32"), { inv_gamma: inv_gamma!, power: power! });
        return tf.maximum(1 - most, part);
      });
      const found = await Promise.all(parts.map(async (part) => (await part.data())[0]!));
      // ema-pytorch computes its decay in float32: of what is left of one, half of the digits are noise.
      comparesKept(on, entry, found, library === "ema-pytorch" && what === "decay" ? 2e-3 : 2e-5);
      // The plugin does the same, once it is past the copies of its start.
      const ema = await make("ema", "exponential", { decay: most, power, inv_gamma, start: begun - 1 });
      const late = steps.flatMap((step, i) => step > begun + 1 ? [i] : []);
      const again = await replaced(ema, late.map((i) => steps[i]!));
      again.forEach((part, k) => assert.ok(Math.abs(part - found[late[k]!]!) <= 1e-6 * part, `${entry.name} ${part}`));
    }
  });

  Deno.test("golden modern_ema: every entry is compared or an input", () => ledger.close());
}

/** The density of a profile at a place of the training. */
const response = ({ at, exponent }: Profile) => (place: number): number =>
  place <= at ? (place / at) ** exponent * (exponent + 1) / at : 0;

const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
