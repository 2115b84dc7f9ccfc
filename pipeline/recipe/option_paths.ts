/** Where paths of options start: at the file that says them, or where a command was typed. */
import { dirname, isAbsolute, resolve } from "node:path";
import { exists } from "../../lib/files/exists.ts";
import { pathHints } from "../../lib/files/path_hints.ts";
import { guidingOf } from "../kinds/guiding.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import { fieldAt, type MapNode } from "./node.ts";
import { startsOfRun } from "./starts.ts";
import type { Origin } from "./types.ts";

/** Paths of other computers stay as they are: who looks at one tells that computer so. */
const ofNetwork = /^(\\\\|\/\/)/;

/** Options of a plugin whose value is a path. */
export function pathOptions(plugin: AnyPlugin): string[] {
  return Object.entries(plugin.outside ?? {}).flatMap(([option, what]) => what === "address" ? [] : [option]);
}

/**
 * The path that an option means, absolute: relative to the recipe that says it, or to the working directory where the
 * command line does.
 *
 * @param isOfRun whether a file is the recipe of a run, or a checkpoint. Older ones kept paths as they were typed:
 *   relative to where the run was trained, which is above the run folder as a rule
 */
export async function pathOfOption(
  value: string,
  origin: Origin,
  isOfRun: (file: string) => boolean,
): Promise<string> {
  if (isAbsolute(value) || ofNetwork.test(value)) return value;
  const starts = origin.from !== "file" ? ["."] : isOfRun(origin.file) ? startsOfRun(origin.file) : [
    dirname(origin.file),
  ];
  const paths = starts.map((start) => resolve(start, value));
  for (const path of paths) if (await exists(path)) return path;
  // One that cannot be right, such as "~/pictures", is told as it is written.
  return pathHints(value).length > 0 ? value : paths.at(-1)!;
}

/** The path of the model that a sampler's option `guidance` names, absolute; undefined where it names none by its path. */
export async function guidePath(
  guidance: unknown,
  stage: MapNode,
  isOfRun: (file: string) => boolean,
): Promise<string | undefined> {
  const { by } = (guidance ?? {}) as { by?: string };
  const guiding = guidingOf(by);
  if (guiding?.from !== "path") return undefined;
  return await pathOfOption(guiding.path, (fieldAt(stage, ["guidance", "by"])?.node ?? stage).origin, isOfRun);
}
