import assert from "node:assert/strict";
import { type NetworkMode, Refusal, tf } from "denoise/plugin";
import { draws, onBackend } from "../../pipeline/contract/laws.ts";
import clearUnet from "./clear-unet.ts";
import attentionUnet from "./attention-unet.ts";
import patchUnet from "./patch-unet.ts";
import residualUnet from "./residual-unet.ts";

const image = { height: 64, width: 64, channels: 3 };

Deno.test("residual-unet has the 1,950,627 weights of the Keras example, glorot uniform, and starts with an output of zero", () =>
  onBackend("cpu", async () => {
    const options = residualUnet.options.parse({});
    const { trainable, buffers } = (await residualUnet.create({ options, image, augment: 0 })).init(draws([0]), image);
    assert.equal(Object.values(trainable).reduce((sum, { size }) => sum + size, 0), 1_950_627);
    assert.equal(Object.values(buffers).reduce((sum, { size }) => sum + size, 0), 2880);

    const kernel = trainable["down0.block0.conv1.kernel"]!;
    assert.deepEqual(kernel.shape, [3, 3, 64, 32]);
    const limit = Math.sqrt(6 / (9 * (64 + 32)));
    const largest = Math.max(...kernel.abs().dataSync());
    assert.ok(largest <= limit && largest > 0.99 * limit, `${largest} of ${limit}`);
    for (const name of ["output_conv.kernel", "output_conv.bias", "down0.block0.conv1.bias"]) {
      assert.ok(trainable[name]!.dataSync().every((value) => value === 0), name);
    }
    assert.ok(buffers["middle.block0.norm.moving_variance"]!.dataSync().every((value) => value === 1));
  }));

Deno.test("clear-unet joins the image as it entered before the last convolution", () =>
  onBackend("cpu", async () => {
    const options = clearUnet.options.parse({});
    const { trainable } = (await clearUnet.create({ options, image, augment: 0 })).init(draws([0]), image);
    assert.deepEqual(trainable["input_conv.kernel"]!.shape, [1, 1, 3, 64]);
    assert.deepEqual(trainable["output_conv.kernel"]!.shape, [1, 1, 32 + 64, 3]);
  }));

Deno.test("residual-unet refuses images that it cannot halve, and names sizes that work", () => {
  const create = () =>
    residualUnet.create({
      options: residualUnet.options.parse({}),
      augment: 0,
      image: { height: 30, width: 36, channels: 3 },
    });
  assert.throws(create, (error) => {
    assert.ok(error instanceof Refusal);
    assert.equal(error.option, "widths");
    assert.match(error.help[0]!, /that 8 divides, such as 24 or 32 or 40/);
    return true;
  });
});

Deno.test("attention-unet has the weights of the reference: attention at the two lowest levels, four heads as wide as them", () =>
  onBackend("cpu", async () => {
    const options = attentionUnet.options.parse({ widths: [8, 16, 24, 32], image_dims: 8, embedding_dims: 16 });
    const { trainable, buffers } = (await attentionUnet.create({ options, image, augment: 0 })).init(draws([0]), image);
    assert.deepEqual(buffers, {});
    const attended = new Set(
      Object.keys(trainable).filter((name) => name.includes("attention")).map((name) => name.split(".")[0]),
    );
    assert.deepEqual([...attended].sort(), ["down2", "middle", "up2"]);
    assert.deepEqual(trainable["down2.block0.attention.query.kernel"]!.shape, [24, 4, 24]);
    assert.deepEqual(trainable["middle.block1.attention.output.kernel"]!.shape, [4, 32, 32]);
    for (const name of ["output_transpose.kernel", "down0.block0.norm1.beta"]) {
      assert.ok(trainable[name]!.dataSync().every((value) => value === 0), name);
    }
    assert.ok(trainable["down0.block0.norm1.gamma"]!.dataSync().every((value) => value === 1));
  }));

Deno.test("attention-unet refuses groups, levels and patches that do not fit, and says what fits", () => {
  const refused = (given: object, option: string, fix: RegExp) =>
    assert.throws(
      () => attentionUnet.create({ options: attentionUnet.options.parse(given), image, augment: 0 }),
      (error) => {
        assert.ok(error instanceof Refusal);
        assert.equal(error.option, option);
        assert.match(error.help[0]!, fix);
        return true;
      },
    );
  refused({ widths: [64, 100, 128, 256] }, "groups", /such as 104/);
  refused({ attention_levels: [4] }, "attention_levels", /^set attention_levels: \[3\], or/);
  refused({ patch_size: 5 }, "widths", /that 40 divides, such as 40 or 80/);
});

const small = { height: 8, width: 8, channels: 3 };
const tiny = { widths: [4, 8], block_depth: 1, embedding_dims: 8, image_dims: 8 };
const networks = {
  "residual-unet": (changes: object) => residualUnet.create(given(residualUnet.options.parse({ ...tiny, ...changes }))),
  "clear-unet": (changes: object) => clearUnet.create(given(clearUnet.options.parse({ ...tiny, ...changes }))),
  "patch-unet": (changes: object) => patchUnet.create(given(patchUnet.options.parse({ ...tiny, ...changes }))),
  "attention-unet": (changes: object) =>
    attentionUnet.create(given(attentionUnet.options.parse({ ...tiny, groups: 2, attention_levels: [1], ...changes }))),
};
const given = <O>(options: O) => ({ options, image: small, augment: 0 });

for (const [name, create] of Object.entries(networks)) {
  Deno.test(`${name} drops a part of its values in training: the same in all calls of a step, and none elsewhere`, () =>
    onBackend("cpu", async () => {
      const [whole, dropping] = [await create({}), await create({ dropout: 0.4 })];
      const state = whole.init(draws([0]), small);
      // Away from an output of zero.
      for (const key of Object.keys(state.trainable)) {
        if (/^output_(conv|transpose).kernel$/.test(key)) state.trainable[key] = tf.onesLike(state.trainable[key]!);
      }
      const input = {
        image: draws([3, 4]).normal([8, 8, 3]) as tf.Tensor4D,
        level: tf.fill([2, 1, 1, 1], 0.5) as tf.Tensor4D,
      };
      const answer = (network: typeof whole, mode: NetworkMode) => network.apply(state, input, mode).output.dataSync();
      const training = (step: number) => ({ training: true, random: draws([3, 4], step) });
      assert.deepEqual(answer(dropping, training(1)), answer(dropping, training(1)), "calls of a step");
      assert.notDeepEqual(answer(dropping, training(1)), answer(dropping, training(2)), "another step");
      assert.notDeepEqual(answer(dropping, training(1)), answer(whole, training(1)), "something is dropped");
      assert.deepEqual(answer(whole, training(1)), answer(whole, { training: true }), "of 0, nothing");
      for (const mode of [{ training: false }, { training: true }]) {
        assert.deepEqual(answer(dropping, mode), answer(whole, mode), `without draws, training: ${mode.training}`);
      }
    }));
}

Deno.test("networks that are told of augmentations start as those that are not, weight by weight", () =>
  onBackend("cpu", async () => {
    const options = residualUnet.options.parse(tiny);
    const [told, plain] = await Promise.all(
      [9, 0].map((augment) => residualUnet.create({ options, image: small, augment })),
    );
    const [with_, without] = [told, plain].map((network) => network!.init(draws([0]), small).trainable);
    const { "augment_dense.kernel": kernel, ...rest } = with_!;
    assert.deepEqual(kernel!.shape, [9, 8]);
    assert.ok(kernel!.dataSync().every((value) => value === 0));
    assert.deepEqual(Object.keys(rest), Object.keys(without!));
    for (const [name, tensor] of Object.entries(rest)) {
      assert.deepEqual(tensor.dataSync(), without![name]!.dataSync(), name);
    }
    assert.deepEqual([told!.offers?.augment, plain!.offers?.augment], [9, undefined]);
  }));
