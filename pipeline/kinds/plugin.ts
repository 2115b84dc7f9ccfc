/** What a plugin is: one plain object. Types, and the function that infers them. */
import type { z } from "zod";
import type { Checked, CommonOptions, Kind, Kinds, Slot, Slots } from "./mod.ts";

/** What `create` receives: the checked options, and what `needs` named. Nothing else. */
export type CreateContext<K extends Kind, Options extends z.ZodRawShape, Needs extends Slot> =
  & { readonly options: Checked<Options> & CommonOptions<K> }
  & { readonly [N in Needs]: Slots[N] };

/** Where an option leads, out of the recipe. */
export type Outside = "file" | "address" | "library";

/** A plugin: one file that exports one of these. */
export interface Plugin<
  K extends Kind = Kind,
  Options extends z.ZodRawShape = z.ZodRawShape,
  Needs extends Slot = Slot,
> {
  /** What it is one of: says which interface `create` returns. */
  readonly kind: K;
  /** Lower case with hyphens; unique among the plugins of its kind. */
  readonly name: string;
  /** One line: what it is. */
  readonly summary: string;
  /** When to take it rather than another of its kind, and when not. */
  readonly prefer?: string;
  /** Where the method comes from: authors, year, arXiv number, equation. */
  readonly source?: string;
  /** Options in the recipe. Describe each with units or ranges: the text is shown to users. May carry `superRefine` checks. */
  readonly options: z.ZodObject<Options>;
  /**
   * Options that lead out of the recipe, and where to: the path of a `file` or folder that is read, an `address` on the
   * web, the path of a `library` whose code is run. Where the recipe came from elsewhere, as in a checkpoint, the user
   * is asked before a library is loaded, and nothing is downloaded from an address.
   */
  readonly outside?: { readonly [Name in keyof NoInfer<Options>]?: Outside };
  /**
   * Options that say where something is and not what it is, such as a folder or a mirror. A run continues where they have
   * changed: for a dataset the pictures themselves are compared, for a metric `measuresWith` is.
   */
  readonly locates?: readonly (keyof Options & string)[];
  /** What `create` receives besides the options. */
  readonly needs?: readonly Needs[];
  /** Makes the stage. Cheap: no tensors, no files. Refuses with `refuse()` what cannot work. */
  create(context: CreateContext<K, Options, Needs>): Kinds[K] | Promise<Kinds[K]>;
}

/** A plugin of any options, as registries hold it; one of a known kind fits where any kind does. */
// deno-lint-ignore no-explicit-any -- `create` is contravariant in its options, so no concrete type holds all plugins
export interface AnyPlugin<K extends Kind = Kind> extends Omit<Plugin<K, any, any>, "create"> {
  /** Makes the stage, as that of a `Plugin` does. */
  // deno-lint-ignore no-explicit-any -- the same
  create(context: any): Kinds[K] | Promise<Kinds[K]>;
}
