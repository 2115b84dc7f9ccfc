/** Attack `files`: damaged and hostile files of every format that is read from outside, and of our own that are read back. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BlockLine } from "./files/block.ts";
import { runJsonLines } from "./json_lines.ts";
import type { Fault, Torture, TortureOptions, TortureResult } from "./types.ts";

const blockSize = 250;
const program = fileURLToPath(new URL("./files/block.ts", import.meta.url));
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Milliseconds that a file may take: HDF5 is given up after 30 s, as its library loops on some files. */
const slowest = 60_000;
/** Bytes that a process may hold: one page of Parquet has up to 1 GB, and none of these files is that large. */
const largest = 1.2e9;

/** What one process told. */
interface Block {
  readonly faults: Fault[];
  readonly ended: Extract<BlockLine, { kind: "end" }>[];
}

/** Runs trials in a process, and in another one behind a trial that ended it. */
async function runBlock(
  seed: number,
  first: number,
  count: number,
  { folder, signal }: TortureOptions,
): Promise<Block> {
  const block: Block = { faults: [], ended: [] };
  for (let next = first; next < first + count && !signal.aborted;) {
    const own = join(folder, "block");
    await Deno.remove(own, { recursive: true }).catch(() => {});
    await Deno.mkdir(own, { recursive: true });
    const args = [
      ...["run", "--quiet", "--no-check", "--no-prompt", "-A", `--config=${config}`, program],
      ...[seed, next, first + count - next, own].map(String),
    ];
    const patience = { first: 2 * slowest, between: slowest };
    let open: Extract<BlockLine, { kind: "start" }> | undefined;
    const end = await runJsonLines<BlockLine>(args, patience, signal, (line, kill) => {
      if (line.kind === "start") {
        open = line;
        return;
      }
      open = undefined;
      next = line.trial + 1;
      block.ended.push(line);
      const { trial, family, fault, memory } = line;
      if (fault !== undefined) block.faults.push({ trial, what: `${family}: ${fault}` });
      if (memory > largest) {
        block.faults.push({ trial, what: `${family}: the process holds ${Math.round(memory / 1e6)} MB` });
        kill(); // what it holds would be blamed on those that follow, too
      }
    });
    if (signal.aborted || (end.success && open === undefined)) continue;
    if (open === undefined && next > first && !end.hung) continue; // ended for its memory
    const how = end.hung
      ? `takes more than ${slowest / 1000} s`
      : `ended the process with ${end.how}: ${end.complaint.slice(-300)}`;
    const trial = open?.trial ?? next;
    const input = open === undefined ? undefined : join(folder, `trial-${trial}`);
    if (open !== undefined) await Deno.copyFile(open.path, input!);
    block.faults.push({ trial, what: `${open?.family ?? "making the file"}: ${how}`, input });
    next = trial + 1;
  }
  return block;
}

const files: Torture = {
  name: "files",
  summary: "damaged files of 13 formats are read right or refused in a sentence, within bounds of time and memory",
  trials: { short: 250, default: 4000, hour: 60_000 },
  async run(options): Promise<TortureResult> {
    const { seed, first = 0, trials, signal, progress } = options;
    const faults: Fault[] = [];
    const ended: Block["ended"] = [];
    for (let done = 0; done < trials && !signal.aborted; done += blockSize) {
      const count = Math.min(blockSize, trials - done);
      const block = await runBlock(seed, first + done, count, options);
      faults.push(...block.faults);
      ended.push(...block.ended);
      progress(done + count, trials);
    }
    const longest = ended.reduce((most, { milliseconds }) => Math.max(most, milliseconds), 0);
    const memory = ended.reduce((most, { memory }) => Math.max(most, memory), 0);
    return {
      trials: ended.length,
      faults,
      figures: {
        ...Object.fromEntries(
          [...Map.groupBy(ended, ({ family }) => family)].map(([family, all]) => {
            const read = all.filter(({ read }) => read).length;
            return [family, `${all.length - read} of ${all.length} refused`];
          }),
        ),
        "longest": `${longest} ms`,
        "largest memory": `${Math.round(memory / 1e6)} MB`,
      },
    };
  },
};

export default files;
