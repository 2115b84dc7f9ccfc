/** Tests of show.ts: what people read about plugins. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { AnyPlugin } from "../kinds/plugin.ts";
import { DenoiseError } from "../problems/problem.ts";
import { createRegistry } from "./registry.ts";
import { findPlugin, listPlugins, literal, showPlugin } from "./show.ts";

const schedule: AnyPlugin<"schedule"> = {
  kind: "schedule",
  name: "cosine",
  summary: "Falls",
  options: z.object({ start: z.number().describe("where it starts") }),
  create: ({ options }) => ({ logSnr: () => options.start, rates: (time) => ({ signal: time, noise: time }) }),
};
const sampler: AnyPlugin<"sampler"> = {
  kind: "sampler",
  name: "walker",
  summary: "Walks",
  prefer: "For a walk of any length; where there is a bus, take that",
  source: "Nobody 2020, eq. 1",
  options: z.object({
    steps: z.int().positive().default(20).describe("diffusion steps"),
    order: z.int().min(1).max(3).default(2).describe("order of the multistep method"),
    eta: z.number().min(0).default(0).describe("noise that is put back"),
    names: z.array(z.string()).default(["a b", "3"]).describe("long ".repeat(30).trim()),
  }),
  create: ({ options }) => ({
    steps: options.steps,
    order: options.order,
    stochastic: options.eta > 0,
    evaluationsPerStep: 1,
    plan: () => [],
    init: (image) => ({ image }),
    step: (state) => ({ state, signal: state.image }),
  }),
};
const load = (plugin: AnyPlugin) => () => Promise.resolve({ default: plugin });
const source = createRegistry({
  "schedule/cosine": load(schedule),
  "sampler/walker": load(sampler),
  "network/walker": load({ ...sampler, kind: "network" } as unknown as AnyPlugin),
}, { schedule: "cosine" });

Deno.test("showPlugin() tells all of a plugin, in lines of at most 100 columns", async () => {
  const text = await showPlugin(source, "sampler/walker");
  for (const line of text.split("\n")) assert(line.length <= 100, line);
  assert.equal(
    text,
    `sampler/walker   Walks
prefer           For a walk of any length; where there is a bus, take that
source           Nobody 2020, eq. 1
capabilities     order 2, set by order · stochastic if eta > 0 · 1 evaluation a step, twice as many
                 with guidance
options
  steps     integer ≥ 1               default 20          diffusion steps
  order     integer from 1 to 3       default 2           order of the multistep method
  eta       number ≥ 0                default 0           noise that is put back
  names     list of texts             default [a b, "3"]  long long long long long long long long
                                                          long long long long long long long long
                                                          long long long long long long long long
                                                          long long long long long long
  guidance  map of scale, interval,   optional            pushes each prediction away from a worse
            rescale, by, renoise and                      one, for no class or by a weaker model:
            project                                       twice the work; default: none
  clip      true or false             default false       clip predicted signals to the range of
                                                          real pixels; the noise is not recomputed
                                                          after it
in a recipe
  samplers: { preview: { use: walker, steps: 20 } }`,
  );
});

Deno.test("showPlugin() shows a plugin that cannot be created without options", async () => {
  const text = await showPlugin(source, "cosine");
  assert.match(text, /^ {2}start {2}number {2}required {2}where it starts$/m);
  assert.match(text, /schedule: \{ use: cosine, start: 1 \}$/);
  assert.doesNotMatch(text, /capabilities/);
});

Deno.test("findPlugin() takes a name of one kind, and says which ones there are otherwise", async () => {
  assert.equal((await findPlugin(source, "cosine")).kind, "schedule");
  await assert.rejects(findPlugin(source, "walker"), (error) => {
    assert(error instanceof DenoiseError);
    assert.deepEqual(error.problems[0]!.help, ["say which one: network/walker or sampler/walker"]);
    return true;
  });
  await assert.rejects(findPlugin(source, "sampler/wlaker"), (error) => {
    assert(error instanceof DenoiseError);
    assert.match(error.problems[0]!.help[0]!, /^did you mean sampler\/walker\?/);
    return true;
  });
  const help = (text: string) =>
    findPlugin(source, text).then(() => assert.fail(), (error) => (error as DenoiseError).problems[0]!.help[0]);
  // Kinds and plugins are never in one list.
  assert.equal(await help("cosin"), "did you mean cosine?");
  assert.match(await help("zzzzzz") ?? "", /^Kinds of plugins: augmentation, backend, dataset/);
  assert.equal(
    await help("own/mine.ts"),
    "name the plugin in it: deno task plugins show <name> --plugins own/mine.ts",
  );
});

Deno.test("listPlugins() lists every kind", () => {
  const text = listPlugins(source);
  assert.match(text, /^sampler {10}noise to images\n {17}walker$/m);
  assert.match(text, /^metric .*\n {17}none$/m);
});

Deno.test("literal() writes values as YAML reads them back", () => {
  assert.equal(literal({ a: [1, "x-y", "no", "1 epoch", true] }), '{ a: [1, x-y, "no", "1 epoch", true] }');
});
