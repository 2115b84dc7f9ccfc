/** Decodes pictures that were damaged at random: each becomes a picture or a sentence, whatever is in it. */
import { runJsonLines } from "./json_lines.ts";
import type { ChildLine } from "./pictures/child.ts";
import type { Fault, Torture, TortureOptions, TortureResult } from "./types.ts";

/** Trials of one process. */
const block = 500;
/** Seconds without a word after which a trial counts as hung. */
const patience = 60;
/** Bytes of memory that a process may take: twice the largest picture, and what it takes by itself. */
const memoryLimit = 2_500_000_000;

const torture: Torture = {
  name: "pictures",
  summary: "decodes damaged pictures of every format; each becomes a picture or a sentence, in bounded time and memory",
  trials: { short: 300, default: 5_000, hour: 300_000 },
  run,
};

export default torture;

async function run({ seed, first = 0, trials, signal, progress }: TortureOptions): Promise<TortureResult> {
  const faults: Fault[] = [];
  const counts = { accepted: 0, refused: 0, memory: 0, seconds: 0 };
  const end = first + trials;
  let next = first;
  while (next < end && !signal.aborted) {
    let begun: { trial: number; what: string } | undefined;
    const stopped = await child(seed, next, Math.min(block, end - next), signal, (line) => {
      if ("begin" in line) {
        begun = { trial: line.begin, what: line.what };
        return;
      }
      const input = begun?.what;
      counts[line.accepted ? "accepted" : "refused"]++;
      counts.memory = Math.max(counts.memory, line.memory);
      counts.seconds = Math.max(counts.seconds, line.seconds);
      if (line.fault !== undefined) faults.push({ trial: line.end, what: line.fault, input });
      if (line.memory > memoryLimit) {
        faults.push({ trial: line.end, what: `The process takes ${megabytes(line.memory)}`, input });
      }
      next = line.end + 1;
      progress(next - first, trials);
    });
    if (signal.aborted) break;
    if (stopped === undefined) continue;
    faults.push({ trial: begun?.trial ?? next, what: stopped, input: begun?.what });
    next = (begun?.trial ?? next) + 1;
  }
  const { accepted, refused, memory, seconds } = counts;
  return {
    trials: next - first,
    faults,
    figures: {
      accepted,
      refused,
      "largest memory": megabytes(memory),
      "longest trial": `${seconds.toFixed(1)} s`,
    },
  };
}

/** Runs trials in a process. Returns how it ended, where it did not end well. */
async function child(
  seed: number,
  first: number,
  count: number,
  signal: AbortSignal,
  tell: (line: ChildLine) => void,
): Promise<string | undefined> {
  const script = new URL("./pictures/child.ts", import.meta.url);
  const permissions = ["--allow-read", "--allow-env", "--allow-ffi", "--allow-sys"];
  const args = ["run", "--quiet", "--no-check", ...permissions, script.href, ...[seed, first, count].map(String)];
  const { success, hung, how, complaint } = await runJsonLines(args, { between: patience * 1000 }, signal, tell);
  if (hung) return `It did not end within ${patience} s`;
  return success ? undefined : `The process ended with ${how}: ${complaint}`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
