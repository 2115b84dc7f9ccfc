/** A checkpoint damaged byte by byte: it is refused in words, or nothing of what is used of it has changed. */
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import { builtins, DenoiseError, readRecipe, sample, wire } from "../../mod.ts";
import { type Checkpoint, readCheckpoint, readPosition } from "../../pipeline/run/checkpoint.ts";
import { memoryConsole } from "../../pipeline/terminal/memory_console.ts";
import { visible } from "../../lib/text/mod.ts";
import { drawsOf, type TrialDraws } from "./draws.ts";
import { smallRun } from "./small_run.ts";
import type { Fault, Torture } from "./types.ts";
import { wordsAtFault } from "./sentence.ts";

const mostFaults = 50;
const slowest = 20_000; // milliseconds
/** Sampling from it takes a hundred times as long as reading it. */
const eachSampled = 40;

const torture: Torture = {
  name: "checkpoints",
  summary: "a checkpoint damaged byte by byte is refused in words, or gives what it gave before",
  trials: { short: 300, default: 6_000, hour: 400_000 },
  async run({ seed, first = 0, trials, folder, signal, progress }) {
    const { checkpoint } = await smallRun(folder);
    const bytes = await Deno.readFile(checkpoint);
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const good = await readCheckpoint(checkpoint);
    const recipe = (await readRecipe(checkpoint, { plugins: builtins })).resolved;
    const picture = await pictureOf(checkpoint, join(folder, "good.png"));
    const file = join(folder, "damaged.safetensors");
    const faults: Fault[] = [];
    let [done, refused, unchanged] = [0, 0, 0];
    for (let trial = first; trial < first + trials && !signal.aborted && faults.length < mostFaults; trial++) {
      const { what, damaged } = damage(bytes, header, trial, drawsOf(seed, trial));
      Deno.writeFileSync(file, damaged);
      const wrong: string[] = [];
      const started = performance.now();
      const read = await outcome(() => readCheckpoint(file), wrong);
      await outcome(() => readPosition(file), wrong);
      const again = await outcome(() => readRecipe(file, { plugins: builtins }), wrong);
      if (again !== undefined && trial % eachSampled === 0) await outcome(() => wire(again), wrong);
      // What is accepted has to be what was written: there is a checksum to tell.
      if (read !== undefined && !isSame(read, good)) wrong.push("is read as another checkpoint without a word");
      if (again !== undefined && !isDeepStrictEqual(again.resolved, recipe)) {
        wrong.push("holds another recipe without a word");
      }
      if (trial % eachSampled === 0) {
        const drawn = await outcome(() => pictureOf(file, join(folder, "damaged.png")), wrong);
        if (drawn !== undefined && drawn !== picture) wrong.push("draws another picture without a word");
      }
      if (performance.now() - started > slowest) wrong.push(`took ${Math.round(performance.now() - started)} ms`);
      if (read === undefined) refused++;
      else unchanged++;
      if (wrong.length > 0) faults.push({ trial, what: `${[...new Set(wrong)].join("; ")} (${what})` });
      if (++done % 100 === 0) progress(done, trials);
    }
    return { trials: done, faults, figures: { refused, "read as before": unchanged, "bytes of header": header } };
  },
};

export default torture;

/** What comes of reading; undefined where it was refused in words. Everything else is wrong. */
async function outcome<T>(read: () => Promise<T>, wrong: string[]): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DenoiseError)) {
      wrong.push(`threw ${error instanceof Error ? `${error.name}: ${error.message.slice(0, 300)}` : String(error)}`);
      return undefined;
    }
    for (const { message, help, code } of error.problems) {
      for (const text of [message, ...help]) {
        wrong.push(...wordsAtFault(text).map((fault) => `${code}: ${fault} in "${visible(text).slice(0, 200)}"`));
      }
    }
    return undefined;
  }
}

function isSame(one: Checkpoint, other: Checkpoint): boolean {
  return isDeepStrictEqual(one, other);
}

/** A picture drawn with a checkpoint, as text to compare. */
async function pictureOf(checkpoint: string, grid: string): Promise<string> {
  await sample(checkpoint, { plugins: builtins, count: 1, seed: 3, grid }, memoryConsole());
  return (await Deno.readFile(grid)).toHex();
}

interface Damaged {
  readonly what: string;
  readonly damaged: Uint8Array<ArrayBuffer>;
}

/** Each byte of the header in its turn, then its every length, then draws: bytes of the data, and fields of the header. */
function damage(bytes: Uint8Array<ArrayBuffer>, header: number, trial: number, draws: TrialDraws): Damaged {
  if (trial < header) {
    return changed(bytes, trial, draws.chance(0.5) ? bytes[trial]! ^ (1 << draws.whole(0, 7)) : draws.whole(0, 255));
  }
  if (trial < 2 * header) {
    const length = trial - header;
    return { what: `cut to ${length} bytes`, damaged: bytes.slice(0, length) };
  }
  return draws.pick([
    () => changed(bytes, draws.whole(header, bytes.length - 1), draws.whole(0, 255)),
    () => {
      const length = draws.whole(header, bytes.length - 1);
      return { what: `cut to ${length} bytes`, damaged: bytes.slice(0, length) };
    },
    () => ({ what: "with bytes behind it", damaged: new Uint8Array([...bytes, ...Array(draws.whole(1, 9)).fill(7)]) }),
    () => withHeader(bytes, header, draws),
    () => withHeader(bytes, header, draws),
  ])();
}

function changed(bytes: Uint8Array<ArrayBuffer>, at: number, to: number): Damaged {
  const damaged = bytes.slice();
  damaged[at] = to;
  return { what: `byte ${at} from ${bytes[at]} to ${to}`, damaged };
}

type Header = Record<string, Record<string, unknown>>;

/** A header that is JSON still, with fields that say something else. */
function withHeader(bytes: Uint8Array<ArrayBuffer>, header: number, draws: TrialDraws): Damaged {
  const json: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, header)));
  const names = Object.keys(json);
  const name = draws.pick(names);
  const values = [null, -1, 0, 1.5, 2 ** 53, 1e300, "", "x", [], {}, [0], [-1, 4], ["a"], true, "F32", "I64", [
    1e9,
    1e9,
    1e9,
  ]];
  const other = () => draws.pick<unknown>(values);
  const what = draws.pick([
    () => (delete json[name], `${name} removed`),
    () => (json[name] = other() as Header[string], `${name} is ${JSON.stringify(json[name])}`),
    () => {
      const key = draws.pick(Object.keys(json[name]!));
      json[name]![key] = other();
      return `${key} of ${name} is ${JSON.stringify(json[name]![key])}`;
    },
    () => {
      const from = draws.pick(names);
      [json[name], json[from]] = [json[from]!, json[name]!];
      return `${name} and ${from} swapped`;
    },
    () => {
      const metadata = json.__metadata__ as Record<string, string>;
      const key = draws.pick(["position", "recipe"]);
      const text = metadata[key]!;
      const at = draws.whole(0, text.length);
      metadata[key] = draws.pick([
        text.slice(0, at),
        text.slice(0, at) + draws.pick(["\u001b[2J", "9", "-", "\u0000", "é", "}", "null"]) + text.slice(at + 1),
        "null",
        "{}",
        "[]",
        "",
      ]);
      return `${key} damaged at ${at}`;
    },
    () => (json[draws.pick(["extra", "__proto__", "state/average/trainable/x", ""])] = structuredClone(json[name]!),
      `${name} twice`),
  ])();
  const text = new TextEncoder().encode(JSON.stringify(json));
  const damaged = new Uint8Array(8 + text.length + bytes.length - header);
  new DataView(damaged.buffer).setBigUint64(0, BigInt(text.length), true);
  damaged.set(text, 8);
  damaged.set(bytes.subarray(header), 8 + text.length);
  return { what, damaged };
}
