/** `picture WHAT RUN`: pictures of models and schedules, for papers and pages. */
import { Argument, InvalidArgumentError, Option } from "commander";
import {
  animationPicture,
  builtins,
  DenoiseError,
  diffusionPicture,
  gridPicture,
  interpolationPicture,
  kidPicture,
  messages,
  type PictureResult,
  schedulePicture,
  stepsPicture,
  terminalConsole,
  trajectoryPicture,
} from "../mod.ts";
import {
  type AddCommand,
  defined,
  largestSeed,
  overridesOfRun,
  say,
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
  console: ReturnType<typeof terminalConsole>,
) => Promise<PictureResult>;

/** As clear-diffusion-keras draws its main grids: 200 steps of DDPM with the large variance. */
const ddpm = "{ use: ddim, steps: 200, stochasticity: 1, variance_preserving: false }";
const bothWays = ["{ use: ddim, steps: 20 }", "{ use: ddim, steps: 20, stochasticity: 1 }"];

/** Every sampler as it is, and the two of DDPM: what clear-diffusion-keras compares. */
const allSamplers = [
  ...builtins.names("sampler"),
  "{ use: ddim, stochasticity: 1 }",
  "{ use: ddim, stochasticity: 1, variance_preserving: false }",
];

const samplerText =
  'one of the recipe, a plugin, or both with options, such as "{ use: ddim, steps: 50, stochasticity: 1 }"';

const fileText =
  "output file; its extension picks the format (default: pictures/ in the run folder, else the current folder)";

interface Picture {
  readonly name: string;
  readonly summary: string;
  readonly target?: string;
  readonly draw: Draw;
  readonly options: readonly Option[];
}

const generating = [
  wholeOption("--seed <n>", "seed of the first picture; the others count up from it (default: 0)", 0, largestSeed),
  wholeOption("--batch <n>", "pictures generated at the same time (default: the training batch size)"),
];
const sampler = (otherwise?: string) =>
  otherwise === undefined
    ? new Option("--sampler <what>", `${samplerText} (default: the first)`)
    : new Option("--sampler <what>", samplerText).default(otherwise);
const samplers = (each: string, otherwise: readonly string[]) =>
  new Option("--samplers <what...>", `${samplerText}; ${each}`).default(otherwise);
const steps = wholeOption("--steps <n>", "diffusion steps, instead of the sampler's");
const listOfSteps = (text: string) => new Option("--steps <list>", text).argParser(wholeNumbers);
const rows = (text: string) => wholeOption("--rows <n>", text);
const columns = (text: string, least?: number) => wholeOption("--columns <n>", text, least);
const delay = (text: string) => wholeOption("--delay <ms>", `milliseconds ${text}`, 20);

/** Every picture, in the order of the list. */
const pictures: readonly Picture[] = [
  {
    name: "grid",
    summary: "Generated pictures in rows and columns, by 200 steps of DDPM unless told otherwise",
    draw: gridPicture,
    options: [
      ...generating,
      sampler(ddpm),
      steps,
      rows("default: 4"),
      columns("default: 8"),
      wholeOption("--scale <n>", "size of a pixel in the grid (default: so that a picture has 64 pixels)"),
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
      columns("noises, a column each (default: 8)"),
    ],
  },
  {
    name: "interpolation",
    summary: "Interpolation between two noises, along the arc that joins them; .gif and .webp are animated",
    draw: interpolationPicture,
    options: [
      ...generating,
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
      columns("steps to show (default: 10), or animated pictures (default: 6)"),
      delay("a step (default: 150)"),
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
      wholeOption("--seed <n>", "of the noise (default: 0)", 0, largestSeed),
      columns("times, or frames of an animation (default: 9, or 48)", 2),
      delay("a frame (default: 80)"),
    ],
  },
  {
    name: "kid",
    summary: "KID against steps for several samplers; the numbers are kept in the run",
    draw: (target, { images, features, weights, ...options }: Parameters<Draw>[1], console) =>
      kidPicture(target, { ...options, metric: "kid", metricOptions: { images, features, weights } }, console),
    options: [
      samplers("a line each", allSamplers),
      listOfSteps("numbers of steps (default: 2,4,8,16,32,64)"),
      wholeOption("--images <n>", "pictures to generate for each (default: the recipe's)", 2),
      new Option("--features <name>", "features that pictures are compared by (default: the recipe's)"),
      new Option("--weights <file>", "Keras .h5 file of InceptionV3, instead of the download"),
      new Option("--most <value>", "end of the axis; worse values are cut off").argParser(number),
    ],
  },
];

export const pictureCommand: AddCommand = (program, done) => {
  const command = program.command("picture")
    .description("Draw pictures of a run: grids, trajectories, animations, schedules")
    .argument("[what]", "what to draw")
    .allowExcessArguments()
    .allowUnknownOption()
    .action((what: string | undefined) => {
      if (what !== undefined) throw new DenoiseError(messages.pictureUnknown(what, pictures.map(({ name }) => name)));
      say(list());
    });
  for (const { name, summary, target = "<run>", draw, options } of pictures) {
    const about = (target === "<run>" ? "" : "a recipe, ") + "a run folder, a checkpoint or exported weights";
    const one = withTrust(command.command(name))
      .description(summary)
      .addArgument(new Argument(target, name === "diffusion" ? `${about}, or a recipe` : about))
      .argument("[overrides...]", overridesOfRun)
      .option("-o, --out <file>", fileText)
      .action((target: string, words: string[], { plugins, trust, ...given }: Options & TrustOptions) =>
        untilInterrupted(
          done,
          (signal) => {
            const said = trustOf({ plugins, trust }, words);
            return draw(target, { plugins: builtins, signal, ...said, ...defined(given) } as never, terminalConsole());
          },
        )
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

/** Whole numbers of at least 1 with commas between, from the command line. */
function wholeNumbers(text: string): number[] {
  const values = text.split(",").map(Number);
  if (values.every((value) => Number.isSafeInteger(value) && value >= 1)) return values;
  throw new InvalidArgumentError("Expected whole numbers of at least 1, such as 1,2,5,10");
}

/** A number, from the command line. */
function number(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && text.trim() !== "") return value;
  throw new InvalidArgumentError("Expected a number");
}
