/** Which weights Muon moves, and what its steps are. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { builtins, type DenoiseError, readRecipe, wire } from "../../mod.ts";
import { draws, onBackend } from "../../pipeline/contract/laws.ts";
import { initialState } from "../../pipeline/programs/states.ts";
import attentionUnet from "../network/attention-unet.ts";
import residualUnet from "../network/residual-unet.ts";
import muon from "./muon.ts";
import { isByHead, isHidden, orthogonal } from "./shared/orthogonal.ts";

const image = { height: 8, width: 8, channels: 3 };
const names = (state: Record<string, tf.Tensor>, moment: string) =>
  Object.keys(state).filter((name) => name.startsWith(`${moment}.`)).map((name) => name.slice(moment.length + 1));

Deno.test("muon moves kernels of hidden layers, and leaves ends, embeddings and vectors to AdamW", () =>
  onBackend("cpu", async () => {
    const options = { widths: [4, 8], block_depth: 1, embedding_dims: 4, classes: 3 };
    const network = await residualUnet.create({ options: residualUnet.options.parse(options), image, augment: 0 });
    const { trainable } = network.init(draws([0]), image);
    const all = { ...trainable, "loss/hidden.kernel": tf.zeros([4, 4]) };
    const optimizer = await muon.create({ options: muon.options.parse({ adamw_for: ["up0"] }), batchSize: 4 });
    const state = optimizer.init(all);
    const hidden = names(state, "momentum"), rest = names(state, "mean");
    assert.deepEqual([...hidden, ...rest].sort(), Object.keys(all).sort(), "each is moved by one of the two");
    assert.deepEqual(names(state, "square"), rest);
    for (
      const name of ["input_conv.kernel", "output_conv.kernel", "class_embedding.embeddings", "loss/hidden.kernel"]
    ) {
      assert.ok(rest.includes(name), name);
    }
    assert.ok(Object.keys(trainable).some((name) => name.startsWith("up0") && rest.includes(name)), "as it is told");
    assert.ok(hidden.includes("down0.block0.conv1.kernel") && hidden.includes("middle.block0.conv2.kernel"));
    assert.ok(hidden.every((name) => all[name as keyof typeof all]!.rank >= 2 && !name.startsWith("up0")));
  }));

Deno.test("muon refuses names for AdamW that no weight has, at the line of the recipe", async () => {
  const overrides = ["optimizer={ use: muon, adamw_for: [up0, uo1] }", "network.widths=[4,8]", "backend=cpu"];
  const graph = await wire(await readRecipe("recipes/quickstart.yaml", { plugins: builtins, overrides }));
  assert.throws(() => initialState(graph), (error: DenoiseError) => {
    const [{ message, help, place }] = error.problems as [DenoiseError["problems"][0]];
    assert.equal(message, 'Cannot use optimizer/muon: no weight has "uo1" in its name');
    assert.match(help.join(), /^names of hidden kernels begin with down0, middle, up0, such as down0\.block0\./);
    return place !== undefined;
  });
});

Deno.test("muon knows the ends of a network with attention", () =>
  onBackend("cpu", async () => {
    const options = {
      widths: [4, 8],
      attention_levels: [1],
      groups: 2,
      block_depth: 1,
      embedding_dims: 4,
      image_dims: 4,
    };
    const network = await attentionUnet.create({ options: attentionUnet.options.parse(options), image, augment: 0 });
    const { trainable } = network.init(draws([0]), image);
    const kernels = Object.keys(trainable).filter((name) => trainable[name]!.rank >= 2);
    const rest = kernels.filter((name) => !isHidden(trainable)(name));
    assert.deepEqual(rest.filter((name) => !name.endsWith("bias")), ["input_conv.kernel", "output_transpose.kernel"]);
    assert.ok(rest.includes("middle.block0.attention.query.bias"), "a bias by head is none of its matrices");
    assert.ok(isHidden(trainable)("middle.block0.attention.query.kernel"));
    const by = (name: string) => isByHead(name, trainable[name]!);
    assert.ok(by("middle.block0.attention.query.kernel") && !by("middle.block0.attention.output.kernel"));
    assert.ok(!by("down0.block0.conv1.kernel"));
  }));

Deno.test("a step of muon has singular values of about one, of convolutions as of matrices", () =>
  onBackend("cpu", () => {
    const heads = tf.reshape(draws([0]).normal([8, 2, 4]), [8, 2, 4]);
    const apart = orthogonal(heads, { steps: 5, scaling: "original", byHead: true });
    const flat = orthogonal(tf.reshape(heads, [8, 8]), { steps: 5, scaling: "original" });
    assert.deepEqual([...apart.dataSync()], [...flat.dataSync()], "heads are columns of one matrix");
    for (const shape of [[3, 3, 4, 8], [1, 1, 4, 40], [12, 12]]) {
      const gradient = tf.reshape(draws([0]).normal(shape), shape);
      const [outputs, inputs] = [shape.at(-1)!, tf.util.sizeFromShape(shape) / shape.at(-1)!];
      const step = (scaling: "original" | "moonshot") => orthogonal(tf.mul(gradient, 1e-3), { steps: 5, scaling });
      const square = tf.sum(tf.square(step("original"))).dataSync()[0]! / Math.max(1, outputs / inputs);
      const count = Math.min(outputs, inputs);
      assert.ok(square > 0.5 * count && square < 1.5 * count, `${shape}: ${square} for ${count} singular values`);
      // As long as those of AdamW: 0.2 for each number.
      const root = Math.sqrt(tf.mean(tf.square(step("moonshot"))).dataSync()[0]!);
      assert.ok(root > 0.13 && root < 0.25, `${shape}: ${root}`);
    }
  }));
