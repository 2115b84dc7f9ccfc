/** Jumps from the recipe to the pictures: trained, sampled with, started from a denoiser, and refused where there are none. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, sample } from "../mod.ts";
import { type Network, type State, tf } from "../plugin.ts";
import { draws, normal, onBackend } from "../pipeline/contract/laws.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { trainTiny } from "./tiny_model.ts";
import { problemsOf } from "./problems.ts";

const image = { height: 8, width: 8, channels: 3 };

Deno.test("a model trains with loss shortcut, and sampler shortcut draws with it as ddim does", async () => {
  const folder = await Deno.makeTempDir();
  const run = await trainTiny(folder, [
    "network.jump=true",
    "loss={ use: shortcut, steps: 4 }",
    "samplers.jumps={ use: shortcut, steps: 2 }",
    "train={ steps: 3 }",
    "backend=wasm",
  ]);
  for (const sampler of ["jumps", "quick"]) {
    const out = join(folder, sampler);
    const { images } = await sample(run, { count: 2, sampler, out, plugins: builtins }, memoryConsole());
    assert.equal(images.length, 2);
    for (const { file } of images) assert.ok((await Deno.stat(join(out, file!))).size > 50);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sampler shortcut names the option that a network without jumps needs", async () => {
  const folder = await Deno.makeTempDir();
  const [problem] = await problemsOf(trainTiny(folder, ["samplers.jumps={ use: shortcut, steps: 2 }"]));
  assert.equal(problem!.code, "network-lacks");
  assert.deepEqual(problem!.help, ["write jump: true in network, for a training of its own, or use another sampler"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sampler shortcut is refused where the loss trains no jumps", async () => {
  const folder = await Deno.makeTempDir();
  const problems = await problemsOf(
    trainTiny(folder, ["network.jump=true", "samplers.jumps={ use: shortcut, steps: 2 }"]),
  );
  assert.deepEqual(problems.map(({ code, help }) => [code, help]), [
    ["jumps-untrained", ["train with loss: shortcut, or use another sampler"]],
  ]);
  await Deno.remove(folder, { recursive: true });
});

for (const name of ["residual-unet", "patch-unet", "attention-unet"] as const) {
  Deno.test(`network/${name} jumps at first as its denoiser does, from the same weights`, () =>
    onBackend("cpu", async () => {
      const plugin = (await builtins.load("network", name))!;
      const made = async (jump: boolean) => {
        const small = { widths: [8, 8], block_depth: 1, embedding_dims: 8 };
        const more = name === "attention-unet" ? { image_dims: 8, attention_levels: [] } : {};
        return await plugin.create({ options: plugin.options.parse({ ...small, ...more, jump }), image }) as Network;
      };
      const [plain, jumping] = [await made(false), await made(true)];
      const before = plain.init(draws([0]), image), after = jumping.init(draws([0]), image);
      assert.equal(plain.offers?.jump, undefined);
      const added = Object.keys(after.trainable).filter((name) => !(name in before.trainable));
      assert.deepEqual(added, ["jump_dense1.kernel", "jump_dense2.kernel"]);
      const level = tf.tensor4d([0.9, 0.4], [2, 1, 1, 1]);
      const input = { image: normal("image", 2, image), level };
      // Outputs start at zero: all weights are moved a little.
      const moved = (): State => ({
        buffers: before.buffers,
        trainable: Object.fromEntries(
          Object.entries(before.trainable).map(([name, tensor]) => [name, tf.add(tensor, 0.01)]),
        ),
      });
      const expected = plain.apply(moved(), input, { training: false }).output;
      const weights = moved();
      const kernels = Object.fromEntries(added.map((name) => [name, after.trainable[name]!]));
      const jumped = jumping.apply({ ...weights, trainable: { ...weights.trainable, ...kernels } }, {
        ...input,
        to: tf.mul<tf.Tensor4D>(level, 0.5),
      }, { training: false }).output;
      assert.ok(tf.max(tf.abs(expected)).dataSync()[0]! > 0);
      assert.equal(tf.max(tf.abs(tf.sub(jumped, expected))).dataSync()[0], 0);
    }));
}
