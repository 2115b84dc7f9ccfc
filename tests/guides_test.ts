/** Autoguidance from the recipe to the pictures: by snapshots of the same run, by other runs, and what is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, loadModel, sample, type SampleOptions, train } from "../mod.ts";
import { earlierMoment } from "../pipeline/run/moments.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { problemsOf } from "./problems.ts";

const folder = await Deno.makeTempDir();
const cache = join(folder, "cache");
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

interface Parts {
  readonly network?: string;
  readonly samplers?: string;
  readonly train?: string;
  readonly dataset?: string;
  readonly more?: string;
}

const recipe = ({ network = "", samplers = "{ use: ddim, steps: 3 }", train = "", dataset = "", more = "" }: Parts) => `
name: guides
dataset: { use: emoji, image_size: 8, batch_size: 4, categories: [Activities, Flags]${dataset} }
network: { use: patch-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4${network} }
samplers: { preview: ${samplers} }
train: { steps: 12, samples: { every: 6 steps, rows: 1, columns: 2 }${train} }
optimizer: { use: adamw, learning_rate: 0.1 }
ema: { use: exponential, decay: 0 }
backend: wasm
${more}
`;

async function trained(name: string, parts: Parts) {
  const file = join(folder, `${name}.yaml`), run = join(folder, name), console = memoryConsole();
  await Deno.writeTextFile(file, recipe(parts));
  await train(file, { plugins: builtins, cache, folder: run }, console);
  return { run, console };
}

const told = async (work: Promise<unknown>) =>
  (await problemsOf(work)).map(({ code, place, message, help }) => ({
    code,
    line: place?.line,
    text: [message, ...help].join("\n"),
  }));

/** Bytes of the pictures that `sample` draws. */
async function drawn(
  run: string,
  options: Omit<SampleOptions, "plugins">,
  console = memoryConsole(),
): Promise<string[]> {
  const out = await Deno.makeTempDir({ dir: folder });
  const { images } = await sample(run, { plugins: builtins, out, count: 2, ...options }, console);
  return (await Promise.all(images.map(({ file }) => Deno.readFile(join(out, file!))))).map((each) => each.toHex());
}

const { run: strong } = await trained("strong", { network: ", classes: 2", train: ", snapshots: 1 step" });
// Another network and parametrization, without classes.
const { run: weak } = await trained("weak", { network: ", dropout: 0.2", more: "parametrization: velocity" });

Deno.test("a model is guided by an earlier snapshot of its run, or one of a moment, whatever the class", async () => {
  const console = memoryConsole();
  const plain = await drawn(strong, {}), earlier = await drawn(strong, { guide: "earlier" }, console);
  assert.notDeepEqual(earlier, plain);
  const said = console.lines.join("\n");
  assert.match(said, /guided by +\S+step-000002\.safetensors, step 2 of 12\n/); // nearest to 12 / 8 by ratio
  assert.match(said, /preview \(ddim, 3 steps, 6 evaluations\)/);
  assert.deepEqual(await drawn(strong, { guide: "2 steps" }), earlier);
  assert.notDeepEqual(await drawn(strong, { guide: "6 steps" }), earlier);
  assert.notDeepEqual(await drawn(strong, { guide: "earlier", guidance: 3 }), earlier);
  assert.deepEqual(await drawn(strong, { guide: "earlier", guidance: 1 }), plain, "a scale of 1 is none");
  const [none, guided] = [
    await drawn(strong, { class: "none" }),
    await drawn(strong, { class: "none", guide: "earlier" }),
  ];
  assert.notDeepEqual(guided, none, "without a class, too");
});

Deno.test("a model that is guided by itself is not guided, and by another of other widths and without classes is", async () => {
  const plain = await drawn(strong, {});
  assert.deepEqual(await drawn(strong, { guide: strong, guidance: 4 }), plain);
  assert.deepEqual(await drawn(strong, { guide: join(strong, "snapshots", "step-000012.safetensors") }), plain);
  const byWeak = await drawn(strong, { guide: weak });
  assert.notDeepEqual(byWeak, plain);
  assert.notDeepEqual(await drawn(weak, { guide: strong }), await drawn(weak, {}), "the other way round");
  // A recipe's path is relative to the recipe, and guides a model that stays loaded and a metric's pictures as well.
  const { run, console } = await trained("byPath", {
    network: ", classes: 2",
    samplers: "{ use: ddim, steps: 3, guidance: { scale: 1.5, by: weak } }",
    more: "metrics: [{ use: feature-distance, sampler: preview, images: 8, every: 12 steps }]",
  });
  assert.doesNotMatch(console.warnings.join("\n"), /without guidance/);
  assert.deepEqual(await drawn(run, {}), byWeak, "the same weights, trained with other pictures to look at");
  await using model = await loadModel(run);
  const pictures = await Array.fromAsync(model.generate({ count: 2 }));
  assert.deepEqual(await Promise.all(pictures.map(async (picture) => (await picture.png()).toHex())), byWeak);
});

Deno.test("in an interval, guidance by another model counts where the levels lie; outside, pictures are those without", async () => {
  const plain = await drawn(strong, {}), all = await drawn(strong, { guide: weak });
  const within = (interval: string) =>
    drawn(strong, {
      overrides: [`samplers.preview.guidance={scale: 1.5, by: ${JSON.stringify(weak)}, interval: ${interval}}`],
    });
  assert.deepEqual(await within("[0, 1e9]"), all);
  assert.deepEqual(await within("[1e8, 1e9]"), plain);
  const some = await within("[0.5, 2]");
  assert.notDeepEqual(some, all);
  assert.notDeepEqual(some, plain);
});

Deno.test("a training draws without guidance until it has a snapshot, and says so once", async () => {
  const samplers = "{ use: ddim, steps: 3, guidance: { scale: 1.5, by: earlier } }";
  const { run, console } = await trained("growing", { samplers, train: ", snapshots: 4 steps" });
  const none = console.warnings.filter((text) =>
    text.includes("drawn without guidance as long as there is no snapshot")
  );
  assert.equal(none.length, 1);
  const last = await drawn(run, { seed: 0 });
  assert.notDeepEqual(last, await drawn(run, { seed: 0, guidance: 1 }));
  // A snapshot is a model of its own moment, and knows its run; a copy elsewhere does not.
  const [missing] = await told(drawn(join(run, "snapshots", "step-000004.safetensors"), {}));
  assert.equal(missing!.code, "guide-earlier-missing");
  await Deno.copyFile(join(run, "snapshots", "step-000012.safetensors"), join(folder, "moved.safetensors"));
  const [moved] = await told(drawn(join(folder, "moved.safetensors"), {}));
  assert.equal(moved!.code, "guide-without-run");
  assert.match(moved!.text, /is not in the folder of a run/);
});

Deno.test("what cannot guide is refused, with the place and what there is", async () => {
  const code = async (options: Omit<SampleOptions, "plugins">, run = strong) => (await told(drawn(run, options)))[0]!;
  assert.match(
    (await code({ guide: join(folder, "stong") })).text,
    /Cannot find run ".*stong"\ndid you mean .*strong\?/,
  );
  assert.match((await code({ guide: "earler" })).text, /did you mean earlier\?/);
  for (const moment of ["0 epochs", "1.5 epochs", "100 images", "500"]) {
    assert.match((await code({ guide: moment })).text, /such as "2 epochs" or "500 steps"/, moment);
  }
  assert.equal((await code({ guide: "" })).code, "guide-empty");
  const moment = await code({ guide: "40 steps" });
  assert.equal(moment.code, "guide-moment-missing");
  assert.match(moment.text, /the run has kept those of step 1, 2, 3, .*11\n/);
  assert.equal((await code({ guide: "earlier" }, weak)).code, "guide-earlier-missing");

  const { run: small } = await trained("small", { dataset: ", validation: 0.5" });
  const statistics = await code({ guide: small });
  assert.equal(statistics.code, "guide-unfit");
  assert.match(statistics.text, /statistics of the normalizer, which are those of other pictures/);

  const refused = async (parts: Parts) => (await told(trained("refused", parts)))[0]!;
  const by = (by: string, train = "") =>
    refused({ samplers: `{ use: ddim, guidance: { scale: 2, by: ${by} } }`, train });
  assert.deepEqual([(await by("earlier")).code, (await by("earlier")).line], ["guide-never-kept", 5]);
  assert.equal((await by("3 steps", ", snapshots: 2 steps")).code, "guide-never-taken");
  const lost = await by("runs/nothing");
  assert.deepEqual([lost.code, lost.line], ["checkpoint-missing", 5]);
  const option = (guidance: string, use = "ddim") =>
    refused({ network: ", classes: 2", samplers: `{ use: ${use}, guidance: ${guidance} }` });
  assert.equal((await option("{ scale: 4, interval: [5, 0.2] }")).code, "guidance-interval");
  assert.equal((await option("{ scale: -1 }")).code, "out-of-range");
  assert.equal((await option("{ scale: 0.5, renoise: unconditional }", "heun")).code, "guidance-renoise");
  assert.equal((await option("{ scale: 4, renoise: unconditional }")).code, "guidance-renoise-scale");
  const both = await option(`{ scale: 0.5, renoise: unconditional, by: ${JSON.stringify(weak)} }`);
  assert.equal(both.code, "guidance-renoise-by");
});

Deno.test("a scale is taken of guidance of the same kind alone: that of classes is too high for a weaker model", async () => {
  const scaled = (more = "") => [`samplers={ preview: { use: ddim, steps: 3, guidance: { scale: 6${more} } } }`];
  const usual = await drawn(strong, { guide: "earlier" });
  assert.deepEqual(await drawn(strong, { guide: "earlier", overrides: scaled() }), usual);
  const weaker = await drawn(strong, { guide: "earlier", overrides: scaled(", by: 4 steps") });
  assert.notDeepEqual(weaker, usual);
  assert.deepEqual(weaker, await drawn(strong, { guide: "earlier", guidance: 6 }));
});

Deno.test("a moment that a training never has is refused before its first step, and one of another unit is not", async () => {
  const by = (by: string) => ({ samplers: `{ use: ddim, steps: 3, guidance: { scale: 2, by: ${by} } }` });
  const refused = async (name: string, moment: string, train: string) => {
    const problem = (await told(trained(name, { ...by(moment), train })))[0]!;
    return { code: problem.code, first: problem.text.split("\n")[0] };
  };
  assert.deepEqual(await refused("end", "12 steps", ", snapshots: 2 steps"), {
    code: "guide-after-end",
    first: 'Cannot guide by "12 steps": training ends after 12 steps',
  });
  assert.equal((await refused("long", "5 epochs", ", snapshots: 1 epoch")).code, "guide-after-end");
  assert.deepEqual(await refused("units", "1 step", ", snapshots: 5 epochs"), {
    code: "guide-never-taken",
    first: 'Cannot guide by "1 step": snapshots are taken every 5 epochs',
  });
  await trained("passed", { train: ", checkpoint: 6 steps" });
  const guidance = "samplers.preview.guidance={ scale: 2, by: 6 steps }";
  const overrides = ["train.steps=18", "train.snapshots=2 steps", guidance];
  const file = join(folder, "passed.yaml"), console = memoryConsole();
  const longer = train(file, { plugins: builtins, cache, folder: join(folder, "passed"), overrides }, console);
  const passed = (await told(longer.then(() => undefined)))[0]!;
  assert.equal(passed.code, "guide-moment-missing");
  assert.match(passed.text, /the run has kept no weights from before/, "checkpoints do not count in training");
  overrides.splice(1, 2, "train.snapshots=20 steps", "samplers.preview.guidance={ scale: 2, by: earlier }");
  await train(file, { plugins: builtins, cache, folder: join(folder, "passed"), overrides }, console);
  assert.match(console.warnings.join("\n"), /as long as there is no snapshot/, "nor do those of half its steps");
});

Deno.test("earlier is nearest to an eighth of the training by ratio, and never more than half of it", () => {
  const at = (steps: number[], step: number) =>
    earlierMoment(steps.map((step) => ({ path: "", step, epoch: 0 })), step)?.step;
  assert.equal(at([100, 200, 400, 800], 1600), 200);
  assert.equal(at([100, 300, 500], 1600), 300);
  assert.equal(at([400, 800, 1500], 1600), 400);
  assert.equal(at([801, 1500], 1600), undefined);
  assert.equal(at([], 1600), undefined);
});
