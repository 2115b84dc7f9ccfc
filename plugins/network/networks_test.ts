import assert from "node:assert/strict";
import { Refusal } from "denoise/plugin";
import { draws, onBackend } from "../../pipeline/kinds/laws.ts";
import clearUnet from "./clear-unet.ts";
import residualUnet from "./residual-unet.ts";

const image = { height: 64, width: 64, channels: 3 };

Deno.test("residual-unet has the 1,950,627 weights of the Keras example, glorot uniform, and starts with an output of zero", () =>
  onBackend("cpu", async () => {
    const options = residualUnet.options.parse({});
    const { trainable, buffers } = (await residualUnet.create({ options, image })).init(draws([0]), image);
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
    const { trainable } = (await clearUnet.create({ options, image })).init(draws([0]), image);
    assert.deepEqual(trainable["input_conv.kernel"]!.shape, [1, 1, 3, 64]);
    assert.deepEqual(trainable["output_conv.kernel"]!.shape, [1, 1, 32 + 64, 3]);
  }));

Deno.test("residual-unet refuses images that it cannot halve, and names sizes that work", () => {
  const create = () =>
    residualUnet.create({ options: residualUnet.options.parse({}), image: { height: 30, width: 36, channels: 3 } });
  assert.throws(create, (error) => {
    assert.ok(error instanceof Refusal);
    assert.equal(error.option, "widths");
    assert.match(error.fix, /that 8 divides, such as 24 or 32 or 40/);
    return true;
  });
});
