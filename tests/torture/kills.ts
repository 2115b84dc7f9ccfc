/** SIGKILL at any moment: started again, the program ends with the bits of a run that nothing disturbed. */
import { join } from "node:path";
import { drawsOf } from "./draws.ts";
import { Rehearsal } from "./kills/rehearsal.ts";
import { Round } from "./kills/round.ts";
import type { Fault, Torture, TortureOptions, TortureResult } from "./types.ts";

/** Scenes of trials in turn: those that have more to lose come more often. */
const turns = [
  ...["train", "download", "same run twice", "runtime", "train", "one cache twice"],
  ...["use", "train", "sweep", "train", "use", "programs"],
] as const;

async function run(options: TortureOptions): Promise<TortureResult> {
  const { seed, first = 0, trials, folder, signal, progress } = options;
  await using rehearsal = await Rehearsal.open(folder);
  const faults: Fault[] = [];
  const counts = { kills: 0, "at a file operation": 0, processes: 0 };
  let done = 0;
  for (; done < trials && !signal.aborted; done++) {
    progress(done, trials);
    const trial = first + done;
    const scene = await rehearsal.scene(turns[trial % turns.length]!);
    const round = new Round(scene, rehearsal, drawsOf(seed, trial), join(folder, `trial-${trial}`));
    const found = await round.run();
    counts.kills += round.kills;
    counts["at a file operation"] += round.aimed;
    counts.processes += round.processes;
    if (found.length > 0) faults.push({ trial, what: found.join("; "), input: round.story });
    else await round.remove();
  }
  progress(done, trials);
  const figures: Record<string, number | string> = { ...counts };
  if (typeof rehearsal.shim === "string") figures["at random times only"] = rehearsal.shim;
  return { trials: done, faults, figures };
}

export default {
  name: "kills",
  summary: "SIGKILL at any moment of any command: started again, it ends with the same bits; no file is half there",
  trials: { short: 5, default: 20, hour: 200 },
  run,
} satisfies Torture;
