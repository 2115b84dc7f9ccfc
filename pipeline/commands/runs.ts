/** Lists the runs in a folder. */
import { runsFolderMissing } from "../problems/messages/runs.ts";
import { DenoiseError } from "../problems/problem.ts";
import { nearRuns } from "../recipe/near_runs.ts";
import { listRuns, type RunSummary } from "../run/list_runs.ts";
import type { Console } from "../terminal/console.ts";
import { table } from "../terminal/rows.ts";
import { bytes, count, decimal, localTime } from "../terminal/units.ts";

/**
 * Lists the runs in a folder and in the sweeps there, those that changed last first.
 *
 * @throws {DenoiseError} where there is no such folder
 */
export async function runs(folder: string, console: Console): Promise<readonly RunSummary[]> {
  const there = await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false);
  // The usual folder is missing until something is trained.
  if (!there && folder !== "runs") throw new DenoiseError(runsFolderMissing(folder, await nearRuns(folder)));
  const found = there ? await listRuns(folder) : [];
  if (found.length === 0) {
    console.results.line(`no runs in ${folder}; to train one: deno task run <recipe>`);
    return found;
  }
  table(console.results, [
    ["run", "state", "step", "loss", "best", "size", "changed"],
    ...found.map((run) => [
      run.name,
      run.state === "training"
        ? "training now"
        : run.state === "unknown"
        ? ""
        : run.stopped === null
        ? run.state
        : "finished early",
      count(run.step) + (run.steps === null ? "" : ` of ${count(run.steps)}`),
      run.loss === null ? "" : decimal(run.loss),
      measured(run),
      bytes(run.bytes),
      localTime(run.changed),
    ]),
  ], ["left", "left", "right", "right", "left", "right", "left"]);
  return found;
}

/** The best value, where the recipe keeps it; else the first metric as it was measured last. */
function measured({ best, metrics }: RunSummary): string {
  if (best !== null) return `${best.metric} ${decimal(best.value)}`;
  const [first] = Object.entries(metrics);
  return first === undefined ? "" : `${first[0]} ${decimal(first[1])} (last)`;
}
