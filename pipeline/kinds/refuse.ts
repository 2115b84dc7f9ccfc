/** Refusing what cannot work, from within a plugin. */
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
