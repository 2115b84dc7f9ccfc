/** Tests of wire.ts: order, edges, and what is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import {
  type Components,
  type ImageShape,
  type LossTools,
  type NetworkInput,
  type NetworkOffers,
  refuse,
  type State,
  type TensorRecord,
  tf,
} from "../../plugin.ts";
import type { Kind, Slot } from "../kinds/mod.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import { loadPluginFile } from "../registry/load_file.ts";
import { DenoiseError, type Problem } from "../problems/problem.ts";
import type { Recipe, RecipeStage, TrainSettings } from "../recipe/types.ts";
import { wire } from "./wire.ts";

type Create = (context: Record<string, unknown>) => unknown;

const nothing = () => {};
const shaped = ({ options }: Record<string, unknown>) => (input: object) => ({ ...input, ...(options as object) });
/** Stages as plain as their kind allows. */
const made: { [K in Kind]?: Create } = {
  dataset: () => ({ image: { height: 16, width: 16, channels: 3 }, open: nothing }),
  augmentation: (context) => ({
    shape: shaped(context),
    apply(images: tf.Tensor4D) {
      const [batch, height, width, channels] = images.shape;
      const size = shaped(context)({ height, width, channels }) as ImageShape;
      return tf.zeros([batch, size.height, size.width, size.channels]);
    },
  }),
  schedule: () => ({ logSnr: nothing, rates: nothing }),
  network: () => ({
    init: () => ({ trainable: {}, buffers: {} }),
    apply: (_state: State, { image }: NetworkInput) => ({ output: image, buffers: {} }),
  }),
  loss: () => ({
    levels: (_random: unknown, batch: number) => ({
      signal: tf.ones([batch, 1, 1, 1]),
      noise: tf.zeros([batch, 1, 1, 1]),
    }),
    measure: ({ noise }: Components) => ({ objective: tf.mean(noise), errors: { loss: tf.mean(noise) } }),
  }),
  sampler: ({ options }) => ({
    steps: 2,
    order: 1,
    stochastic: false,
    evaluationsPerStep: 1,
    plan: () => (options as { plan?: unknown }).plan ?? [[1, 2], [3, 4]],
    init: (image: tf.Tensor) => ({ image }),
    step: (state: TensorRecord) => ({ state, signal: state.image }),
  }),
  optimizer: () => ({
    init: () => ({}),
    update: ({ trainable, state }: Record<string, unknown>) => ({ trainable, state }),
  }),
  metric: () => ({ better: { kid: "lower" }, measure: nothing }),
};

interface Given {
  kind: Kind;
  needs?: Slot[];
  options?: Record<string, unknown>;
  create?: Create;
  plugin?: AnyPlugin;
}

/** A recipe of these stages; its problems are placed at a line that counts the stages. */
function recipeOf(given: Record<string, Given>, train: Partial<TrainSettings> = {}): Recipe {
  const stages = Object.entries(given).map(([id, { kind, needs, options, create, plugin }]): RecipeStage => ({
    kind,
    id,
    path: id.split(/[.[\]]+/).filter(Boolean).map((part) => /^\d+$/.test(part) ? Number(part) : part),
    options: options ?? {},
    plugin: plugin ?? {
      kind,
      name: `my-${kind}`,
      summary: "x",
      options: z.object({}),
      ...(needs ? { needs } : {}),
      create: (create ?? made[kind]) as AnyPlugin["create"],
    },
  }));
  return {
    file: "mine.yaml",
    name: "mine",
    seed: 0,
    stages,
    train: { checkpoint: "1 epoch", keep: { last: 1 }, samples: { every: "1 epoch", rows: 1, columns: 1 }, ...train },
    resolved: {},
    with: () => Promise.reject(new Error("Not needed")),
    sweep: {},
    code: [],
    another: () => assert.fail(),
    isFromElsewhere: () => false,
    isOfRun: () => false,
    origin: () => ({ from: "default" }),
    problem: (path, problem) => {
      const stage = stages.findIndex((stage) => stage.path.every((part, i) => path[i] === part));
      const line = stage < 0 ? stages.length + 1 : stage + 1; // train comes last
      return {
        ...problem,
        help: [...problem.help, path.join(".")],
        place: { file: "mine.yaml", line, column: 1, length: 1 },
      };
    },
  };
}

async function refusals(recipe: Recipe): Promise<Problem[]> {
  let problems: readonly Problem[] = [];
  await assert.rejects(wire(recipe), (error) => {
    assert(error instanceof DenoiseError, error as Error);
    problems = error.problems;
    return true;
  });
  return [...problems];
}

Deno.test("wire() gives each stage what it needs and nothing else, after what it needs", async () => {
  const seen: Record<string, string[]> = {};
  const spy = (id: string, kind: Kind): Create => (context) => {
    seen[id] = Object.keys(context);
    return made[kind]!(context);
  };
  const graph = await wire(recipeOf({
    "metrics[0]": { kind: "metric", needs: ["sampler"], options: { sampler: "best" }, create: spy("metric", "metric") },
    "samplers.preview": { kind: "sampler" },
    "samplers.best": { kind: "sampler", needs: ["schedule"], create: spy("sampler", "sampler") },
    network: { kind: "network", needs: ["image"], create: spy("network", "network") },
    schedule: { kind: "schedule", create: spy("schedule", "schedule") },
    "augmentation[0]": { kind: "augmentation", options: { height: 8 } },
    "augmentation[1]": { kind: "augmentation", options: { width: 4 }, needs: ["image"] },
    optimizer: { kind: "optimizer", needs: ["batchSize"], create: spy("optimizer", "optimizer") },
    dataset: { kind: "dataset", options: { batch_size: 12 } },
  }));
  assert.deepEqual(seen, {
    optimizer: ["options", "batchSize"],
    schedule: ["options"],
    sampler: ["options", "schedule"],
    metric: ["options", "sampler"],
    network: ["options", "image"],
  });
  assert.deepEqual(graph.datasetImage, { height: 16, width: 16, channels: 3 });
  assert.deepEqual(graph.image, { height: 8, width: 4, channels: 3 });
  const at = (id: string) => graph.stages.findIndex((stage) => stage.id === id);
  assert.equal(graph.stages.length, 9);
  for (const { from, to } of graph.edges) assert(at(from) < at(to), `${from} before ${to}`);
  assert.deepEqual(
    graph.edges.map(({ from, to, slot }) => `${from} ${slot} ${to}`).sort(),
    [
      "augmentation[0] image augmentation[1]",
      "augmentation[1] image network",
      "dataset batchSize optimizer",
      "dataset image augmentation[0]",
      "samplers.best sampler metrics[0]",
      "schedule schedule samplers.best",
    ],
  );
  assert.deepEqual(graph.all("sampler").map(({ id }) => id), ["samplers.preview", "samplers.best"]);
  assert.equal(graph.sampler("best").id, "samplers.best");
  assert.throws(() => graph.sampler("bst"), (error) => {
    assert(error instanceof DenoiseError);
    assert.deepEqual(error.problems[0]!.help, ["did you mean best? Samplers of this recipe: best, preview"]);
    return true;
  });
});

Deno.test("wire() says what to declare when a plugin reads a slot it did not ask for", async () => {
  const [problem, ...others] = await refusals(recipeOf({
    dataset: { kind: "dataset" },
    schedule: { kind: "schedule" },
    "samplers.preview": {
      kind: "sampler",
      needs: ["image"],
      create: ({ schedule }) => made.sampler!({ schedule, options: {} }),
    },
  }));
  assert.deepEqual(others, []);
  assert.equal(problem!.message, 'Cannot give "schedule" to sampler/my-sampler, which does not ask for it');
  assert.equal(problem!.help[0], 'add it to the plugin: needs: ["image", "schedule"]');
});

Deno.test("wire() refuses stages that need each other, and names the ring once", async () => {
  const problems = await refusals(recipeOf({
    dataset: { kind: "dataset" },
    loss: { kind: "loss", needs: ["network"] },
    network: { kind: "network", needs: ["image", "schedule"] },
    schedule: { kind: "schedule", needs: ["network"] },
  }));
  assert.deepEqual(problems.map(({ message }) => message), [
    'Cannot wire "network": network needs schedule needs network',
  ]);
});

Deno.test("wire() refuses an augmentation that depends on what comes after it", async () => {
  const problems = await refusals(recipeOf({
    dataset: { kind: "dataset" },
    "augmentation[0]": { kind: "augmentation", needs: ["network"] },
    network: { kind: "network", needs: ["image"] },
  }));
  assert.match(problems[0]!.message, /augmentation\[0\] needs network needs augmentation\[0\]$/);
});

Deno.test("wire() places refusals at their option and reports all of them, but not what follows from them", async () => {
  const problems = await refusals(recipeOf({
    dataset: { kind: "dataset" },
    schedule: {
      kind: "schedule",
      create: () => refuse({ option: "end", what: "End is above start", fix: "lower it" }),
    },
    "samplers.preview": { kind: "sampler", needs: ["schedule"] },
    "augmentation[0]": { kind: "augmentation", options: { height: 2.5 } },
    network: { kind: "network", needs: ["image"] },
    loss: {
      kind: "loss",
      create: () => {
        throw new RangeError("no luck");
      },
    },
    "metrics[0]": { kind: "metric", needs: ["sampler"], options: { sampler: "preveiw" } },
  }, { keep: { last: 1, best: "kid" }, samples: { every: "1 epoch", rows: 1, columns: 1, sampler: "best" } }));
  assert.deepEqual(problems.map(({ code, message, help, place }) => [code, place?.line, message, ...help]), [
    ["refused", 2, "Cannot use schedule/my-schedule: end is above start", "lower it", "schedule.end"],
    [
      "image-shape-unfit",
      4,
      "Cannot use images of shape 2.5 × 16 × 3 from augmentation[0] (augmentation/my-augmentation)",
      "height, width and channels are whole numbers of at least 1",
      "augmentation.0",
    ],
    ["create-failed", 6, "Cannot use loss/my-loss as loss: its create fails with RangeError: no luck", "loss"],
    [
      "unknown-sampler",
      7,
      'Unknown sampler "preveiw"',
      "did you mean preview? Samplers of this recipe: preview",
      "metrics.0.sampler",
    ],
    [
      "unknown-sampler",
      8,
      'Unknown sampler "best"',
      "Samplers of this recipe: preview",
      "train.samples.sampler",
    ],
  ]);
});

Deno.test("wire() refuses a batch that the devices of the backend cannot share", async () => {
  const run = (batch_size: number) => ({
    dataset: { kind: "dataset", options: { batch_size } },
    schedule: { kind: "schedule" },
    network: { kind: "network" },
    loss: { kind: "loss" },
    backend: {
      kind: "backend",
      create: () => ({ name: "x", description: "", start: nothing, compile: nothing, stop: nothing, devices: 4 }),
    },
  } as const);
  const [problem] = await refusals(recipeOf(run(30)));
  assert.equal(problem!.message, "Cannot split a batch of 30 pictures evenly over 4 devices");
  assert.deepEqual(problem!.help, ["use batch_size: 28 or 32, or another number of devices", "dataset.batch_size"]);
  const [small] = await refusals(recipeOf(run(3)));
  assert.equal(small!.help[0], "use batch_size: 4, or another number of devices");
  await wire(recipeOf(run(32)));
});

Deno.test("wire() refuses a stage that lacks a part of its interface", async () => {
  const [problem] = await refusals(recipeOf({
    dataset: { kind: "dataset" },
    network: { kind: "network", create: () => ({ init: nothing, aply: nothing }) },
    loss: { kind: "loss", create: () => undefined },
  }));
  assert.match(
    problem!.message,
    /^Cannot use network\/my-network: what its create returns lacks apply \(a function\)$/,
  );
  assert.deepEqual(problem!.help.slice(0, 2), [
    "it is part of every network",
    "deno task plugins show network   prints its interface",
  ]);
});

Deno.test("wire() reports a user's plugin at its own file", async () => {
  const folder = await Deno.makeTempDir();
  const load = async (create: string) => {
    const file = join(folder, `${crypto.randomUUID()}.ts`);
    await Deno.writeTextFile(
      file,
      `import { z } from "denoise/plugin";
export default { kind: "loss", name: "mine", summary: "x", options: z.object({}),
  create: ${create},
};
`,
    );
    const [plugin] = await loadPluginFile(file);
    const [problem] = await refusals(
      recipeOf({ dataset: { kind: "dataset" }, loss: { kind: "loss", plugin: plugin! } }),
    );
    assert.equal(problem!.place?.file, file);
    assert.deepEqual(problem!.help.at(-1), "used as loss, mine.yaml:2:1");
    return problem!;
  };
  try {
    const lacking = await load("() => ({ levels() {} })");
    assert.match(lacking.message, /loss\/mine: what its create returns lacks measure \(a function\)/);
    assert.deepEqual([lacking.place!.line, lacking.place!.column], [3, 3]);
    const throwing = await load("() => undefined.levels");
    assert.match(throwing.message, /create fails with TypeError: Cannot read properties of undefined/);
    assert.deepEqual([throwing.place!.line, throwing.place!.column], [3, 27]);
    const greedy = await load("({ schedule }) => schedule");
    assert.match(greedy.message, /^Cannot give "schedule" to loss\/mine/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("wire() checks that a plan has one row of numbers a step", async () => {
  const messageFor = async (plan: number[][]) => {
    const [problem] = await refusals(recipeOf({
      dataset: { kind: "dataset" },
      "samplers.a": { kind: "sampler", options: { plan } },
    }));
    return problem!.message.replace("Cannot sample with sampler/my-sampler: its plan has ", "");
  };
  assert.equal(await messageFor([[1]]), "1 row for 2 steps");
  assert.equal(await messageFor([[1, 2], [1]]), "1 numbers in row 1 and 2 in row 0");
  assert.equal(await messageFor([[1, 2], [1, NaN]]), "NaN in row 1");
  assert.equal(await messageFor([["0.5"], ["1"]] as unknown as number[][]), '"0.5" in row 0');
});

Deno.test("wire() traces each stage, and refuses tensors of the wrong shape", async () => {
  const problems = await refusals(recipeOf({
    dataset: { kind: "dataset" },
    "augmentation[0]": {
      kind: "augmentation",
      create: () => ({ shape: (input: object) => ({ ...input, width: 8 }), apply: (images: tf.Tensor) => images }),
    },
    network: {
      kind: "network",
      create: () => ({
        init: () => ({ trainable: {}, buffers: {} }),
        apply: (_: State, { image }: NetworkInput) => ({ output: tf.mean(image, -1), buffers: {} }),
      }),
    },
    loss: {
      kind: "loss",
      create: () => ({
        ...made.loss!({}) as object,
        measure: ({ noise }: Components) => ({ objective: noise.dataSync()[0], errors: {} }),
      }),
    },
    "samplers.a": {
      kind: "sampler",
      create: () => ({
        ...made.sampler!({ options: {} }) as object,
        step: (state: TensorRecord) => ({ state: { image: state.image } }),
      }),
    },
  }));
  assert.deepEqual(problems.map(({ place, message }) => [place!.line, message.replace("Cannot use ", "")]), [
    [2, "augmentation/my-augmentation: its apply returns images of shape [2, 16, 16, 3] where [2, 16, 8, 3] is needed"],
    [3, "network/my-network: its apply returns output of shape [2, 16, 8] where [2, 16, 8, 3] is needed"],
    [
      4,
      "loss/my-loss as loss: its measure fails with Error: Cannot read the values of a tensor " +
      "while only shapes are traced: compute with tensors instead",
    ],
    [5, "sampler/my-sampler: its step returns no signal where [2, 16, 8, 3] is needed"],
  ]);
});

Deno.test("wire() refuses a sampler whose state is not what a loop can carry, and says which call is wrong", async () => {
  const sampler = made.sampler!({ options: {} }) as { init(noise: tf.Tensor): TensorRecord };
  const { init } = sampler;
  const same = (state: TensorRecord) => ({ state, signal: state.image });
  const messageFor = async (members: object) => {
    const problems = await refusals(recipeOf({
      dataset: { kind: "dataset" },
      "samplers.a": { kind: "sampler", create: () => ({ ...sampler, step: same, ...members }) },
    }));
    return problems.map(({ message }) => message.replace("Cannot use sampler/my-sampler: its ", "")).join("; ");
  };
  const counted = (noise: tf.Tensor) => ({ ...init(noise), count: tf.scalar(0, "int32") });
  const counting = (state: TensorRecord) => same({ ...state, count: tf.add(state.count!, 1) });
  assert.equal(
    await messageFor({ init: counted, step: counting }),
    "step returns state.count of type float32 where int32 is needed",
  );
  assert.equal(await messageFor({ step: counting, init: () => ({ count: tf.scalar(0) }) }), "init returns no image");
  assert.equal(
    await messageFor({ step: (state: TensorRecord) => same({ ...state, more: state.image! }) }),
    "step returns state.more",
  );
  assert.equal(
    await messageFor({ step: (state: TensorRecord) => ({ state, signal: tf.cast(state.image!, "int32") }) }),
    "step returns signal of type int32 where float32 is needed",
  );
  assert.equal(
    await messageFor({ step: (state: TensorRecord) => Promise.resolve(same(state)) }),
    "step returns a promise",
  );
  assert.equal(await messageFor({ init: (noise: tf.Tensor) => noise }), "init returns a tensor");
  assert.equal(
    await messageFor({ init: (image: tf.Tensor) => ({ image, more: undefined }) }),
    "init returns undefined as more",
  );
  assert.equal(
    await messageFor({ step: () => undefined }),
    "step returns no state.image where [2, 16, 16, 3] is needed",
  );
  assert.match(await messageFor({ plan: () => tf.zeros([2, 4]) }), /its plan has no list of rows/);
});

Deno.test("wire() refuses a best checkpoint by a number that no metric measures", async () => {
  const recipe = (best: string) =>
    recipeOf({ dataset: { kind: "dataset" }, "metrics[0]": { kind: "metric" } }, { keep: { last: 1, best } });
  const [problem] = await refusals(recipe("kit"));
  assert.equal(problem!.help[0], "did you mean kid? Metrics measure: kid");
  await wire(recipe("kid"));
  await wire(recipe("kit"), { training: false }); // a model that is used may be measured by another metric
});

Deno.test("refuses losses and samplers that ask of the network what it does not offer", async () => {
  const given = (offers: NetworkOffers): Record<string, Given> => ({
    dataset: { kind: "dataset" },
    network: {
      kind: "network",
      create: () => ({
        offers,
        init: () => ({ trainable: {}, buffers: {} }),
        apply: (_: State, { image }: NetworkInput) => ({ output: image, buffers: {}, features: { inside: image } }),
      }),
    },
    loss: {
      kind: "loss",
      create: (context) => ({
        ...made.loss!(context) as object,
        asks: { jump: true, condition: true, features: ["inside"] },
        train: () => ({ objective: tf.scalar(0), errors: { loss: tf.scalar(0) } }),
      }),
    },
    "samplers.few": {
      kind: "sampler",
      create: (context) => ({ ...made.sampler!({ options: {}, ...context }) as object, asks: { jump: true } }),
    },
  });
  const all: NetworkOffers = { jump: true, condition: { height: 16, width: 16, channels: 1 }, features: ["inside"] };
  await wire(recipeOf(given(all)));
  const problems = await refusals(recipeOf(given({ features: ["insied"] })));
  assert.deepEqual(problems.map(({ code, message, place, help }) => [code, place?.line, message, help[0]]), [
    [
      "network-lacks",
      3,
      "Cannot use loss/my-loss with network/my-network: it gives the network a second noise level to jump to, " +
      "which that network does not take",
      "use another loss, or a network that offers it: offers: { jump: true }",
    ],
    [
      "network-lacks",
      3,
      "Cannot use loss/my-loss with network/my-network: it gives the network pictures to go by, " +
      "which that network does not take",
      "use another loss, or a network that offers it: offers: { condition: image }",
    ],
    [
      "feature-unknown",
      3,
      'Cannot use loss/my-loss with network/my-network: it looks at the layer "inside", which that network does not offer',
      "did you mean insied? Layers: insied",
    ],
    [
      "network-lacks",
      4,
      "Cannot use sampler/my-sampler with network/my-network: it gives the network a second noise level to jump to, " +
      "which that network does not take",
      "use another sampler, or a network that offers it: offers: { jump: true }",
    ],
  ]);
});

Deno.test("refuses networks whose features are others than they say, and losses whose training gives no scalar", async () => {
  const offering = recipeOf({
    dataset: { kind: "dataset" },
    network: {
      kind: "network",
      create: () => ({
        offers: { features: ["inside"] },
        init: () => ({ trainable: {}, buffers: {} }),
        apply: (_: State, { image }: NetworkInput) => ({ output: image, buffers: {} }),
      }),
    },
    loss: {
      kind: "loss",
      create: (context) => ({
        ...made.loss!(context) as object,
        train: ({ images }: LossTools) => ({ objective: images, errors: { loss: tf.mean(images) } }),
      }),
    },
  });
  const problems = await refusals(offering);
  assert.deepEqual(problems.map(({ place, message }) => [place?.line, message]), [
    [2, "Cannot use network/my-network: its apply returns no features.inside where [2] is needed"],
    [3, "Cannot use loss/my-loss: its train returns objective of shape [2, 16, 16, 3]"],
  ]);
});

Deno.test("wire() tells the network how many numbers augmentations tell, and refuses a network that takes another number", async () => {
  const told: unknown[] = [];
  const given = (numbers: readonly (number | undefined)[], augment?: number): Record<string, Given> => ({
    dataset: { kind: "dataset" },
    ...Object.fromEntries(numbers.map((numbers, i) => [`augmentation[${i}]`, {
      kind: "augmentation" as const,
      create: (context: Record<string, unknown>) => ({
        ...made.augmentation!({ options: {}, ...context }) as object,
        ...(numbers === undefined ? {} : { tells: { numbers, of: () => tf.zeros([2, numbers]) } }),
      }),
    }])),
    network: {
      kind: "network",
      needs: ["image", "augment"],
      create: (context) => {
        told.push(context.augment);
        return { ...made.network!(context) as object, offers: { augment: augment ?? context.augment } };
      },
    },
  });
  const edges = async (numbers: readonly (number | undefined)[]) =>
    (await wire(recipeOf(given(numbers)))).edges.filter(({ slot }) => slot === "augment").map(({ from }) => from);
  assert.deepEqual(await edges([]), []);
  assert.deepEqual(await edges([undefined]), []);
  assert.deepEqual(await edges([9, undefined, 2]), ["augmentation[2]"]);
  assert.deepEqual(told, [0, 0, 11]);
  const [problem] = await refusals(recipeOf(given([9], 0)));
  assert.deepEqual([problem!.code, problem!.place?.line, problem!.message, problem!.help[0]], [
    "network-lacks",
    2,
    "Cannot use augmentation/my-augmentation with network/my-network: it gives the network numbers on what it did to a " +
    "picture, which that network does not take",
    "use another augmentation, or a network that offers it: offers: { augment: 9 }",
  ]);
  await wire(recipeOf(given([9], 0)), { training: false });
});

Deno.test("wire() refuses patience for a number that the recipe does not name", async () => {
  const given = { "metrics[0]": { kind: "metric" as const }, dataset: { kind: "dataset" as const } };
  const [problem] = await refusals(recipeOf(given, { patience: "20 epochs" }));
  assert.deepEqual([problem!.code, problem!.message, ...problem!.help], [
    "patience-without-best",
    "Cannot stop after 20 epochs without an improvement: the recipe does not say of which number",
    "add train.keep: { best: kid }; metrics measure kid",
    "train.patience",
  ]);
  await wire(recipeOf(given, { patience: "20 epochs", keep: { last: 1, best: "kid" } }));
});
