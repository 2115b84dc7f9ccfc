/** Checks a merged recipe as a whole, and makes the `Recipe` that the graph is wired from. */
import { type Kind, kinds } from "../kinds/mod.ts";
import type { Place, Problem } from "../problems/problem.ts";
import { tellOdd } from "../problems/odd.ts";
import { type Field, fieldAt, isMap, type MapNode, type Node, spanOf } from "./node.ts";
import { checkName, checkRootKeys, checkSweep, checkTrain, readSeed } from "./root.ts";
import { type CheckedStage, checkSampler, checkStages, type StageTools } from "./stages.ts";
import type { Origin, Path, Recipe } from "./types.ts";

/** Checks everything and reports what is wrong. */
export async function checkRecipe(
  root: MapNode,
  file: string,
  pluginFiles: readonly string[],
  given: Omit<StageTools, "samplers">,
): Promise<Omit<Recipe, "another" | "code" | "isFromElsewhere" | "isOfRun" | "with"> | undefined> {
  const samplers = root.value.get(kinds.sampler.key)?.node;
  const tools: StageTools = { ...given, samplers: isMap(samplers) ? [...samplers.value.keys()] : [] };
  const meant = await checkRootKeys(root, tools);
  const name = checkName(root, file, tools);
  const seed = readSeed(root, tools);
  const sweep = checkSweep(root, tools);
  const stages: CheckedStage[] = [];
  const resolved: Record<string, unknown> = { name, seed };
  if (pluginFiles.length > 0) resolved.plugins = [...pluginFiles];
  for (const kind of Object.keys(kinds) as Kind[]) {
    const { key, arity } = kinds[kind];
    const field = root.value.get(key);
    // A misspelt key above is this one.
    if (field === undefined && meant.has(key)) continue;
    const checked = await checkStages(kind, field, tools);
    stages.push(...checked);
    resolved[key] = arity === "one"
      ? checked[0]?.resolved
      : arity === "list"
      ? checked.map((stage) => stage.resolved)
      : Object.fromEntries(checked.map(({ stage, resolved }) => [stage.path[1], resolved]));
  }
  const train = root.value.has("train") || !meant.has("train") ? await checkTrain(root, tools) : undefined;
  const sample = fieldAt(root, ["train", "samples", "sampler"])?.node;
  if (sample !== undefined) checkSampler(sample.value, sample.place, tools);
  if (train === undefined) return undefined;
  const { backend, ...rest } = resolved;
  return {
    file,
    name,
    seed,
    stages: stages.map(({ stage }) => stage),
    train: train.train,
    sweep, // left out of the resolved recipe: a run within a sweep does not sweep again
    resolved: { ...rest, train: train.resolved, backend },
    origin: (path) => originOf(root, path),
    problem: (path, problem) => problemAt(root, path, problem),
  };
}

function originOf(root: MapNode, path: Path): Origin {
  return stageField(root, path)?.node.origin ?? { from: "default" };
}

/** The field at a path; the `use` of a stage that is a bare name is the stage itself. */
function stageField(root: MapNode, path: Path): Field | undefined {
  const field = fieldAt(root, path);
  if (field !== undefined || path.at(-1) !== "use") return field;
  const stage = fieldAt(root, path.slice(0, -1));
  return typeof stage?.node.value === "string" ? stage : undefined;
}

function valuePlace(root: MapNode, path: Path): Place | undefined {
  if (path.length === 0) return undefined;
  const field = fieldAt(root, path);
  return (isMap(field?.node) ? nameOf(field.node) : undefined) ?? field?.node.place ?? field?.key ??
    valuePlace(root, path.slice(0, -1));
}

const nameOf = (stage: Node) => isMap(stage) ? stage.value.get("use")?.node.place : undefined;

/** The place to underline: an option's key, a stage's plugin name, or the nearest parent for a missing value. */
function problemAt(root: MapNode, path: Path, problem: Omit<Problem, "place">): Problem {
  const field = stageField(root, path);
  const place = field !== undefined && !isMap(field.node) ? spanOf(field) : valuePlace(root, path);
  const at = place ?? root.place;
  return at === undefined ? problem : tellOdd({ ...problem, place: at });
}
