/** `picture WHAT RUN`: pictures of models and schedules, for papers and pages. */
import { Argument, InvalidArgumentError, Option } from "commander";
import {
  animationPicture,
  builtins,
  type Console,
  DenoiseError,
  diffusionPicture,
  gridPicture,
  interpolationPicture,
  kidPicture,
  messages,
  neighboursPicture,
  type PictureResult,
  samplersPicture,
  schedulePicture,
  stepsPicture,
  terminal,
  trajectoryPicture,
} from "../mod.ts";
import {
  type AddCommand,
  consoleFor,
  defined,
  largestSeed,
  overridesOfRun,
  scaleOption,
  seedOption,
  smoothOption,
  trustOf,
  type TrustOptions,
  untilInterrupted,
  wholeOption,
  withTrust,
} from "./command.ts";

type Options = Record<string, never>; // commander's: each function checks and types its own
type Draw = (
  target: string,
  options: Options & { overrides: string[]; signal: AbortSignal; plugins: typeof builtins },
  console: Console,
) => Promise<PictureResult>;

const bothWays = ["{ use: ddim, steps: 20 }", "{ use: ddim, steps: 20, stochasticity: 1 }"];

/** Every sampler that takes a number of steps, and the two of DDPM: what clear-diffusion-keras compares. */
const allSamplers = [
  ...builtins.names("sampler").filter((name) => name !== "dpm-adaptive"),
  "{ use: ddim, stochasticity: 1 }",
  "{ use: ddim, stochasticity: 1, variance_preserving: false }",
];

const samplerText =
  'one of the recipe, a plugin, or both with options, such as "{ use: ddim, steps: 50, stochasticity: 1 }"';

const fileText =
  "output file; its extension picks the format; - writes a PNG to standard output (default: pictures/ in the run folder, else the current folder)";

interface Picture {
  readonly name: string;
  readonly summary: string;
  readonly target?: string;
  readonly draw: Draw;
  readonly options: readonly Option[];
}

const batch = wholeOption("--batch <n>", "pictures generated at the same time (default: the training batch size)");
const oneSeed = (text: string) => wholeOption("--seed <n>", `${text} (default: 0)`, 0, largestSeed);
const generating = [seedOption("the others count up from it"), batch];
const sampler = () => new Option("--sampler <what>", `${samplerText} (default: the first)`);
const samplers = (each: string, otherwise: readonly string[]) =>
  new Option("--samplers <what...>", `${samplerText}; ${each}`).default(otherwise);
const steps = wholeOption("--steps <n>", "diffusion steps, instead of the sampler's");
const listOfSteps = (text: string) => new Option("--steps <list>", text).argParser(wholeNumbers);
const listOfEvaluations = (text: string) => new Option("--evaluations <list>", text).argParser(wholeNumbers);
const rows = (text: string) => wholeOption("--rows <n>", text);
const columns = (text: string, least?: number) => wholeOption("--columns <n>", text, least);
const delay = (text: string) => wholeOption("--delay <ms>", `milliseconds ${text}`, 20);

/** Every picture, in the order of the list. */
const pictures: readonly Picture[] = [
  {
    name: "grid",
    summary: "Generated pictures in rows and columns, with their seeds",
    draw: gridPicture,
    options: [
      ...generating,
      sampler(),
      steps,
      rows("default: 4, or what a list of seeds takes"),
      columns("default: 8, and fewer for a short list of seeds"),
      scaleOption("size of a pixel in the grid (default: so that a picture has 72 pixels)"),
      smoothOption(),
    ],
  },
  {
    name: "steps",
    summary: "The same noise in 1, 2, 3, 5, 10 and 20 steps",
    draw: stepsPicture,
    options: [
      ...generating,
      sampler(),
      listOfSteps("numbers of steps, a row each (default: 1,2,3,5,10,20)"),
      new Option("--beside <run>", "another run or checkpoint: the same noises by its first sampler, as the last row"),
      columns("noises, a column each (default: 8, or a list of seeds)"),
    ],
  },
  {
    name: "samplers",
    summary: "The same noises by several samplers, each in as many evaluations of the network",
    draw: samplersPicture,
    options: [
      ...generating,
      samplers("a row each", allSamplers),
      listOfEvaluations("evaluations of the network for a picture, a group of columns each (default: 5,10,20,40)"),
      columns("noises, a column of each group (default: 3, or a list of seeds)"),
    ],
  },
  {
    name: "interpolation",
    summary: "Interpolation between two noises, along the arc that joins them; .gif and .webp are animated",
    draw: interpolationPicture,
    options: [
      oneSeed("seed of the first noise; the others count up from it"),
      batch,
      sampler(),
      steps,
      rows("pairs of noises, or animated rows (default: 4)"),
      columns("pictures of each pair, or animated columns (default: 9)", 2),
      wholeOption("--stops <n>", "noises that each animation passes through (default: 3)", 2),
      wholeOption("--frames <n>", "frames from one noise to the next (default: 16)"),
      delay("a frame (default: 80)"),
    ],
  },
  {
    name: "trajectory",
    summary: "Noisy image and predicted signal of each step, deterministic and stochastic; .gif and .webp are animated",
    draw: trajectoryPicture,
    options: [
      ...generating,
      samplers("two rows each", bothWays),
      steps,
      wholeOption("--evaluations <n>", "evaluations of the network for a picture, instead of steps").conflicts("steps"),
      columns("steps to show (default: 10), or animated pictures (default: 6)"),
      delay("a step (default: 150)"),
    ],
  },
  {
    name: "neighbours",
    summary: "Generated pictures beside the training pictures nearest to them: does it repeat what it was shown?",
    draw: neighboursPicture,
    options: [
      ...generating,
      sampler(),
      steps,
      wholeOption("--images <n>", "pictures to generate and to look for (default: 64, or a list of seeds)"),
      rows("generated pictures to show, the nearest ones (default: 8)"),
      columns("training pictures beside each (default: 5)"),
    ],
  },
  {
    name: "animation",
    summary: "The samples of a run while it trained, from the same noise; .png shows them in rows",
    draw: animationPicture,
    options: [
      rows("samples that a .png shows (default: 8)"),
      columns("pictures of each that a .png shows (default: 8)"),
      wholeOption("--frames <n>", "samples that an animation shows (default: 60)", 2),
      delay("a frame (default: 200)"),
    ],
  },
  {
    name: "schedule",
    summary: "Signal rate, noise rate and log-SNR over time: of a recipe, or of all schedules",
    target: "[recipe]",
    draw: (target, { overrides, ...options }, console) => {
      // Without a recipe, what comes first is an option already.
      const recipe = target === undefined || target.includes("=") ? undefined : target;
      const all = recipe === undefined && target !== undefined ? [target, ...overrides] : overrides;
      return schedulePicture({ ...options, overrides: all, recipe }, console);
    },
    options: [],
  },
  {
    name: "diffusion",
    summary: "One image over time: noisy, its signal, its noise, its velocity; .gif and .webp are animated",
    draw: diffusionPicture,
    options: [
      new Option("--image <file>", "a picture file (default: a validation picture)"),
      wholeOption("--item <n>", "index of the validation picture (default: 0)", 0),
      oneSeed("of the noise"),
      columns("times, or frames of an animation (default: 9, or 48)", 2),
      delay("a frame (default: 80)"),
    ],
  },
  {
    name: "kid",
    summary: "KID of several samplers by evaluations of the network; the numbers are kept in the run",
    draw: (target, { metric, images, features, weights, ...options }: Parameters<Draw>[1], console) => {
      const chosen = [metric, features, weights].some((given) => given !== undefined);
      const which = { metric: metric ?? "kid", ...(chosen ? {} : { otherwise: "feature-distance" }) };
      return kidPicture(target, { ...options, ...which, metricOptions: { images, features, weights } }, console);
    },
    options: [
      samplers("a line each", allSamplers),
      listOfEvaluations("evaluations of the network for a picture (default: 2,4,8,16,32,64)"),
      listOfSteps("numbers of steps, instead of evaluations").conflicts("evaluations"),
      wholeOption("--images <n>", "pictures to generate for each (default: the recipe's)", 2),
      new Option(
        "--metric <name>",
        "a metric that generates pictures (default: kid, or feature-distance where InceptionV3 cannot be downloaded)",
      ),
      new Option("--features <name>", "features that pictures are compared by (default: the recipe's)"),
      new Option("--weights <file>", "Keras .h5 file of InceptionV3, instead of the download"),
      new Option("--most <value>", "end of the axis; worse values are cut off").argParser(number),
    ],
  },
];

export const pictureCommand: AddCommand = (program, done, voice) => {
  const command = program.command("picture")
    .description("Draw pictures of a run: grids, trajectories, animations, schedules")
    .argument("[what]", "what to draw")
    .allowExcessArguments()
    .allowUnknownOption()
    .action((what: string | undefined) => {
      if (what !== undefined) throw new DenoiseError(messages.pictureUnknown(what, pictures.map(({ name }) => name)));
      voice.answer("picture (alone)", { pictures: pictures.map(({ name, summary }) => ({ name, summary })) });
      voice.say(list());
    });
  for (const { name, summary, target = "<run>", draw, options } of pictures) {
    const about = (target === "<run>" ? "" : "a recipe, ") + "a run folder, a checkpoint or exported weights";
    const one = withTrust(command.command(name))
      .description(summary)
      .addArgument(new Argument(target, name === "diffusion" ? `${about}, or a recipe` : about))
      .argument("[overrides...]", overridesOfRun)
      .option("-o, --out <file>", fileText)
      .action((target: string, words: string[], { plugins, trust, ...given }: Options & TrustOptions) =>
        untilInterrupted(done, async (signal) => {
          const { json: _, samplers, ...rest } = given as Options & { json?: boolean; samplers?: string[] };
          // `--samplers` takes all words up to the next option, and an override among them is not a sampler.
          const named = samplers?.filter((word) => !terminal.isOverride(word));
          const said = trustOf({ plugins, trust }, [...words, ...samplers?.filter(terminal.isOverride) ?? []]);
          const options = { plugins: builtins, signal, ...said, ...defined({ ...rest, samplers: named }) };
          const console = consoleFor(voice, [(options as { out?: string }).out]);
          voice.answer("picture", await draw(target, options as never, console));
        })
      );
    for (const option of options) one.addOption(option);
  }
};

/** The pictures, a line each. */
function list(): string {
  const width = Math.max(...pictures.map(({ name }) => name.length));
  return [
    ...pictures.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`),
    "",
    "deno task picture grid runs/quickstart -o grid.png",
    "deno task picture grid --help   lists its options",
  ].join("\n");
}

/** Whole numbers of at least 1 with commas between, from the command line, after those of the same option before it. */
function wholeNumbers(text: string, before: readonly number[] = []): number[] {
  const values = text.split(",").map(Number);
  if (values.every((value) => Number.isSafeInteger(value) && value >= 1)) return [...before, ...values];
  throw new InvalidArgumentError("Expected whole numbers of at least 1, such as 1,2,5,10");
}

/** A number, from the command line. */
function number(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && text.trim() !== "") return value;
  throw new InvalidArgumentError("Expected a number");
}
