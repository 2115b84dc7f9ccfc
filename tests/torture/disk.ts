/** A file system that fails: the program says so in words, loses nothing, and continues once the disk is well again. */
import { join } from "node:path";
import { type Failure, failuresOf, logged, uselessCache } from "./disk/places.ts";
import { drawsOf } from "./draws.ts";
import { copyFolder, Rehearsal, type Rehearsed } from "./kills/rehearsal.ts";
import { type Ended, runProcess } from "./process.ts";
import type { SceneCommand } from "./scenes.ts";
import { readState, type Shim } from "./shim/mod.ts";
import { age, folderDifferences, HalfThere, leftBehind, readTree, unfinished } from "./tree.ts";
import type { Fault, Torture, TortureOptions, TortureResult } from "./types.ts";

/** A process that is to fail at one place. */
interface Attempt {
  readonly rehearsed: Rehearsed;
  /** The step of the scene whose process fails; those before it have run. */
  readonly step: number;
  readonly line: SceneCommand;
  readonly failure: Failure;
}

/** Scenes whose processes are attacked, in turn. */
const turns = ["train", "resume", "download", "train", "resume", "runtime", "use", "train", "resume", "sweep"] as const;

async function run(options: TortureOptions): Promise<TortureResult> {
  const { seed, first = 0, trials, folder, signal, progress } = options;
  await using rehearsal = await Rehearsal.open(folder);
  const { shim } = rehearsal;
  if (typeof shim === "string") return { trials: 0, faults: [], figures: { "not done": shim } };
  const plans = new Map<string, Promise<Attempt[]>>();
  const faults: Fault[] = [];
  const counts = { "ended with a message": 0, "came to their end": 0, "not reached": 0 };
  let done = 0;
  for (; done < trials && !signal.aborted; done++) {
    progress(done, trials);
    const trial = first + done;
    const turn = trial % turns.length;
    const scene = turns[turn]!;
    const plan = plans.get(scene) ?? planOf(await rehearsal.scene(scene), shim, seed, folder);
    plans.set(scene, plan);
    // The how-manieth trial of this scene it is, from 0 on.
    const times = (until: number) => turns.slice(0, until).filter((each) => each === scene).length;
    const number = Math.floor(trial / turns.length) * times(turns.length) + times(turn);
    const attempts = await plan;
    const attempt = attempts[number % attempts.length]!;
    const { what, outcome } = await tryOne(attempt, shim, join(folder, `trial-${trial}`));
    counts[outcome]++;
    const input = `${attempt.rehearsed.scene.name}, ${attempt.line.args.join(" ")}: ${attempt.failure.what}`;
    if (what.length > 0) faults.push({ trial, what: what.join("; "), input });
  }
  progress(done, trials);
  const known = (await Promise.all(plans.values())).reduce((sum, { length }) => sum + length, 0);
  return { trials: done, faults, figures: { "places × ways": known, ...counts } };
}

/** All failures of a scene's processes; in an order of the seed, but each kind of place once before any comes again. */
async function planOf(rehearsed: Rehearsed, shim: Shim, seed: number, folder: string): Promise<Attempt[]> {
  const { scene: { name, steps }, start } = rehearsed;
  const attempts: Attempt[] = [];
  const own = join(folder, "logged");
  await copyFolder(start, own);
  for (const [step, [line]] of steps.entries()) {
    const log = join(folder, `${name}-${step}.log`);
    const plan = { folder: own, operations: logged, at: 0, how: "kill", log } as const;
    const env = shim.environment(plan, join(folder, "logged.state"));
    await runProcess(line!.args, { folder: own, program: line!.program, env });
    const failures = failuresOf(await Deno.readTextFile(log));
    await Deno.remove(log);
    const more = name === "train" || name === "resume" ? uselessCache : [];
    for (const failure of [...more, ...failures]) attempts.push({ rehearsed, step, line: line!, failure });
  }
  await Deno.remove(own, { recursive: true });
  const draws = drawsOf(seed, 0);
  const seen = new Map<string, number>();
  return attempts.map((attempt) => {
    const key = `${attempt.step} ${attempt.failure.what.replace(/^.* at /, "")}`;
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return { attempt, order: times + draws.next() };
  }).sort((a, b) => a.order - b.order).map(({ attempt }) => attempt);
}

type Outcome = "ended with a message" | "came to their end" | "not reached";

async function tryOne(
  { rehearsed, step, line, failure }: Attempt,
  shim: Shim,
  folder: string,
): Promise<{ what: string[]; outcome: Outcome }> {
  const { scene: { steps }, start, calm } = rehearsed;
  await copyFolder(start, folder);
  for (const [{ args, program }] of steps.slice(0, step) as [SceneCommand][]) {
    await runProcess(args, { folder, program });
  }
  const state = `${folder}.state`;
  const env = shim.environment({ folder, ...failure.plan }, state);
  const ended = await runProcess(line.args, { folder, program: line.program, env });
  const { hit, path } = await readState(state);
  await Deno.remove(state).catch(() => {});
  const what = wrongWith(ended, path.slice(folder.length + 1), failure.harmless);
  const look = async (whole: boolean) => {
    const tree = await readTree(folder).catch((error) => {
      if (error instanceof HalfThere) return error.message;
      throw error;
    });
    return typeof tree === "string" ? [tree] : folderDifferences(tree, calm, whole);
  };
  const soon = await look(false);
  await age(folder);
  what.push(...soon.map((text) => `right after it, ${text}`));
  // The disk is well again: all that is left to do comes to the end that nothing disturbed.
  for (const [{ args, program }] of steps.slice(step) as [SceneCommand][]) {
    const { code, complaint, output } = await runProcess(args, { folder, program });
    if (code !== 0) what.push(`afterwards "${args[0]}" ends with ${code}: ${complaint || output}`);
  }
  const left = (await leftBehind(folder)).map((path) => `${path} is left behind`);
  // A training is complete without its report, and says so; it is not written again where nothing is left to train.
  const told = ended.code === 0 && ended.complaint.includes("Cannot write the report");
  const wrong = (await look(true)).filter((text) => !(told && text.endsWith("report.html is missing")));
  what.push(...[...wrong, ...left].map((text) => `at the end, ${text}`));
  if (what.length > 0) what.push(`it had ended with ${ended.code} and said: ${ended.complaint.slice(0, 1500)}`);
  else await Deno.remove(folder, { recursive: true });
  return { what, outcome: hit === 0 ? "not reached" : ended.code === 0 ? "came to their end" : "ended with a message" };
}

/** What is wrong with how a process ended whose file system failed at a path. */
function wrongWith({ code, hung, killed, complaint }: Ended, path: string, harmless: boolean): string[] {
  if (hung) return ["the process hung"];
  if (killed || code > 1) return [`the process ended with ${code}`];
  const what: string[] = [];
  if (/^\s+at .*:\d+:\d+\)?$/m.test(complaint) || /does not expect|Uncaught/.test(complaint)) {
    what.push("it prints a stack trace");
  }
  if (code === 0) return what;
  if (harmless) what.push("it stopped, and need not have");
  if (!namesPath(complaint, path)) what.push(`its message does not name ${path}`);
  if (!/\n {2}\S/.test(complaint)) what.push("its message does not say what to do");
  return what;
}

/** Whether a message names a path, or the file whose temporary one it is, or a folder above it. */
function namesPath(message: string, path: string): boolean {
  const final = path.replace(unfinished, "");
  const parts = final.split("/");
  return parts.some((_, i) => parts.length - i > 0 && message.includes(parts.slice(0, parts.length - i).join("/")));
}

export default {
  name: "disk",
  summary: "a file system that fails at one place: a message in words, no loss, and it continues when the disk is well",
  trials: { short: 6, default: 50, hour: 500 },
  run,
} satisfies Torture;
