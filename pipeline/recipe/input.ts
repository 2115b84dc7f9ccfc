/** A recipe in code: its types, which follow from the options of plugins. */
import type { z } from "zod";
import type { Kind, kinds } from "../kinds/mod.ts";
import type { Plugin } from "../kinds/plugin.ts";
import type { TrainSettings } from "./types.ts";

/** Types of plugins by `kind/name`, such as `{ "sampler/ddim": typeof ddim }`. */
export type PluginTypes = object;

/** The same, where nothing will be changed: `as const` and `readonly` lists fit as well. */
export type Frozen<T> = T extends readonly (infer Item)[] ? readonly Frozen<Item>[]
  : T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> }
  : T;

/** What a shape of options may be given as. Of the empty shape zod says that every key is `never`. */
export type Given<Shape extends z.ZodRawShape> = [keyof Shape] extends [never] ? unknown
  : Frozen<z.input<z.ZodObject<Shape>>>;

/** Options of a plugin: those that its type names, or those that follow from its schema. */
export type OptionsOf<P> = P extends { readonly given: infer Options } ? Options
  : P extends Plugin<infer _Kind, infer Options, infer _Needs> ? Given<Options>
  : unknown;

/** A stage of a kind: a plugin's name, or `{ use: name, ...options }`. */
export type StageInput<Types extends PluginTypes, K extends Kind> = {
  [Id in keyof Types]: Id extends `${K}/${infer Name}`
    ? Name | { readonly use: Name } & OptionsOf<Types[Id]> & Given<(typeof kinds)[K]["options"]>
    : never;
}[keyof Types];

/** How a recipe holds the stages of a kind. */
export type Held<K extends Kind, Stage> = {
  readonly one: Stage;
  readonly list: readonly Stage[];
  readonly named: Readonly<Record<string, Stage>>;
}[(typeof kinds)[K]["arity"]];

/** The keys of stages. */
export type Stages<Types extends PluginTypes> = {
  readonly [K in Kind as (typeof kinds)[K]["key"]]?: Held<K, StageInput<Types, K>>;
};

/** How long to train, and what is kept: all that has a default may be left out. */
export type TrainInput = Partial<Omit<TrainSettings, "keep" | "samples">> & {
  /** Checkpoints to keep. */
  readonly keep?: Partial<TrainSettings["keep"]>;
  /** The grid of pictures that is sampled while training. */
  readonly samples?: Partial<TrainSettings["samples"]>;
};

/**
 * A recipe in code: what a file holds, as an object. What it leaves out has the default that a file's has; what it needs
 * besides is checked when it is read.
 */
export type RecipeInput<Types extends PluginTypes> = Stages<Types> & {
  /** Name of the run folder. Default `recipe-in-code`. */
  readonly name?: string;
  /** Integer from 0 to 2^53 - 1. Default 0. */
  readonly seed?: number;
  /** A recipe file that this one changes. */
  readonly extends?: string;
  /** Plugin files. */
  readonly plugins?: readonly string[];
  /** How long to train, and what is kept. */
  readonly train?: TrainInput;
  /** Settings and their values, for `sweep`. */
  readonly sweep?: Readonly<Record<string, readonly unknown[]>>;
};
