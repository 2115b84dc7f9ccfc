/** Takes a command line apart as the commands do, without loading them. */

/** Options that take a value; a test holds this list to what the commands say. */
export const valued: readonly string[] = (
  "batch beside class columns count delay devices dir ema evaluations features frames from gpu grid guidance guide host " +
  "image images item mask metric most most-pictures most-steps name out port programs queue recipe rows runs " +
  "sampler scale seed statistics std steps stops strength timeout top weights"
).split(" ");
/** Options that take all words up to the next option. */
export const variadic: readonly string[] = ["plugins", "samplers"];
/** What single letters stand for. */
export const letters: Readonly<Record<string, string>> = { o: "out" };

/** Options of the launcher itself: what else a command may do, as Deno names it. */
const grantNames = ["read", "write", "net", "ffi", "run", "sys"] as const;
export type GrantName = typeof grantNames[number];

/** What a grant without a value permits. */
export const anyValue = "*";

/** A command line in parts. */
export interface Words {
  /** Words that belong to no option: the command, a recipe, overrides. */
  readonly plain: readonly string[];
  /** Values of options, by name without dashes; of those without a value, an empty list. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** What `--allow-read=PATH` and the like say, one value each; `all` where they have none. */
  readonly grants: ReadonlyMap<GrantName, readonly string[]>;
  /** All words but the launcher's own. */
  readonly others: readonly string[];
}

/** Takes a command line apart. */
export function takeApart(args: readonly string[]): Words {
  const plain: string[] = [];
  const others: string[] = [];
  const options = new Map<string, string[]>();
  const grants = new Map<GrantName, string[]>();
  const add = (name: string, ...values: string[]) => void options.set(name, [...(options.get(name) ?? []), ...values]);
  let several: string | undefined; // the option that takes words now
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    const [, grant, what] = /^--allow-(\w+)(?:=(.+))?$/.exec(word) ?? [];
    if (grantNames.some((name) => name === grant)) {
      grants.set(grant as GrantName, [...(grants.get(grant as GrantName) ?? []), what ?? anyValue]);
      continue;
    }
    others.push(word);
    if (word === "--") {
      plain.push(...args.slice(i + 1));
      others.push(...args.slice(i + 1));
      break;
    }
    const [, long, given] = /^--([^=]+)(?:=([^]*))?$/.exec(word) ?? [];
    const [, letter, stuck] = /^-(\w)([^]*)$/.exec(word) ?? [];
    const name = long ?? (letter === undefined ? undefined : letters[letter]);
    if (name === undefined) {
      // A word that is not an option; `-` alone, and a negative number, are not options either.
      if (several === undefined) plain.push(word);
      else add(several, word);
      continue;
    }
    several = undefined;
    const value = long === undefined ? stuck || undefined : given;
    if (value !== undefined) add(name, value);
    else if (variadic.includes(name)) add(several = name);
    else if (valued.includes(name) && i + 1 < args.length) {
      add(name, args[++i]!);
      others.push(args[i]!);
    } else add(name);
  }
  return { plain, options, grants, others };
}
