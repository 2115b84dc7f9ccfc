/** Tests of options of no use in the recipes of runs, which earlier versions took. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, DenoiseError, readRecipe } from "../../mod.ts";
import { writeSafetensors } from "../run/safetensors.ts";
import { wire } from "./wire.ts";

const recipe = `
dataset: { use: emoji, image_size: 8 }
network: { use: residual-unet, widths: [4, 8] }
schedule: { use: discrete, betas: squared-cosine, beta_start: 0.001, beta_end: 0.01 }
loss: { use: denoising, gamma: 3 }
train: { epochs: 1 }
`;

Deno.test("a checkpoint with options of no use is used as it is; the same recipe of a user is refused, and a changed stage", async () => {
  const folder = await Deno.makeTempDir();
  const [checkpoint, file] = [join(folder, "step-000001.safetensors"), join(folder, "mine.yaml")];
  await writeSafetensors(checkpoint, {}, { recipe });
  await Deno.writeTextFile(file, recipe);
  const wired = async (file: string, ...overrides: string[]) => {
    const read = await readRecipe(file, { plugins: builtins, overrides });
    const { stage } = (await wire(read)).one("schedule");
    return { resolved: read.resolved, logSnr: stage.logSnr(0.3) };
  };
  const of = await wired(checkpoint);
  assert.equal((of.resolved.loss as { gamma: number }).gamma, 3, "what it was trained with stays, for who resumes");
  const undone = ["schedule.beta_start=null", "schedule.beta_end=null", "loss.gamma=null"];
  assert.equal(of.logSnr, (await wired(file, ...undone)).logSnr);
  await assert.rejects(wired(file), /beta_start does not belong/);
  await assert.rejects(wired(checkpoint, "loss.weights=p2", "loss.gamma=3", "loss.weights=none"), DenoiseError);
});
