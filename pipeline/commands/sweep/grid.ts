/** The grid of a sweep: overrides with several values, and every combination of them. */
import { sweepAxisTwice, sweepEmpty, sweepName, sweepUnclosed, sweepUntrusted } from "../../problems/messages/sweep.ts";
import { sha256 } from "../../../lib/files/hash.ts";
import type { Change, Recipe } from "../../recipe/types.ts";
import { DenoiseError } from "../../problems/problem.ts";

/** A setting with several values. */
export interface Axis {
  /** Such as `samplers.preview.steps`. */
  readonly key: string;
  /** As they were written. */
  readonly values: readonly string[];
  /** Whether it changes how a model is used and measured, not how it is trained: one model then serves all its values. */
  readonly afterTraining: boolean;
}

/** One value of each axis, by key. */
export type Point = Readonly<Record<string, string>>;

/** What a sweep goes through. */
export interface Grid {
  readonly axes: readonly Axis[];
  /** Overrides with one value: the same everywhere. */
  readonly fixed: readonly string[];
  /** What is trained, each with what it is measured with. */
  readonly models: readonly { readonly point: Point; readonly measured: readonly Point[] }[];
}

/**
 * The grid of the recipe itself.
 *
 * @throws {DenoiseError} where a setting is from a file that the user did not type: it becomes what the command line says
 */
export function declaredIn(recipe: Recipe): Recipe["sweep"] {
  const stranger = Object.keys(recipe.sweep).map((key) => ["sweep", key]).find(recipe.isFromElsewhere);
  if (stranger !== undefined) throw new DenoiseError(recipe.problem(stranger, sweepUntrusted(stranger[1]!)));
  return recipe.sweep;
}

/** The sampler that a setting is of: `preview` for `samplers.preview.steps`; undefined for other settings. */
export function samplerIn(key: string): string | undefined {
  return /^samplers\.([^.]+)/.exec(key)?.[1];
}

/** The overrides that have one value. @throws {DenoiseError} where a bracket is not closed */
export function fixedOf(overrides: readonly string[]): string[] {
  return overrides.filter((text) => valuesOf(text).length < 2);
}

/**
 * Reads overrides, such as `schedule=cosine,linear`. Commas within brackets, braces and quotes belong to a value.
 *
 * @param declared the grid of the recipe itself; a key that the overrides have is theirs
 * @param given axes besides settings of the recipe, the first of all
 * @throws {DenoiseError} where nothing has several values, or a key has two lists of them
 */
export function readGrid(
  overrides: readonly string[],
  declared: Readonly<Record<string, readonly string[]>> = {},
  given: readonly Axis[] = [],
): Grid {
  const axes = [...given], fixed = fixedOf(overrides);
  const add = (key: string, values: readonly string[]) => {
    if (key === "name") throw new DenoiseError(sweepName());
    if (axes.some((axis) => axis.key === key)) throw new DenoiseError(sweepAxisTwice(key));
    axes.push({ key, values: [...new Set(values)], afterTraining: /^(samplers|metrics)[.[]/.test(key) });
  };
  const keys = overrides.map((text) => text.slice(0, Math.max(text.indexOf("="), 0)));
  for (const [key, values] of Object.entries(declared)) {
    if (!keys.includes(key)) add(key, values);
  }
  for (const text of overrides) if (!fixed.includes(text)) add(text.slice(0, text.indexOf("=")), valuesOf(text));
  if (axes.length === 0) throw new DenoiseError(sweepEmpty());
  const measured = pointsOf(axes.filter(({ afterTraining }) => afterTraining));
  const models = pointsOf(axes.filter(({ afterTraining }) => !afterTraining)).map((point) => ({ point, measured }));
  return { axes, fixed, models };
}

/**
 * The overrides of a point, in the order in which they apply: a stage before its options.
 *
 * @param fixed overrides with one value: those of options of a stage that the point replaces are repeated after it,
 *   but for null: it has taken back what the recipe says, and has nothing to take back of a stage that is new
 */
export function overridesOf(point: Point, fixed: readonly string[] = []): string[] {
  const within = fixed.filter((text) =>
    !/=(null|~)$/.test(text) &&
    Object.keys(point).some((key) => text.startsWith(`${key}.`) || text.startsWith(`${key}[`))
  );
  const depth = (text: string) => pathOf(text.slice(0, text.indexOf("="))).length;
  return [...written(point), ...within].toSorted((a, b) => depth(a) - depth(b));
}

/** The same as changes of a recipe. */
export function changesAt(point: Point, fixed: readonly string[] = []): Change[] {
  return overridesOf(point, fixed).map((text) => {
    const equals = text.indexOf("=");
    return { path: pathOf(text.slice(0, equals)), written: text.slice(equals + 1) };
  });
}

const pathOf = (key: string) => key.split(/[.[\]]+/).filter(Boolean);
const written = (point: Point) => Object.entries(point).map(([key, value]) => `${key}=${value}`);

/** A name for files and folders: `schedule-cosine_seed-1`; where that says too little or too much, digits tell apart. */
export function nameOf(point: Point, otherwise: string): string {
  const texts = Object.entries(point).map(([key, value]) => `${key.split(".").at(-1)}-${value}`);
  if (texts.length === 0) return otherwise;
  const whole = texts.join("_");
  const plain = whole.replace(/[^\p{L}\p{N}_.-]+/gu, "-").replace(/^[-.]+/, "").slice(0, 60);
  return plain === whole && texts.length === 1 ? plain : `${plain}-${sha256(written(point).join("\n")).slice(0, 6)}`;
}

/** Every combination, the first axis slowest. */
export function pointsOf(axes: readonly Axis[]): Point[] {
  return axes.reduce<Point[]>(
    (points, { key, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [key]: value }))),
    [{}],
  );
}

function valuesOf(override: string): string[] {
  const equals = override.indexOf("=");
  return equals < 0 ? [] : splitValues(override.slice(equals + 1), override);
}

/** Splits at the commas outside brackets, braces and quotes. */
function splitValues(text: string, whole: string): string[] {
  const closing: Readonly<Record<string, string>> = { "[": "]", "{": "}", "(": ")", '"': '"', "'": "'" };
  const parts = [""], open: string[] = [];
  for (const letter of text) {
    const inner = open.at(-1);
    const quoted = inner === '"' || inner === "'";
    if (letter === "," && inner === undefined) {
      parts.push("");
      continue;
    }
    if (inner !== undefined && letter === closing[inner]) open.pop();
    else if (!quoted && letter in closing) open.push(letter);
    parts[parts.length - 1] += letter;
  }
  if (open.length > 0) throw new DenoiseError(sweepUnclosed(whole, open.at(-1)!));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
