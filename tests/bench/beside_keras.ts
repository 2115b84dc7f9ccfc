/**
 * Trains side by side with the Keras example: `deno task bench:keras --folder PICTURES [--steps 300] [--batch 64]`;
 * `--help` lists the options.
 *
 * The example (keras.io, "Denoising Diffusion Implicit Models") builds its network and the average, each with initial
 * weights of its own; `import` makes a checkpoint of them. From there both train with the settings of
 * `recipes/keras-ddim.yaml`. Each step of both gets the same pictures, noises and times: those that our own training
 * step draws, which is the one of `run`, unchanged. The example does the rest itself: normalization (with the mean and
 * variance of our normalizer), schedule, network, loss, AdamW, average and sampling.
 *
 * Fails when losses are farther apart than the tolerance: at one of the first 200 steps, in the mean of 50 steps, or at
 * a checkpoint with the average weights. The Python that `DENOISE_PEER_JAX` names (default `python3`) has to have Keras
 * and JAX.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { wholeOption } from "../../cli/command.ts";
import { main as denoise } from "../../cli/main.ts";
import { terminalConsole } from "../../mod.ts";
import { showWork } from "../../pipeline/run/session.ts";
import type { Pair, ValidationLosses } from "./beside/outcome.ts";
import { startOurs, type Weights } from "./beside/ours.ts";
import { csvHeader, csvLine, told, writeOutcome } from "./beside/report.ts";
import { startTheirs, type Theirs } from "./beside/theirs.ts";
import { benchCommand, positive } from "./options.ts";

interface Options {
  readonly folder: string;
  readonly steps: number;
  readonly batch: number;
  readonly every: number;
  readonly tolerance: number;
  readonly control?: boolean;
  readonly seed: number;
  readonly out: string;
}

const options = benchCommand("bench:keras", "Train side by side with the Keras DDIM example")
  .requiredOption("--folder <pictures>", "the pictures, as dataset image-folder takes them")
  .addOption(wholeOption("--steps <n>", "training steps").default(300))
  .addOption(wholeOption("--batch <n>", "pictures in a batch").default(64))
  .addOption(
    wholeOption("--every <n>", "steps between checkpoints: losses on a batch of pictures that are held out").default(
      100,
    ),
  )
  .option("--tolerance <part>", "how far losses may be apart, as a part of the example's", positive, 0.02)
  .option(
    "--control",
    "train the example once more beside itself, each weight changed by a random ten-millionth of itself, about what " +
      "rounding does: how far apart that alone brings two trainings",
  )
  .addOption(wholeOption("--seed <n>", "of all draws, and of the example's initial weights", 0).default(42))
  .option(
    "--out <folder>",
    "for losses.csv, curves.png, grids.png, summary.json and imported.safetensors",
    "runs/beside-keras",
  )
  .parse(Deno.args, { from: "user" }).opts<Options>();
const { folder, steps, batch, every, tolerance, seed, out } = options;

const console = terminalConsole();
const work = await Deno.makeTempDir({ prefix: "denoise-beside-" });
const started: { stop(): Promise<unknown> }[] = [];
try {
  await Deno.mkdir(out, { recursive: true });
  const theirs = keep(await startTheirs(work, seed));
  console.line(`theirs: ${theirs.description}`);
  const ours = keep(await startOurs(await imported(theirs), console));
  console.line(`ours: ${ours.description}; ${ours.pictures} pictures to train on`);
  const control = options.control
    ? keep(await startTheirs(await Deno.makeTempDir({ dir: work }), seed, 1e-7))
    : undefined;
  for (const peer of [theirs, control]) await peer?.normalize(ours.statistics);

  const heldOut = await ours.heldOut();
  const heldOutFile = await theirs.put("held-out", heldOut.drawn);
  const checkpoints: ValidationLosses[] = [];
  const checkpoint = async (step: number) => {
    const both = async (weights: Weights) => ({
      ours: await ours.validate(heldOut.host, weights),
      theirs: await theirs.validate(heldOutFile, weights),
    });
    const measured = { step, average: await both("average"), network: await both("network") };
    checkpoints.push(measured);
    for (const weights of ["average", "network"] as const) {
      console.line(`step ${step}, held out, ${weights} weights: ${told(measured[weights])}`);
    }
  };

  using csv = await Deno.open(join(out, "losses.csv"), { write: true, create: true, truncate: true });
  const write = (line: string) => csv.write(new TextEncoder().encode(`${line}\n`));
  await write(csvHeader(control !== undefined));
  await checkpoint(0);
  const pairs: Pair[] = [];
  const show = showWork(console, "training side by side", "steps");
  for await (const host of ours.batches()) {
    const drawn = await ours.drawn(host, pairs.length);
    const file = await theirs.put("inputs", drawn);
    for (const tensor of Object.values(drawn)) tensor.dispose();
    const [mine, example] = [await ours.train(host), await theirs.train(file)];
    const third = control === undefined ? {} : { control: await control.train(file) };
    const pair: Pair = { step: pairs.length + 1, ours: mine, theirs: example, ...third };
    pairs.push(pair);
    await write(csvLine(pair));
    show(pair.step, steps);
    if (pair.step === 1 || pair.step % 10 === 0) console.line(`step ${pair.step}: ${told(pair)}`);
    if (pair.step % every === 0 || pair.step === steps) await checkpoint(pair.step);
    if (pair.step === steps) break;
  }
  console.endProgress();

  const noises = await ours.noises(Math.min(32, batch));
  const samples = async (weights: Weights) => ({
    ours: await ours.sample(noises.shape[0]!, weights),
    theirs: await theirs.sample(noises, weights),
    ...control && { control: await control.sample(noises, weights) },
  });
  const grids = { average: await samples("average"), network: await samples("network") };
  const within = await writeOutcome(out, console, {
    ours: ours.description,
    theirs: theirs.description,
    batch,
    tolerance,
    pairs,
    checkpoints,
    grids,
  });
  Deno.exitCode = within ? 0 : 1;
} finally {
  for (const side of started) await side.stop();
  await Deno.remove(work, { recursive: true });
}
Deno.exit();

/** Has a side stopped in the end. */
function keep<T extends { stop(): Promise<unknown> }>(side: T): T {
  started.push(side);
  return side;
}

/** The example's weights as a checkpoint, made by the command that a user types. */
async function imported(theirs: Theirs): Promise<string> {
  const { network, average } = await theirs.save();
  const checkpoint = join(out, "imported.safetensors");
  await Deno.remove(checkpoint).catch(() => {}); // of an earlier comparison
  const dataset = `dataset={use: image-folder, folder: ${JSON.stringify(folder)}, image_size: 64, resize: bilinear, ` +
    `batch_size: ${batch}, repeats: 5}`;
  const recipe = fileURLToPath(new URL("../../recipes/keras-ddim.yaml", import.meta.url));
  const overrides = [dataset, "backend=xla", `seed=${seed}`];
  const code = await denoise(["import", network, "--ema", average, "--recipe", recipe, "-o", checkpoint, ...overrides]);
  if (code !== 0) throw new Error(`Cannot compare: the import of the example's weights ended with code ${code}`);
  return checkpoint;
}
