/** Guidance against the numbers of reference implementations. */
import assert from "node:assert/strict";
import { tf } from "../../plugin.ts";
import { onBackend } from "../../pipeline/contract/laws.ts";
import type { Components } from "../../pipeline/kinds/common.ts";
import { ratesOf, signalOf, velocityOf } from "../../pipeline/kinds/diffusion.ts";
import { type Given, guided, within } from "../../pipeline/programs/guidance.ts";
import { goldenModern, type GoldenTensor } from "./golden.ts";

const topic = goldenModern("guidance");

const image = (name: string) => tf.tensor4d(Float32Array.from(topic!.get(name).data), [3, 4, 4, 3]);

/** Fails where numbers differ by more than the tolerance of float32, over the largest. */
function agrees(found: tf.Tensor, { name, data }: GoldenTensor, tolerance = 1e-5): void {
  const largest = Math.max(...[...data].map(Math.abs));
  found.dataSync().forEach((value, i) => assert.ok(Math.abs(value - data[i]!) <= tolerance * largest, `${name}[${i}]`));
}

/** Guides the two predictions of the fixtures, as signals at these rates; the noisy image is that of the fixtures. */
function guide(rates: { signal: number; noise: number }, options: { scale: number; rescale?: number }): Components {
  const predicted = tf.concat([image("conditional"), image("unconditional")]) as tf.Tensor4D;
  const predict = ({ noisy, rates, label }: Given): Components => {
    assert.deepEqual([...label.dataSync()], [0, 1, 2, -1, -1, -1]);
    const noise = tf.div(tf.sub(noisy, tf.mul(rates.signal, predicted)), rates.noise) as tf.Tensor4D;
    return { signal: predicted, noise, velocity: velocityOf({ signal: predicted, noise }, rates) };
  };
  const at = { signal: tf.scalar(rates.signal), noise: tf.scalar(rates.noise) };
  const given = { noisy: image("noisy"), rates: at, label: tf.tensor1d([0, 1, 2], "int32") };
  return guided(predict, given, { rescale: 0, ...options });
}

/** What each kind of entry is compared with; none: given, or a method that is not an option. */
const kinds: Record<string, ((entry: GoldenTensor) => void) | undefined> = {
  conditional: undefined,
  unconditional: undefined,
  noisy: undefined,
  cfg: (entry) => {
    const { scale, ...rest } = entry.settings as { scale: number };
    assert.deepEqual(rest, {});
    agrees(guide(ratesOf(0), { scale }).signal, entry);
  },
  // The same with another way to count: its scale is one less.
  "cfg-original": (entry) => agrees(guide(ratesOf(0), { scale: (entry.settings.scale as number) + 1 }).signal, entry),
  rescaled: (entry) => {
    const { scale, phi, ...rest } = entry.settings as { scale: number; phi: number };
    assert.deepEqual(rest, {});
    const { signal, noise } = guide(ratesOf(0), { scale, rescale: phi });
    agrees(signal, entry);
    // The noise is that of the rescaled signal.
    const rates = { signal: tf.scalar(Math.SQRT1_2), noise: tf.scalar(Math.SQRT1_2) };
    agrees(signalOf(image("noisy"), noise, rates), entry, 1e-4);
  },
  views: (entry) => {
    const { scale, alpha, sigma } = entry.settings as { scale: number; alpha: number; sigma: number };
    const view = entry.name.split("/").at(-1)!;
    if (view === "rescaled-noise") return; // rescaling is of signals here: of noises it gives another image
    agrees(guide({ signal: alpha, noise: sigma }, { scale })[view as keyof Components], entry);
  },
  interval: (entry) => {
    if (entry.name === "interval/sigma") return;
    const { low, high, scale } = entry.settings as { low: number; high: number; scale: number };
    const sigma = tf.tensor1d(Float32Array.from(topic!.get("interval/sigma").data));
    agrees(tf.add(within([low, high], { signal: tf.onesLike(sigma), noise: sigma }, scale - 1), 1), entry);
  },
  "cfg++": undefined,
  apg: undefined,
};

if (topic !== undefined) {
  for (const entry of topic.tensors) {
    const [kind] = entry.name.split("/") as [string];
    Deno.test(`golden guidance/${entry.name}`, () =>
      onBackend("cpu", () => {
        assert.ok(kind in kinds, `no test for entries of kind "${kind}"`);
        kinds[kind]?.(entry);
      }));
  }
}
