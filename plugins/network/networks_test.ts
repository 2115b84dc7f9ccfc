import assert from "node:assert/strict";
import { Refusal } from "denoise/plugin";
import { draws, onBackend } from "../../pipeline/contract/laws.ts";
import clearUnet from "./clear-unet.ts";
import attentionUnet from "./attention-unet.ts";
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
  refused({ attention_levels: [4] }, "attention_levels", /levels that exist/);
  refused({ patch_size: 5 }, "widths", /that 40 divides, such as 40 or 80/);
});
