/** Checks the root of a recipe besides its stages: name, seed, train, and keys that mean nothing. */
import { basename } from "node:path";
import { unseen, visible } from "../../lib/text/mod.ts";
import { type Kind, kinds } from "../kinds/mod.ts";
import * as messages from "../problems/messages/recipe.ts";
import { nearest } from "../terminal/nearest.ts";
import { inQuotes } from "./in_quotes.ts";
import { rootKeys } from "./merge.ts";
import { dataOf, isList, isMap, type MapNode, pathText } from "./node.ts";
import { pathOfOption } from "./option_paths.ts";
import { checkOptions } from "./options.ts";
import { optionOwners, type StageTools } from "./stages.ts";
import { trainSchema } from "./train.ts";
import type { TrainSettings } from "./types.ts";
import { asWritten } from "./write.ts";

/** Names of folders that no operating system objects to. */
const fitName = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,79}$/u;
const windowsDevice = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const largestSeed = Number.MAX_SAFE_INTEGER;

/** Reports keys that mean nothing; returns those that were meant. */
export async function checkRootKeys(root: MapNode, tools: StageTools): Promise<ReadonlySet<string>> {
  const meant = new Set<string>();
  for (const [key, field] of root.value) {
    if (rootKeys.includes(key)) continue;
    const near = nearest(key, rootKeys);
    if (near !== undefined) meant.add(near);
    const owners = near === undefined ? await optionOwners(key, Object.keys(kinds) as Kind[], tools.plugins) : [];
    tools.report(
      owners.length > 0 ? messages.misplacedOption(key, owners) : messages.unknownKey(key, rootKeys),
      field.key,
    );
  }
  return meant;
}

/** The recipe's name: a folder of `runs/` is named after it. */
export function checkName(root: MapNode, file: string, tools: StageTools): string {
  const field = root.value.get("name");
  if (field === undefined) return recipeName(file);
  const { value, place } = field.node;
  if (typeof value !== "string") {
    const { written } = field.node;
    const hints = inQuotes(field.node);
    tools.report(messages.wrongType("name", "the recipe", "text", dataOf(field.node), hints, written), place);
  } else if (!fitName.test(value) || unseen.test(value) || value.endsWith(".") || windowsDevice.test(value)) {
    const allowed = "letters, digits, -, _ and . within, up to 80 characters";
    tools.report(messages.unfitName("the name of a recipe and its run folder", value, allowed), place);
  } else return value;
  return recipeName(file);
}

/** The name of a recipe that has none: its file's, with what no folder name can hold replaced. */
export function recipeName(file: string): string {
  const stem = visible(basename(file).normalize()).replace(/\.[^.]*$/, "");
  const plain = stem.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "-").replaceAll(/^[-.]+|[-.]+$/g, "");
  const name = [...plain].slice(0, 80).join("").slice(0, 80).toWellFormed().replace(/\ufffd$/, "");
  return fitName.test(name) && !windowsDevice.test(name) ? name : `recipe-${name}`.replace(/-$/, "");
}

/** The seed; 0 when there is none. */
export function readSeed(root: MapNode, tools: StageTools): number {
  const field = root.value.get("seed");
  if (field === undefined) return 0;
  const { value, place } = field.node;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= largestSeed) return value;
  const allowed = `an integer from 0 to ${largestSeed}`;
  const text = typeof value === "number" ? messages.outOfRange : messages.wrongType;
  const hints = typeof value === "string" && /^\d+$/.test(value) ? [`quotes make it text: write ${value}`] : [];
  tools.report(text("seed", "the recipe", allowed, dataOf(field.node), hints, field.node.written), place);
  return 0;
}

/** The grid of `sweep`: lists of values as they are written, by setting; empty where there is none. */
export function checkSweep(root: MapNode, tools: StageTools): Record<string, readonly string[]> {
  const field = root.value.get("sweep");
  if (field === undefined) return {};
  const allowed = "a map of settings and their values";
  if (!isMap(field.node)) {
    const hints = ["write sweep: { schedule: [cosine, linear] }"];
    tools.report(
      messages.wrongType("sweep", "the recipe", allowed, dataOf(field.node), hints, field.node.written),
      field.node.place,
    );
    return {};
  }
  const grid: Record<string, readonly string[]> = {};
  for (const [key, { node }] of field.node.value) {
    if (isList(node) && node.value.length > 0) grid[key] = node.value.map(asWritten);
    else tools.report(messages.wrongType(key, "sweep", "a list of values", dataOf(node), [], node.written), node.place);
  }
  return grid;
}

/** `train`, or undefined when something was reported. */
export async function checkTrain(
  root: MapNode,
  tools: StageTools,
): Promise<{ train: TrainSettings; resolved: Record<string, unknown> } | undefined> {
  const field = root.value.get("train");
  if (field === undefined) {
    tools.report(messages.missingTrainLength(), tools.nowhere);
    return undefined;
  }
  const { node } = field;
  if (!isMap(node)) {
    const hints = typeof node.value === "number" ? [`write train: { epochs: ${node.value} }`] : [];
    tools.report(
      messages.wrongType(
        "train",
        "the recipe",
        "a map",
        dataOf(node),
        hints.concat(missingHint(node.value)),
        node.written,
      ),
      node.place,
    );
    return undefined;
  }
  const place = field.key ?? node.place ?? tools.nowhere;
  const keys = [...node.value].filter(([, { node }]) => !node.undoes).map(([key]) => key);
  const meant = keys.some((key) => ["epochs", "steps"].includes(nearest(key, Object.keys(trainSchema.shape)) ?? ""));
  const [epochs, steps] = ["epochs", "steps"].map((key) => keys.includes(key) ? node.value.get(key) : undefined);
  if (epochs === undefined && steps === undefined && !meant) tools.report(messages.missingTrainLength(), place);
  const checked = await checkOptions(
    trainSchema,
    node,
    { name: "train", place },
    tools.report,
    ({ path, key, known }) => Promise.resolve(messages.unknownOption(pathText([...path, key]), "train", known)),
  );
  if (checked === undefined) return undefined;
  if (epochs !== undefined && steps !== undefined) {
    const second = keys.indexOf("epochs") < keys.indexOf("steps") ? steps : epochs;
    tools.report(messages.wrongTrainLength(dataOf(epochs.node), dataOf(steps.node)), second.key ?? place);
  }
  const { from } = checked.options, origin = node.value.get("from")?.node.origin;
  if (typeof from !== "string" || origin === undefined) {
    return { train: checked.options as unknown as TrainSettings, resolved: checked.resolved };
  }
  const path = { from: await pathOfOption(from, origin, tools.isOfRun) };
  return {
    train: { ...checked.options, ...path } as unknown as TrainSettings,
    resolved: { ...checked.resolved, ...path },
  };
}

const missingHint = (value: unknown) => typeof value === "number" ? [] : ["write train: { epochs: 40 }"];
