/** Messages about runs that are not where they were looked for. */
import { pathHints } from "../../../lib/files/path_hints.ts";
import { listed, type Message } from "./text.ts";

/** A folder to list the runs of that is not there. */
export function runsFolderMissing(folder: string, runs: Parameters<typeof runHelp>[0]): Message {
  return {
    code: "runs-folder-missing",
    message: `Cannot find folder "${folder}"`,
    help: [...pathHints(folder), ...runHelp(runs)],
  };
}

/** What to do where there is no run of the name that was typed; `near` and `there` as `nearRuns` finds them. */
export function runHelp({ near, there }: { near?: string | undefined; there: readonly string[] }): string[] {
  if (near !== undefined) return [`did you mean ${near}?`];
  if (there.length > 0) return [`runs there: ${listed(there, undefined, 8)}`];
  return ["name a run folder, such as runs/quickstart, or a checkpoint in it", "train first: deno task run <recipe>"];
}

/** How to keep the precision that a run was trained in, where that is what differs. */
export function keptPrecision(difference: string): string[] {
  return (/^backend\.precision: (\S+) → /.exec(difference) ?? []).slice(1).map((before) => {
    const fix = before === "(none)" ? "leave precision out" : `backend.use=xla backend.precision=${before}`;
    return `to resume in the same precision: ${fix}`;
  });
}
