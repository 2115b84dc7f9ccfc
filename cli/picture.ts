/** `picture WHAT RUN`: pictures of models and schedules, for papers and pages. */
import { Argument, type Command, InvalidArgumentError } from "commander";
import {
  animationPicture,
  builtins,
  DenoiseError,
  diffusionPicture,
  gridPicture,
  interpolationPicture,
  interruptedCode,
  kidPicture,
  onInterrupt,
  type PictureResult,
  schedulePicture,
  stepsPicture,
  terminalConsole,
  trajectoryPicture,
} from "../mod.ts";
import { pictureUnknown } from "../pipeline/messages/pictures.ts";
import { type AddCommand, defined, wholeNumber } from "./command.ts";

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

interface Picture {
  readonly name: string;
  readonly summary: string;
  readonly target?: string;
  readonly draw: Draw;
  readonly add: (command: Command) => Command;
}

const whole = (least: number) => wholeNumber(least);
const generating = (command: Command) =>
  command
    .option("--seed <n>", "seed of the first picture; each further one has the next (default: 0)", whole(0))
    .option("--batch <n>", "pictures generated at the same time (default: the batch of training)", whole(1));

/** Every picture, in the order of the list. */
const pictures: readonly Picture[] = [
  {
    name: "grid",
    summary: "Generated pictures in rows and columns, by 200 steps of DDPM unless told otherwise",
    draw: gridPicture,
    add: (command) =>
      generating(command)
        .option("--sampler <what>", samplerText, ddpm)
        .option("--steps <n>", "diffusion steps, in place of the sampler's", whole(1))
        .option("--rows <n>", "default: 4", whole(1))
        .option("--columns <n>", "default: 8", whole(1))
        .option("--scale <n>", "each pixel is repeated this often (default: to 64 pixels a picture)", whole(1)),
  },
  {
    name: "steps",
    summary: "The same noise in 1, 2, 3, 5, 10 and 20 steps",
    draw: stepsPicture,
    add: (command) =>
      generating(command)
        .option("--sampler <what>", `${samplerText} (default: the first)`)
        .option("--steps <list>", "numbers of steps, a row each (default: 1,2,3,5,10,20)", wholeNumbers)
        .option("--columns <n>", "noises, a column each (default: 8)", whole(1)),
  },
  {
    name: "interpolation",
    summary: "What lies between two noises, along the arc that joins them; .gif and .webp move",
    draw: interpolationPicture,
    add: (command) =>
      generating(command)
        .option("--sampler <what>", `${samplerText} (default: the first)`)
        .option("--steps <n>", "diffusion steps, in place of the sampler's", whole(1))
        .option("--rows <n>", "pairs of noises, or rows that move (default: 4)", whole(1))
        .option("--columns <n>", "pictures of each pair, or columns that move (default: 9)", whole(2))
        .option("--stops <n>", "noises that each moving picture passes (default: 3)", whole(2))
        .option("--frames <n>", "frames from a noise to the next (default: 16)", whole(1))
        .option("--delay <ms>", "milliseconds a frame (default: 80)", whole(20)),
  },
  {
    name: "trajectory",
    summary: "Noisy image and predicted signal of each step, deterministic and stochastic; .gif and .webp move",
    draw: trajectoryPicture,
    add: (command) =>
      generating(command)
        .option("--samplers <what...>", `${samplerText}; two rows each`, bothWays)
        .option("--steps <n>", "diffusion steps, in place of the samplers'", whole(1))
        .option("--columns <n>", "steps that are shown (default: 10), or pictures that move (default: 6)", whole(1))
        .option("--delay <ms>", "milliseconds a step (default: 150)", whole(20)),
  },
  {
    name: "animation",
    summary: "The samples of a run while it trained, from the same noise; .png shows them in rows",
    draw: animationPicture,
    add: (command) =>
      command
        .option("--rows <n>", "samples that a .png shows (default: 8)", whole(1))
        .option("--columns <n>", "pictures of each that a .png shows (default: 8)", whole(1))
        .option("--frames <n>", "samples that an animation shows (default: 60)", whole(2))
        .option("--delay <ms>", "milliseconds a frame (default: 200)", whole(20)),
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
    add: (command) => command,
  },
  {
    name: "diffusion",
    summary: "One image over time: noisy, its signal, its noise, its velocity; .gif and .webp move",
    draw: diffusionPicture,
    add: (command) =>
      command
        .option("--image <file>", "a picture file (default: a picture that is held out)")
        .option("--item <n>", "number of the picture that is held out (default: 0)", whole(0))
        .option("--seed <n>", "of the noise (default: 0)", whole(0))
        .option("--columns <n>", "times, or frames that move (default: 9, or 48)", whole(2))
        .option("--delay <ms>", "milliseconds a frame (default: 80)", whole(20)),
  },
  {
    name: "kid",
    summary: "KID against steps for several samplers; what is measured is kept in the run",
    draw: (target, { images, features, weights, ...options }: Parameters<Draw>[1], console) =>
      kidPicture(target, { ...options, metric: "kid", metricOptions: { images, features, weights } }, console),
    add: (command) =>
      command
        .option("--samplers <what...>", `${samplerText}; a line each`, allSamplers)
        .option("--steps <list>", "numbers of steps (default: 2,4,8,16,32,64)", wholeNumbers)
        .option("--images <n>", "pictures that are generated for each (default: the recipe's)", whole(2))
        .option("--features <name>", "what pictures are compared by (default: the recipe's)")
        .option("--weights <file>", "Keras .h5 file of InceptionV3, instead of the download")
        .option("--most <value>", "where the axis ends; what is worse is cut off", number),
  },
];

export const pictureCommand: AddCommand = (program, done) => {
  const command = program.command("picture")
    .description("Draw pictures of a run: grids, trajectories, animations, schedules")
    .argument("[what]", "what to draw")
    .allowExcessArguments()
    .allowUnknownOption()
    .action((what: string | undefined) => {
      if (what !== undefined) throw new DenoiseError(pictureUnknown(what, pictures.map(({ name }) => name)));
      console.log(list());
    });
  for (const { name, summary, target = "<run>", draw, add } of pictures) {
    const about = target === "<run>" ? "a run folder or a checkpoint" : "a recipe, a run folder or a checkpoint";
    const one = command.command(name)
      .description(summary)
      .addArgument(new Argument(target, name === "diffusion" ? `${about}, or a recipe` : about))
      .argument("[overrides...]", "what to change in its recipe, such as backend=cpu")
      .option("-o, --out <file>", "where to; what it ends in says which kind of file (default: in the run folder)");
    add(one).action(async (target: string, overrides: string[], options: Options) => {
      using interruption = onInterrupt();
      const { signal } = interruption;
      const output = terminalConsole();
      try {
        await draw(target, { plugins: builtins, overrides, signal, ...defined(options) } as never, output);
      } catch (error) {
        if (!signal.aborted || error !== signal.reason) throw error;
        output.line("stopped before the picture was drawn");
        done(interruptedCode);
      }
    });
  }
};

/** The pictures, a line each. */
function list(): string {
  const width = Math.max(...pictures.map(({ name }) => name.length));
  return [
    ...pictures.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`),
    "",
    "deno task picture grid runs/quickstart -o grid.png",
    "deno task picture grid --help   says what else it takes",
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
