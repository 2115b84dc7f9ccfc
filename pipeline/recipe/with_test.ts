/** Tests of a recipe that is changed by a program: what `Recipe.with` gives, and what it refuses. */
import assert from "node:assert/strict";
import { formatProblems } from "../problems/format.ts";
import { DenoiseError } from "../problems/problem.ts";
import { read, smallest } from "./testing.ts";
import type { Change } from "./types.ts";
import { toYaml } from "./write.ts";

const text = smallest + "samplers: { quick: { use: ddim, steps: 5 }, best: ddim }\nmetrics: [ noise ]\n";

async function refused(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => assert.fail("it was taken"), (error) => error);
  assert(error instanceof DenoiseError, String(error));
  return formatProblems(error.problems, { colour: false });
}

Deno.test("a changed recipe is the one that overrides of the command line give", async () => {
  const changes: Change[] = [
    { path: ["samplers", "quick", "steps"], value: 7 },
    { path: ["samplers", "own"], value: { use: "ddim", stochasticity: 0.5 } },
    { path: ["metrics", 0, "every"], written: "500 steps" },
    { path: ["name"], value: "other" },
  ];
  const changed = await (await read(text)).with(changes);
  const overridden = await read(
    text,
    "samplers.quick.steps=7",
    "samplers.own={use: ddim, stochasticity: 0.5}",
    "metrics.0.every=500 steps",
    "name=other",
  );
  assert.equal(toYaml(changed.resolved), toYaml(overridden.resolved));
  assert.deepEqual(changed.origin(["samplers", "quick", "steps"]).from, "command line");
});

Deno.test("a change leaves the recipe as it is, and changes add up", async () => {
  const recipe = await read(text);
  const before = toYaml(recipe.resolved);
  const once = await recipe.with([{ path: ["seed"], value: 3 }]);
  const twice = await once.with([{ path: ["train", "epochs"], value: 9 }]);
  assert.deepEqual([once.seed, twice.seed, twice.train.epochs], [3, 3, 9]);
  assert.equal(toYaml(recipe.resolved), before);
});

Deno.test("a plugin is named before its options are given, in any order", async () => {
  const changed = await (await read(text)).with([
    { path: ["network", "dropout"], value: 0.5 },
    { path: ["network", "widths"], value: [8] },
    { path: ["network", "use"], value: "plain-unet" },
  ]);
  assert.deepEqual(changed.resolved.network, { use: "plain-unet", widths: [8], dropout: 0.5 });
});

Deno.test("what is wrong with a change is shown as it was written, and the next change starts anew", async () => {
  const recipe = await read(text);
  const wrong = recipe.with([{ path: ["seed"], value: 1 }, { path: ["samplers", "quick", "steps"], written: "-007" }]);
  assert.match(await refused(wrong), /"-007"\n {2}samplers\.quick\.steps=-007\n {23}\^{4}\n/);
  assert.match(
    await refused(recipe.with([{ path: ["network"], value: "residul-unet" }])),
    /did you mean residual-unet/,
  );
  assert.equal((await recipe.with([{ path: ["seed"], value: 2 }])).seed, 2);
  await assert.rejects(recipe.with([{ path: ["plugins"], value: ["./x.ts"] }]), RangeError);
});
