/** Refusing what cannot work, from within a plugin. */
import type { z } from "zod";
import type { Explained } from "../../lib/files/explained.ts";

/** Thrown by `refuse`. Its message says what is wrong; the graph adds the place in the recipe. */
export class Refusal extends Error implements Explained {
  /** Always "Refusal". */
  override readonly name = "Refusal";
  /** It cannot work as it is asked for. */
  readonly explained = "refused";
  /** What to do instead. */
  readonly help: readonly string[];
  /** What `refuse` throws. */
  constructor(
    /** Option of the plugin that has to change, if one has. */
    readonly option: string | undefined,
    what: string,
    fix: string,
    /** Whether the option is given and of no use. */
    readonly unused = false,
  ) {
    super(what);
    this.help = [fix];
  }
}

/**
 * Refuses what cannot work, from within `create` or `shape`: the user sees it with the line in the recipe.
 *
 * `option` is the plugin's option that has to change, `what` says what is wrong, and `fix` what to do instead.
 *
 * @throws {Refusal} always
 */
export function refuse(refusal: { option?: string; what: string; fix: string }): never {
  throw new Refusal(refusal.option, refusal.what, refusal.fix);
}

/**
 * Refuses an option that is given, and of which nothing comes: another option, its owner, has none of the values with which
 * it is used. One that has its default is not given.
 *
 * @param uses for each option the owner's values with which it is used
 * @param shape schemas of those that have a default
 * @throws {Refusal} at the first such option
 */
export function refuseUnused<O extends object, K extends keyof O & string>(
  options: O,
  owner: K,
  uses: { readonly [Option in keyof O]?: readonly O[K][] },
  shape: Readonly<Record<string, z.ZodType>> = {},
): void {
  const value = options[owner];
  for (const [option, used] of Object.entries(uses) as [keyof O & string, readonly O[K][]][]) {
    if (used.includes(value) || isDefault(options[option], shape[option])) continue;
    const what = `Option ${option} does not belong to ${owner} ${value}`;
    throw new Refusal(option, what, `leave it out, or take ${owner}: ${used.join(", ")}`, true);
  }
}

function isDefault(value: unknown, schema: z.ZodType | undefined): boolean {
  return JSON.stringify(value) === JSON.stringify(schema?.safeParse(undefined).data);
}
