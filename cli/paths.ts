/** Refuses paths that a shell was to expand and has not: what they would make is a folder called "~". */
import type { Command } from "commander";
import { DenoiseError, files, messages } from "../mod.ts";

/** What options and arguments are called in the help that take paths. */
const takesPath = /\b(file|folder|path|recipe|run)s?\b/;

/**
 * Checks every path of a command line, and the variable of the cache folder, before the command does anything.
 *
 * @throws {DenoiseError} for each that begins with "~" or a variable, unless there is a folder of that name
 */
export function checkPaths(command: Command): void {
  const problems = pathsOf(command).flatMap(([what, path]) => {
    const begin = files.unexpanded(path);
    return begin === undefined || isThere(path) ? [] : [messages.pathUnexpanded(what, path, begin)];
  });
  if (problems.length > 0) throw new DenoiseError(problems);
}

function pathsOf(command: Command): [what: string, path: string][] {
  const named: [string, string, unknown][] = [
    ...command.options.map((option) =>
      [option.long ?? option.flags, option.flags, command.getOptionValue(option.attributeName())] as [
        string,
        string,
        unknown,
      ]
    ),
    ...command.registeredArguments.map((argument, i) =>
      [argument.name(), argument.name(), command.processedArgs[i]] as [string, string, unknown]
    ),
    ["DENOISE_CACHE", "folder", Deno.env.get("DENOISE_CACHE")],
  ];
  return named.flatMap(([what, kind, value]) =>
    takesPath.test(kind) ? [value].flat().flatMap((path) => typeof path === "string" ? [[what, path]] : []) : []
  ) as [string, string][];
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path.split(/[/\\]/)[0]!);
    return true;
  } catch {
    return false;
  }
}
