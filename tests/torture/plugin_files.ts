/** Torture: libraries and compiled programs whose files are cut off, changed or made up. */
import { join } from "node:path";
import { faultOfLibrary } from "../../lib/xla/library_file/fault.ts";
import { compileLibrary, loadInProcesses, smallLibrary } from "../../lib/xla/library_file/testing.ts";
import { pluginForTests } from "../../lib/xla/testing.ts";
import { drawsOf, type TrialDraws } from "./draws.ts";
import type { Fault, Torture, TortureOptions } from "./types.ts";

/** Trials whose libraries are loaded by one process. */
const together = 50;
/** Every so many trials are of compiled programs: each takes a process of its own. */
const programsEvery = 25;

/** Where the headers of an ELF file are: start, segments, sections, dynamic table. */
function headersOf(bytes: Uint8Array<ArrayBuffer>): [at: number, length: number][] {
  const view = new DataView(bytes.buffer);
  const [segments, sections] = [Number(view.getBigUint64(32, true)), Number(view.getBigUint64(40, true))];
  const [segmentCount, sectionCount] = [view.getUint16(56, true), view.getUint16(60, true)];
  const tables: [number, number][] = [[0, 64], [segments, 56 * segmentCount], [sections, 64 * sectionCount]];
  for (let at = segments; at < segments + 56 * segmentCount; at += 56) {
    if (view.getUint32(at, true) !== 2) continue;
    tables.push([Number(view.getBigUint64(at + 8, true)), Number(view.getBigUint64(at + 32, true))]);
  }
  return tables;
}

/** A byte of a file as damage leaves it: a bit flipped, another byte, or one of those that break most. */
function damaged(byte: number, draws: TrialDraws): number {
  return draws.pick([byte ^ (1 << draws.below(8)), draws.below(256), draws.pick([0, 0x7f, 0x80, 0xff])]);
}

/** The library cut off, made up, or with one to three bytes of its headers changed. */
function brokenLibrary(whole: Uint8Array<ArrayBuffer>, draws: TrialDraws) {
  const kind = draws.below(10);
  if (kind === 0) return whole.slice(0, draws.below(whole.length));
  if (kind === 1) {
    const made = Uint8Array.from({ length: draws.below(400) }, () => draws.below(256));
    made.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1].slice(0, made.length)); // it begins as a library does
    return made;
  }
  const bytes = whole.slice(), headers = headersOf(whole);
  for (let i = 0; i <= draws.below(3); i++) {
    const [start, length] = headers[draws.below(headers.length)]!;
    const at = start + draws.below(length);
    bytes[at] = damaged(bytes[at]!, draws);
  }
  return bytes;
}

/** Counts of what came of the trials. */
interface Counts {
  refused: number;
  loaded: number;
  programs: number;
}

async function tryLibraries(
  batch: readonly number[],
  whole: Uint8Array<ArrayBuffer>,
  { seed, folder }: TortureOptions,
  counts: Counts,
): Promise<Fault[]> {
  const trials = new Map<string, number>();
  for (const trial of batch) {
    const path = join(folder, `library-${trial}.so`);
    await Deno.writeFile(path, brokenLibrary(whole, drawsOf(seed, trial)));
    if (faultOfLibrary(path) === undefined) trials.set(path, trial);
    else {
      counts.refused++;
      await Deno.remove(path);
    }
  }
  const faults: Fault[] = [];
  for (const { path, died } of await loadInProcesses([...trials.keys()])) {
    counts.loaded++;
    if (died === undefined) {
      await Deno.remove(path);
      continue;
    }
    faults.push({
      trial: trials.get(path)!,
      what: `loading a damaged library as a plugin ended the process with ${died}; right is a sentence`,
      input: path,
    });
  }
  return faults;
}

/** What a process prints that computes with a folder of compiled programs, or how it died. */
async function computed(plugin: string, cache: string): Promise<string> {
  const { success, code, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--allow-all"],
      ...[new URL("./plugin_program.ts", import.meta.url).href, plugin, cache],
    ],
  }).output();
  if (success) return new TextDecoder().decode(stdout).trim();
  return `${signal ?? `exit code ${code}`}: ${new TextDecoder().decode(stderr).slice(-300)}`;
}

/** Damages one compiled program, and computes with it. */
async function tryProgram(
  trial: number,
  { plugin, expected, programs }: { plugin: string; expected: string; programs: string },
  { seed, folder }: TortureOptions,
): Promise<Fault | undefined> {
  const draws = drawsOf(seed, trial), cache = join(folder, `cache-${trial}`);
  await Deno.mkdir(cache);
  const names = [...Deno.readDirSync(programs)].map(({ name }) => name).sort();
  for (const name of names) await Deno.copyFile(join(programs, name), join(cache, name));
  if (names.length === 0) throw new Error("Cannot damage compiled programs: none was saved");
  const path = join(cache, names[draws.below(names.length)]!), bytes = await Deno.readFile(path);
  const kind = draws.below(3);
  if (kind === 0) await Deno.writeFile(path, bytes.subarray(0, draws.below(bytes.length)));
  else if (kind === 1) await Deno.copyFile(join(programs, names[draws.below(names.length)]!), path);
  else {
    const at = draws.below(bytes.length);
    await Deno.writeFile(path, bytes.with(at, damaged(bytes[at]!, draws)));
  }
  const got = await computed(plugin, cache);
  const values = (said: string) => said.slice(0, said.lastIndexOf(" "));
  if (values(got) !== values(expected)) {
    const what = `with a damaged compiled program came ${got.slice(0, 400)}; right is ${expected.slice(0, 100)} …`;
    return { trial, what, input: path };
  }
  await Deno.remove(cache, { recursive: true });
  return undefined;
}

const torture: Torture = {
  name: "plugin-files",
  summary: "damaged plugins and compiled programs: always a sentence or the right result, never a signal",
  trials: { short: 100, default: 5000, hour: 60_000 },
  async run(options) {
    const { first = 0, trials, folder, signal, progress } = options;
    const library = join(folder, "whole.so");
    const whole = await compileLibrary(smallLibrary, library) ? await Deno.readFile(library) : undefined;
    const plugin = Deno.build.os === "linux" ? pluginForTests() : undefined;
    const programs = join(folder, "programs");
    const expected = plugin === undefined ? "" : await computed(plugin, programs);
    const counts: Counts = { refused: 0, loaded: 0, programs: 0 };
    const faults: Fault[] = [];
    let done = 0;
    for (let start = first; start < first + trials && !signal.aborted; start += together) {
      const batch = Array.from({ length: Math.min(together, first + trials - start) }, (_, i) => start + i);
      const ofPrograms = batch.filter((trial) => trial % programsEvery === 0);
      if (whole !== undefined) {
        faults.push(...await tryLibraries(batch.filter((one) => !ofPrograms.includes(one)), whole, options, counts));
      }
      for (const trial of plugin === undefined ? [] : ofPrograms) {
        counts.programs++;
        const fault = await tryProgram(trial, { plugin: plugin!, expected, programs }, options);
        if (fault !== undefined) faults.push(fault);
      }
      progress(done += batch.length, trials);
    }
    const left = { ...(whole === undefined && { "libraries skipped": "no C compiler" }) };
    return {
      trials: done,
      faults,
      figures: {
        "libraries refused by their headers": counts.refused,
        "libraries given to the loader": counts.loaded,
        "compiled programs": plugin === undefined ? "skipped: no PJRT plugin is installed" : counts.programs,
        ...left,
      },
    };
  },
};

export default torture;
