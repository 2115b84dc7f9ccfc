/** Applies what the command line says: `network.block_depth=3 samplers.preview.steps=50 metrics.0.every="1 epoch"`. */
import * as messages from "../problems/messages/file.ts";
import { unknownKey } from "../problems/messages/recipe.ts";
import type { Place } from "../problems/problem.ts";
import { charactersIn, columnAt, overridesFile, placeIn } from "../problems/source.ts";
import { mergeRecipes, mergeStage, rootKeys, stageKey } from "./merge.ts";
import { dataOf, type Field, fieldAt, isList, isMap, type MapNode, type Node, pathText, withField } from "./node.ts";
import { parse, type ReportProblem } from "./parse.ts";
import type { Change, Origin } from "./types.ts";

interface Step {
  readonly key: string;
  readonly place: Place;
}

interface Override {
  readonly steps: readonly Step[];
  readonly value: Node;
  readonly origin: Origin;
}

/**
 * The recipe with the overrides laid over it, in their order; what cannot be applied is reported and left out.
 *
 * Those that name plugins come first: options belong to the plugin that is named, wherever it is.
 */
export function applyOverrides(recipe: MapNode, texts: readonly string[], report: ReportProblem): MapNode {
  const all = shown(texts);
  return applyAll(recipe, texts.flatMap((text, i) => read(text, i + 1, all, report) ?? []), report);
}

function applyAll(recipe: MapNode, overrides: readonly Override[], report: ReportProblem): MapNode {
  const named = Map.groupBy(overrides, namesPlugin);
  return [true, false].flatMap((first) => named.get(first) ?? [])
    .reduce((root, override) => apply(root, override, report), recipe);
}

/**
 * The recipe with changes laid over it that a program asks for. They show as overrides in messages.
 *
 * @throws {RangeError} for `plugins`: their files are loaded before
 */
export function applyChanges(recipe: MapNode, changes: readonly Change[], report: ReportProblem): MapNode {
  if (changes.some(({ path }) => path[0] === "plugins")) {
    throw new RangeError('Cannot change "plugins" of a recipe that is read: name the files when it is read');
  }
  const texts = changes.map((change) => {
    const value = "written" in change ? change.written : JSON.stringify(change.value);
    return { key: pathText(change.path), value };
  });
  const all = shown(texts.map(({ key, value }) => `${key}=${value}`));
  return applyAll(
    recipe,
    changes.flatMap(({ path }, i) => {
      const { key, value } = texts[i]!, line = i + 1;
      const place = placeIn(all, { file: overridesFile, line, column: 1, length: charactersIn(key) });
      const node = readValue(key, value, { line, all, text: `${key}=${value}` }, report);
      return node === undefined ? [] : { steps: path.map((step) => ({ key: String(step), place })), ...node };
    }),
    report,
  );
}

/** A setting of the command line: its key, and its value with its place. */
export interface Setting {
  readonly key: string;
  readonly field: Field;
}

/** Settings as `key=value`, outside of a recipe; those that cannot be read are reported and left out. */
export function readSettings(texts: readonly string[], report: ReportProblem): Setting[] {
  const all = shown(texts);
  return texts.flatMap((text, i) => {
    const setting = read(text, i + 1, all, report);
    const key = setting?.steps.map((step) => step.key).join(".");
    return setting === undefined ? [] : { key: key!, field: { key: setting.steps[0]!.place, node: setting.value } };
  });
}

/** Overrides as a text of which each is a line. */
function shown(texts: readonly string[]): string {
  return texts.map((text) => text.replaceAll("\n", "\u240a").replaceAll("\r", "\u240d")).join("\n");
}

/** Whether it is a stage's plugin that is named: `network.use=clear-unet`, `network=clear-unet`. */
function namesPlugin({ steps, value }: Override): boolean {
  const arity = stageKey(steps[0]!.key)?.arity;
  if (arity === undefined) return false;
  const depth = arity === "one" ? 1 : 2;
  return steps.length === depth
    ? typeof value.value === "string"
    : steps.length === depth + 1 && steps.at(-1)!.key === "use";
}

function read(text: string, line: number, all: string, report: ReportProblem): Override | undefined {
  const place = (column: number, length: number) =>
    placeIn(all, { file: overridesFile, line, column, length: Math.max(1, length) });
  const equals = text.indexOf("=");
  const key = text.slice(0, Math.max(0, equals));
  // `metrics[0].every` is how problems name a place, so it is taken as well as `metrics.0.every`.
  if (!/^[^.[\]\s]+(\.[^.[\]\s]+|\[\d+\])*$/.test(key) || /[\r\n]/.test(text)) {
    report(messages.overrideForm(text), place(1, charactersIn(text)));
    return undefined;
  }
  const steps = [...key.matchAll(/[^.[\]]+/g)].map((match) => ({
    key: match[0],
    place: place(columnAt(key, match.index), charactersIn(match[0])),
  }));
  const found = readValue(key, text.slice(equals + 1), { line, all, text }, report);
  return found && { steps, ...found };
}

/** The value of a line such as `key=value`. */
function readValue(
  key: string,
  value: string,
  { line, all, text }: { line: number; all: string; text: string },
  report: ReportProblem,
): Pick<Override, "value" | "origin"> | undefined {
  const origin: Origin = { from: "command line", text };
  // Blanks in place of the key keep the columns.
  const padded = " ".repeat(charactersIn(key) + 1) + value;
  const node = parse(padded, { file: overridesFile, origin, within: { text: all, line } }, report);
  return node && { value: node, origin };
}

function apply(root: MapNode, { steps, value, origin }: Override, report: ReportProblem): MapNode {
  const [first, second] = steps as [Step, Step | undefined];
  if (first.key === "extends") {
    report(messages.overrideForbidden(first.key), first.place);
    return root;
  }
  if (!rootKeys.includes(first.key)) {
    report(unknownKey(first.key, rootKeys), first.place);
    return root;
  }
  const arity = stageKey(first.key)?.arity;
  const stages = fieldAt(root, [first.key])?.node;
  if (second !== undefined && (arity === "list" || (arity === "named" && steps.length > 2))) {
    const names = isList(stages) ? Object.keys(stages.value) : isMap(stages) ? [...stages.value.keys()] : [];
    if (!names.includes(second.key)) {
      report(messages.overrideUnknown(second.key, first.key, names), second.place);
      return root;
    }
  }
  const blocked = blockedAt(root, steps, arity === undefined ? 0 : arity === "one" ? 1 : 2);
  if (blocked !== undefined) {
    report(blocked.message, blocked.place);
    return root;
  }
  if (arity === "list" && second !== undefined && isList(stages)) {
    const item = mergeStage(stages.value[Number(second.key)], nest(steps.slice(2), value, origin));
    const node = { ...stages, value: stages.value.with(Number(second.key), item) };
    return withField(root, first.key, { key: undefined, node });
  }
  return mergeOver(root, nest(steps, value, origin) as MapNode);
}

/** The name is not inherited by recipes that extend, but kept by overrides. */
function mergeOver(root: MapNode, over: MapNode): MapNode {
  const merged = mergeRecipes(root, over);
  const name = over.value.get("name") ?? root.value.get("name");
  const placed = { ...merged, place: root.place, origin: root.origin };
  return name === undefined ? placed : withField(placed, "name", name);
}

/** The maps around a value. */
function nest(steps: readonly Step[], value: Node, origin: Origin): Node {
  return steps.reduceRight<Node>(
    (node, { key, place }) => ({ value: new Map([[key, { key: place, node }]]), origin, place }),
    value,
  );
}

/** The first step that goes into something without keys. The name of a plugin, at `depth`, counts as a stage. */
function blockedAt(root: MapNode, steps: readonly Step[], depth: number) {
  for (let i = 1; i < steps.length; i++) {
    const node = fieldAt(root, steps.slice(0, i).map((step) => step.key))?.node;
    if (node === undefined || node.undoes || isMap(node)) continue;
    if (i === depth && typeof node.value === "string") continue;
    if (i === 1 && depth === 2 && isList(node)) continue;
    const within = steps.slice(0, i).map((step) => step.key).join(".");
    return {
      message: messages.overrideWithin(steps[i]!.key, within, dataOf(node), node.written),
      place: steps[i]!.place,
    };
  }
  return undefined;
}
