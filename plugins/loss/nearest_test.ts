/** The nearest of several noises: which one is taken, and that it is what it was where there is only one. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { draws, normal, onBackend } from "../../pipeline/contract/laws.ts";
import { makeDenoising } from "../../tests/denoising.ts";
import { nearestNoise } from "./shared/nearest.ts";

const image = { height: 4, width: 4, channels: 3 };
const items = [3, 5, 8, 13, 21, 34];
const shape = [4, 4, 3];

const distances = (
  noise: tf.Tensor,
  images: tf.Tensor,
) => [...tf.sum(tf.square(tf.sub(noise, images)), [1, 2, 3]).dataSync()];

Deno.test("each picture gets the nearest of the noises that are drawn for it", () =>
  onBackend("cpu", () => {
    const count = 7;
    const images = normal("images", items.length, image);
    const chosen = nearestNoise(draws(items), images, count);
    const all = Array.from({ length: count }, (_, i) => {
      const random = draws(items);
      return (i === 0 ? random : random.fork(`choice.${i}`)).normal(shape);
    });
    const far = all.map((noise) => distances(noise, images));
    const taken = items.map((_, picture) => {
      const own = far.map((each) => each[picture]!);
      return own.indexOf(Math.min(...own));
    });
    for (const [picture, which] of taken.entries()) {
      const of = (noise: tf.Tensor) => [...tf.slice(noise, picture, 1).dataSync()];
      assert.deepEqual(of(chosen), of(all[which]!), `picture ${picture} has draw ${which}`);
    }
    assert.ok(new Set(taken).size > 2, "several of the draws are taken");
  }));

Deno.test("a picture gets the same noise alone as in a batch, and with one draw the plain one", () =>
  onBackend("cpu", () => {
    const images = normal("images", items.length, image);
    const together = nearestNoise(draws(items), images, 4);
    const alone = nearestNoise(draws([items[2]!]), tf.slice(images, 2, 1), 4);
    assert.deepEqual([...alone.dataSync()], [...tf.slice(together, 2, 1).dataSync()]);
    const one = nearestNoise(draws(items), images, 1);
    assert.deepEqual([...one.dataSync()], [...draws(items).normal(shape).dataSync()]);
  }));

Deno.test("the loss chooses noises only where it is told to", () =>
  onBackend("cpu", async () => {
    assert.equal((await makeDenoising({}, image)).noise, undefined);
    const images = normal("images", items.length, image);
    const { noise } = await makeDenoising({ noise_choices: 16 }, image);
    const mean = (all: readonly number[]) => all.reduce((a, b) => a + b, 0) / all.length;
    const nearest = mean(distances(noise!(draws(items), images), images));
    const plain = mean(distances(draws(items).normal(shape), images));
    assert.ok(nearest < 0.9 * plain, `${nearest} is less than ${plain}`);
  }));
