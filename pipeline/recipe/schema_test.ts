/** Tests of the JSON Schema for editors: it accepts what is read, and refuses what a schema can refuse. */
import { Ajv } from "ajv";
import assert from "node:assert/strict";
import { parse } from "yaml";
import { fakes } from "./fake_plugins.ts";
import { jsonSchema, modeline } from "./schema.ts";
import { inFolder, read, smallest } from "./testing.ts";
import { readRecipe } from "./read.ts";

const schema = await jsonSchema(fakes);
// Strict types would ask for `type` beside every `anyOf`; editors do not.
const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);
const network = (options: string) => smallest.replace("residual-unet", `{ use: residual-unet, ${options} }`);

const right: [what: string, text: string][] = [
  ["the smallest recipe", smallest],
  ["lists, names and maps", smallest + "augmentation: [ horizontal-flip, { use: random-crop, margin: 1 } ]\n"],
  ["named samplers", smallest + "samplers: { a: ddim, b: { use: multistep, clip: true } }\n"],
  ["options of a kind", smallest.replace("emoji", "{ use: emoji, batch_size: 8 }")],
  ["a stage without use", smallest + "ema: { decay: 0.5 }\n"],
  ["nested options", network("attention: { heads: 2 }")],
  ["all of train", smallest.replace("epochs: 3", "steps: 9, checkpoint: 2 steps, keep: { last: 1, best: kid }")],
  ["a metric with its sampler", smallest + "metrics: [ { use: kid, sampler: preview, every: 5 steps } ]\n"],
];

for (const [what, text] of right) {
  Deno.test(`jsonSchema() accepts ${what}`, async () => {
    assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
    await read(text);
  });
}

Deno.test("jsonSchema() accepts recipes that extend others, and plugins of files", async () => {
  const text = "extends: base.yaml\nplugins: [mine.ts]\nnetwork: { block_depth: 1 }\nsamplers: { a: { steps: 3 } }\n";
  assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
  await inFolder({ "r.yaml": text, "base.yaml": smallest + "samplers: { a: ddim }\n", "mine.ts": "" }, async () => {
    const { resolved } = await readRecipe("r.yaml", { plugins: fakes });
    assert.ok(validate(resolved), `resolved: ${JSON.stringify(validate.errors)}`);
  });
  assert.ok(validate(parse(smallest.replace("residual-unet", "{ use: mine, any: 3 }") + "plugins: [mine.ts]\n")));
  assert.ok(validate(parse("extends: base.yaml\ndataset: mine\ntrain: { keep: { last: 3 } }\n")));
});

Deno.test("jsonSchema() lets recipes that extend others take everything back by null", () => {
  const text = "extends: base.yaml\nseed: null\nsweep: ~\nmetrics: null\nloss: null\nsamplers: { quick: null }\n" +
    "dataset: { batch_size: null }\nema: { decay: null }\ntrain: { epochs: null, steps: 30, keep: { best: null } }\n" +
    "network: { use: residual-unet, block_depth: null, attention: { heads: null } }\n";
  assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
  assert.equal(validate(parse(`${text}name: null\n`)), false);
  assert.equal(validate(parse("extends: base.yaml\nmetrics: [ null ]\n")), false);
  assert.ok(validate(parse(`${smallest}normalizer: { use: range, end: null }\n`)), "a value of the option");
});

const wrong: [what: string, text: string][] = [
  ["an unknown stage", smallest + "netwrok: x\n"],
  ["an unknown plugin", smallest.replace("residual-unet", "residual_unet")],
  ["a plugin of another kind", smallest.replace("residual-unet", "{ use: ddim }")],
  ["a misspelt option", network("blok_depth: 2")],
  ["a misspelt option within an option", network("attention: { haeds: 2 }")],
  ["a misspelt option of the default plugin", smallest + "ema: { decai: 0.3 }\n"],
  ["an option of another plugin", network("dropout: 0.3")],
  ["a wrong type", network("widths: 32")],
  ["a number in a string", network('block_depth: "3"')],
  ["a value out of range", network("block_depth: 0")],
  ["a fraction", network("block_depth: 1.5")],
  ["a text that is none of the allowed ones", smallest + "loss: { weighting: nois }\n"],
  ["a missing required option", smallest.replace("emoji", "{ use: image-folder }")],
  ["a name of a plugin with a required option", smallest.replace("emoji", "image-folder")],
  ["a missing stage", smallest.replace(/network.*\n/, "")],
  ["no train", smallest.replace(/train.*\n/, "")],
  ["no length", smallest.replace("epochs: 3", "keep: { last: 3 }")],
  ["two lengths", smallest.replace("epochs: 3", "epochs: 3, steps: 3")],
  ["a misspelt option of train", smallest.replace("epochs: 3", "epochs: 3, keep: { lst: 3 }")],
  ["a stage without use that has no default", smallest.replace("residual-unet", "{ block_depth: 3 }")],
  ["a name in place of a list", smallest + "metrics: noise\n"],
  ["a list in place of named stages", smallest + "samplers: [ ddim ]\n"],
  ["a wrong interval", smallest + "metrics: [ { use: noise, every: 1 epok } ]\n"],
  ["null in place of an option", network("block_depth: null")],
  ["null in place of an option within an option", network("attention: { heads: null }")],
  ["null in place of a stage", smallest + "loss: null\n"],
  ["null in place of a sampler", smallest + "samplers: { quick: null }\n"],
  ["null in place of an option of train", smallest.replace("epochs: 3", "epochs: 3, keep: { last: null }")],
  ["a negative seed", smallest + "seed: -1\n"],
  ["nothing", "seed: 3\n"],
];

for (const [what, text] of wrong) {
  Deno.test(`jsonSchema() refuses ${what}`, async () => {
    assert.equal(validate(parse(text)), false);
    await assert.rejects(read(text));
  });
}

Deno.test("jsonSchema() carries what editors show: descriptions and defaults", () => {
  const { definitions } = schema as unknown as {
    definitions: { network: { anyOf: { properties?: Record<string, { description?: string; default?: unknown }> }[] } };
  };
  const options = definitions.network.anyOf.find((one) => one.properties?.block_depth !== undefined)!.properties!;
  assert.equal(options.block_depth!.description, "residual blocks at each resolution");
  assert.equal(options.block_depth!.default, 2);
  assert.equal(options.use!.description, "A network");
});

Deno.test("modeline() is the comment that YAML language servers look for", () => {
  assert.equal(modeline("../recipe.schema.json"), "# yaml-language-server: $schema=../recipe.schema.json");
});
