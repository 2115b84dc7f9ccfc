/** A process that reads damaged files one after the other, and tells of each on its output: `block.ts SEED FIRST COUNT FOLDER`. */
import { join } from "node:path";
import { drawsOf, type TrialDraws } from "../draws.ts";
import { faultOfError } from "../sentence.ts";
import { data } from "./data.ts";
import { type Family, type Seeds, Wrong } from "./family.ts";
import { kept } from "./kept.ts";
import { weights } from "./weights.ts";

/** A line of the output: a trial begins, or has ended. */
export type BlockLine =
  | { readonly kind: "start"; readonly trial: number; readonly family: string; readonly path: string }
  | {
    readonly kind: "end";
    readonly trial: number;
    readonly family: string;
    readonly read: boolean;
    readonly fault?: string;
    readonly milliseconds: number;
    readonly memory: number; // bytes
  };

const families: readonly Family[] = [...weights, ...data, ...kept];

/** The family of a trial. */
function familyOf(draws: TrialDraws): Family {
  let left = draws.next() * families.reduce((sum, { share }) => sum + share, 0);
  return families.find(({ share }) => (left -= share) < 0) ?? families[0]!;
}

if (import.meta.main) {
  const [seed, first, count] = Deno.args.slice(0, 3).map(Number) as [number, number, number];
  const folder = Deno.args[3]!;
  const seeds = new Map<string, Promise<Seeds>>();
  const tell = (line: BlockLine) => console.log(JSON.stringify(line));
  for (let trial = first; trial < first + count; trial++) {
    const draws = drawsOf(seed, trial);
    const family = familyOf(draws);
    const { name } = family;
    if (!seeds.has(name)) seeds.set(name, family.seeds());
    const bytes = await family.damaged(await seeds.get(name)!, draws);
    const path = join(folder, "damaged.safetensors");
    const own = join(folder, "own");
    await Deno.writeFile(path, bytes);
    await Deno.mkdir(own);
    tell({ kind: "start", trial, family: name, path });
    const started = performance.now();
    let fault: string | undefined;
    let read = false;
    try {
      await family.read(path, own);
      read = true;
    } catch (error) {
      fault = error instanceof Wrong ? error.message : faultOfError(error, family.errors);
    }
    const memory = Deno.memoryUsage().rss;
    const milliseconds = Math.round(performance.now() - started);
    tell({ kind: "end", trial, family: name, read, milliseconds, memory, ...(fault === undefined ? {} : { fault }) });
    await Deno.remove(own, { recursive: true });
  }
}
