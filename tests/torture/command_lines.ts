/** Command lines of every command, most of them wrong: each ends with an exit code and words, and writes where it may. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { createProgram } from "../../cli/main.ts";
import { drawsOf, type TrialDraws } from "./draws.ts";
import { oddities } from "./recipe_mutations.ts";
import { smallRun } from "./small_run.ts";
import type { Fault, Torture } from "./types.ts";
import { unseenIn, wordsAtFault } from "./sentence.ts";

/** What came of one command line. */
export interface CommandEnd {
  /** Exit code; undefined where it did not end in time. */
  readonly code: number | undefined;
  readonly out: string;
  readonly error: string;
}

const batch = 200; // command lines of one process
const mostFaults = 50;

const torture: Torture = {
  name: "command-lines",
  summary: "command lines of every command end with exit code 0, 1 or 2, in words, and write nothing elsewhere",
  trials: { short: 60, default: 2_000, hour: 60_000 },
  async run({ seed, first = 0, trials, folder, signal, progress }) {
    const scene = join(folder, "scene");
    await Deno.mkdir(join(scene, "here", "empty"), { recursive: true });
    const { run, checkpoint, recipe } = await smallRun(scene);
    // Training would start with it, were there a picture.
    const untrainable = join(scene, "here", "untrainable.yaml");
    const empty = JSON.stringify(join(scene, "here", "empty"));
    await Deno.writeTextFile(
      untrainable,
      (await Deno.readTextFile(recipe)).replace(/folder: "(?:[^"\\]|\\.)*"/, () => `folder: ${empty}`),
    );
    const targets = { run, checkpoint, untrainable };
    const commands = commandsOf(createProgram([], () => {}), []);
    const before = await trained(scene);
    const faults: Fault[] = [];
    const codes = new Map<number | undefined, number>();
    let done = 0;
    while (done < trials && !signal.aborted && faults.length < mostFaults) {
      const count = Math.min(batch, trials - done);
      const lines = Array.from(
        { length: count },
        (_, i) => lineOf(commands, targets, drawsOf(seed, first + done + i)),
      );
      const ended = await runAll(lines, scene);
      for (const [i, line] of lines.entries()) {
        const one = ended[i] ?? { code: undefined, out: "", error: "The process ended before it came to this one" };
        codes.set(one.code, (codes.get(one.code) ?? 0) + 1);
        const wrong = whatIsWrong(one);
        if (wrong.length > 0) {
          faults.push({ trial: first + done + i, what: wrong.join("; "), input: JSON.stringify(line) });
        }
        if (ended[i] === undefined) break;
      }
      done += count;
      progress(done, trials);
    }
    for (const file of await trained(scene)) {
      if (!before.has(file)) faults.push({ trial: first, what: `A command line trained: "${file}"` });
    }
    const figures = Object.fromEntries([0, 1, 2].map((code) => [`exit code ${code}`, codes.get(code) ?? 0]));
    return { trials: done, faults, figures };
  },
};

export default torture;

interface Known {
  readonly path: readonly string[];
  readonly command: Command;
}

function commandsOf(command: Command, path: readonly string[]): Known[] {
  return command.commands.flatMap((one) => {
    const own = [...path, one.name()];
    return [{ path: own, command: one }, ...commandsOf(one, own)];
  });
}

interface Targets {
  readonly run: string;
  readonly checkpoint: string;
  readonly untrainable: string;
}

/** A command line: a command, some of its options and arguments, and something odd among them. */
function lineOf(commands: readonly Known[], targets: Targets, draws: TrialDraws): string[] {
  if (draws.chance(0.05)) return Array.from({ length: draws.whole(0, 4) }, () => anything(draws));
  const { path, command } = draws.pick(commands);
  const words: string[] = [];
  for (const argument of command.registeredArguments) {
    if (!argument.required && draws.chance(0.5)) continue;
    const times = argument.variadic ? draws.whole(0, 3) : draws.chance(0.08) ? 0 : 1;
    for (let i = 0; i < times; i++) words.push(argumentOf(argument.name(), path, targets, draws));
  }
  for (const option of command.options) {
    if (!option.mandatory && draws.chance(0.7)) continue;
    words.push(draws.chance(0.1) && option.short ? option.short : option.long!);
    if (option.required || option.optional) {
      for (let i = option.variadic ? draws.whole(1, 3) : 1; i > 0; i--) {
        words.push(valueOf(option.flags, targets, draws));
      }
    }
  }
  const odd = draws.pick([0, 0, 1, 2]);
  for (let i = 0; i < odd; i++) {
    const at = draws.whole(0, words.length);
    draws.pick([
      () => words.splice(at, 0, anything(draws)),
      () => words.splice(at, 1),
      () => words.splice(at, 0, words[at] ?? "--help"),
      () => words[at] !== undefined && words.splice(at, 1, withOdd(words[at], draws)),
    ])();
  }
  return [...path, ...words];
}

const overrides =
  "network.block_depth=1 samplers.preview.steps=2 seed=7 seed=007 name=x backend=cpu backend=wasm metrics=[] " +
  "dataset.image_size=16 dataset=image-folder nothing =1 network=residual-unet schedule=cosine,linear train.steps=1 " +
  "samplers.preview=ddim,multistep train.epochs=1,2 metrics.0.every=x plugins=[x.ts] dataset.folder=~/x a=b=c [0]=1 ema.decay=2";

function argumentOf(name: string, path: readonly string[], targets: Targets, draws: TrialDraws): string {
  if (draws.chance(0.2)) return anything(draws);
  // Commands that would train get a recipe whose folder is empty; what downloads gets no name that exists.
  const trains = ["run", "sweep"].includes(path[0]!);
  switch (name) {
    case "recipe":
      return trains ? targets.untrainable : draws.pick([targets.untrainable, targets.run, targets.checkpoint]);
    case "run":
      return path.includes("kid") ? "nowhere" : draws.pick([targets.run, targets.checkpoint, targets.untrainable]);
    case "overrides":
    case "settings":
      return draws.pick(overrides.split(" "));
    case "kind":
      return draws.pick(["sampler", "network", "backend", "samplers"]);
    case "name":
      return path[0] === "runtime"
        ? draws.pick(["cpuu", "", "tpu1"])
        : draws.pick(["my-sampler", "ddim", "sampler/ddim", "noise"]);
    default:
      return anything(draws);
  }
}

function valueOf(flags: string, targets: Targets, draws: TrialDraws): string {
  if (draws.chance(0.2)) return anything(draws);
  if (/<(n|ms)>/.test(flags)) {
    return draws.pick(["1", "2", "3", "0", "-1", "1.5", "1e9", "x", "", "٣", "99999999999", "0x2"]);
  }
  if (/<list>/.test(flags)) return draws.pick(["1", "1,2", "1,,2", "1,x", ",", "2,1"]);
  if (/sampler|<what/.test(flags)) {
    return draws.pick(["preview", "ddim", "{ use: ddim, steps: 2 }", "{ use: x }", "pre\u200bview", "{", ""]);
  }
  if (/--recipe/.test(flags)) return targets.untrainable;
  const files =
    "a.png a.svg a.webp a.gif a.mmd a.md a.json a.safetensors a.txt sub/a.png ../a.png . .. a.yaml ~/a.png $HOME/a.svg";
  return draws.pick(files.split(" "));
}

function anything(draws: TrialDraws): string {
  return draws.pick([
    () =>
      draws.pick("run sample --help -h --version -o -- - help validate --fresh --dry-run --count=3 --seed".split(" ")),
    () => draws.pick(oddities),
    () =>
      draws.pick([
        "",
        " ",
        "\n",
        "\r\n",
        "'x'",
        '"x"',
        "nowhere.yaml",
        "nowhere",
        ".",
        "..",
        "/dev/null",
        "file:///x",
        "~",
        "%TEMP%",
      ]),
    () =>
      draws.pick([
        "—fresh",
        "–count",
        "−1",
        "--çount",
        "--unknown",
        "--count",
        "-x",
        "--steps=",
        "--=",
        "a".repeat(5000),
      ]),
    () => draws.pick(overrides.split(" ")),
  ])();
}

function withOdd(word: string, draws: TrialDraws): string {
  const at = draws.whole(0, word.length);
  return word.slice(0, at) + draws.pick(oddities) + word.slice(at);
}

/** Runs command lines in a process that may write into the scene and nowhere else, and has neither network nor FFI. */
async function runAll(lines: readonly string[][], scene: string): Promise<CommandEnd[]> {
  const [from, to] = [join(scene, "lines.json"), join(scene, "ended.jsonl")];
  await Deno.writeTextFile(from, JSON.stringify(lines));
  await Deno.writeTextFile(to, "");
  const child = fileURLToPath(new URL("command_lines_child.ts", import.meta.url));
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      "--allow-sys=cpus,homedir",
      "--allow-ffi", // of the codec of pictures
      `--allow-write=${scene}`,
      child,
      from,
      to,
      join(scene, "here"),
    ],
    env: { DENOISE_CACHE: join(scene, "cache") },
    stdout: "null",
    stderr: "piped",
  }).output();
  const ended: CommandEnd[] = (await Deno.readTextFile(to)).split("\n").filter((line) => line !== "").map((line) =>
    JSON.parse(line)
  );
  if (ended.length < lines.length) {
    ended.push({
      code: undefined,
      out: "",
      error: `The process died: ${new TextDecoder().decode(stderr).slice(-2000)}`,
    });
  }
  return ended;
}

function whatIsWrong({ code, out, error }: CommandEnd): string[] {
  const wrong: string[] = [];
  if (code === undefined) wrong.push(`did not end: ${error}`);
  else if (![0, 1, 2].includes(code)) wrong.push(`exit code ${code}`);
  if (code !== 0 && error.trim() === "") wrong.push("failed without a word");
  if (/hit an unexpected error|^\s+at .*[.]ts:\d+/m.test(error + out)) {
    wrong.push(`a stack: ${error.slice(0, 1500)}`);
  }
  for (const line of error.split("\n")) {
    wrong.push(
      ...wordsAtFault(line).filter((fault) => fault.startsWith("words")).map((fault) => `${fault} in ${line}`),
    );
  }
  const forbidden = /requires (write|net|run)\b.*/i.exec(error)?.[0];
  // To write to /dev/null changes nothing.
  if (forbidden !== undefined && !forbidden.includes('"/dev/null"')) wrong.push(`tried what it must not: ${forbidden}`);
  for (const text of [out, error]) {
    const hidden = unseenIn(text);
    if (hidden !== undefined) wrong.push(`printed ${hidden}`);
  }
  return wrong;
}

/** Logs and checkpoints below a folder. */
async function trained(folder: string): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) { for (const inner of await trained(path)) found.add(inner); }
    else if (name === "log.jsonl" || /^step-\d+\.safetensors$/.test(name)) found.add(path);
  }
  return found;
}
