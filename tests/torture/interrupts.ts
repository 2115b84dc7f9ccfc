/** Attack `interrupts`: signals at random moments of random commands. */
import { join } from "node:path";
import { drawsOf } from "./draws.ts";
import { makePlace, type Workplace } from "./interrupts/place.ts";
import { command, type InterruptedEnd, type SignalPlan, stageOf } from "./interrupts/process.ts";
import type { Fault, Torture, TortureOptions, TortureResult } from "./types.ts";

/** Ways to interrupt, each with the exit codes that it may lead to besides 0: that of the signal, in whatever way. */
const ways: Readonly<Record<string, { signals: SignalPlan["signals"]; code: number }>> = {
  "Ctrl-C": { signals: [["SIGINT", 0]], code: 130 },
  "Ctrl-C with three echoes": { signals: [["SIGINT", 0], ["SIGINT", 1], ["SIGINT", 30], ["SIGINT", 120]], code: 130 },
  "Ctrl-C, and again after a second": { signals: [["SIGINT", 0], ["SIGINT", 1000]], code: 130 },
  "SIGTERM": { signals: [["SIGTERM", 0]], code: 143 },
  // Without a terminal it is ignored once the command listens; before that, Deno ends the process.
  "SIGHUP": { signals: [["SIGHUP", 0]], code: 129 },
};

const torture: Torture = {
  name: "interrupts",
  summary: "Ctrl-C, SIGTERM and SIGHUP at random moments of every command: it ends in order, and what is begun again " +
    "comes to the same bits",
  trials: { short: 4, default: 16, hour: 240 },
  run,
};
export default torture;

async function run({ seed, first = 0, trials, folder, signal, progress }: TortureOptions): Promise<TortureResult> {
  const faults: Fault[] = [];
  const longest = new Map<string, number>();
  const counts = {
    "ended by themselves": 0,
    "ended by the signal": 0,
    "ended before the signal": 0,
    "SIGHUP ignored without a terminal": 0,
  };
  let done = 0;
  await using place = await makePlace(folder, signal);
  for (let trial = first; trial < first + trials && !signal.aborted; trial++) {
    const at = await Deno.makeTempDir({ dir: folder });
    await tryOnce(place, at, { seed, trial }, (what) => faults.push({ trial, what }), ({ stage, ended, hangup }) => {
      if (ended.toEnd === undefined) counts["ended before the signal"]++;
      else if (ended.code === 0 && hangup) counts["SIGHUP ignored without a terminal"]++;
      else {
        counts[ended.killed ? "ended by the signal" : "ended by themselves"]++;
        longest.set(stage, Math.max(longest.get(stage) ?? 0, ended.toEnd));
      }
    });
    await Deno.remove(at, { recursive: true });
    progress(++done, trials);
  }
  const figures = [...longest].sort().map(([stage, milliseconds]) =>
    [`longest time to end, ${stage}`, `${(milliseconds / 1000).toFixed(2)} s`] as const
  );
  return { trials: done, faults, figures: { ...counts, ...Object.fromEntries(figures) } };
}

async function tryOnce(
  place: Workplace,
  at: string,
  { seed, trial }: { seed: number; trial: number },
  fault: (what: string) => void,
  count: (found: { stage: string; ended: InterruptedEnd; hangup: boolean }) => void,
): Promise<void> {
  const draws = drawsOf(seed, trial);
  // Most of the trials are runs and sweeps: there is most to lose.
  const resuming = place.attempts.filter(({ resumes }) => resumes);
  const attempt = draws.pick(draws.chance(0.6) ? resuming : place.attempts);
  const cache = draws.chance(0.5) ? place.cache : await place.emptyCache();
  const what = (text: string, { out, err }: InterruptedEnd) =>
    fault(`${attempt.name}, ${text}\n${out}${err}`.trimEnd());
  const lives = attempt.resumes ? 2 : 1;
  for (let life = 0; life < lives; life++) {
    const way = draws.pick(Object.keys(ways));
    const { signals, code } = ways[way]!;
    const moment = draws.next() * attempt.took * 1.2;
    const ended = await command(attempt.args(at), cache, { at: moment, signals });
    const stage = `${attempt.name}: ${stageOf(ended)}`;
    const told = `${way} after ${moment.toFixed(0)} ms`;
    count({ stage, ended, hangup: way === "SIGHUP" });
    // The machine is faster than it was: later moments fall where there is something to interrupt.
    if (life === 0 && ended.toEnd === undefined) attempt.took = ended.took;
    if (ended.code !== 0 && ended.code !== code) {
      what(`${told}: it ended with ${ended.code}, and ${code} is right`, ended);
    }
    if (/^\s+at |Uncaught|does not expect|panicked/m.test(ended.err)) what(`${told}: it shows its inside`, ended);
    if (ended.code !== 0 && !ended.killed) {
      if (!/resume with: |stopped /.test(ended.err)) what(`${told}: it does not say how to continue`, ended);
      const left = [...leftovers(at), ...(cache === place.cache ? [] : leftovers(cache))];
      if (left.length > 0) what(`${told}: it left ${left.join(", ")}`, ended);
    }
  }
  const again = await command(attempt.args(at), cache);
  if (again.code !== 0) return what(`begun again: it ended with ${again.code}`, again);
  const result = await attempt.result(at).catch((error) => String(error));
  if (result !== attempt.undisturbed) {
    what(`begun again: it comes to ${result}, and ${attempt.undisturbed} is right`, again);
  }
  const left = leftovers(at);
  if (left.length > 0) what(`begun again: it left ${left.join(", ")}`, again);
  if (cache !== place.cache) await Deno.remove(cache, { recursive: true });
}

/** Temporary files below a folder. */
function leftovers(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? leftovers(join(folder, name)) : name.endsWith(".tmp") ? [join(folder, name)] : []
  );
}
