/** Checks what stages say of themselves against each other and against what the recipe asks of them. */
import type { LossAsks } from "../kinds/loss.ts";
import { isCalled } from "../kinds/metric.ts";
import { classesUnused } from "../problems/messages/classes.ts";
import * as messages from "../problems/messages/graph.ts";
import { patienceWithoutBest } from "../problems/messages/patience.ts";
import { unknownSampler } from "../problems/messages/recipe.ts";
import { quote } from "../problems/messages/text.ts";
import type { Problem } from "../problems/problem.ts";
import { stagesOf } from "../recipe/of_kind.ts";
import type { Recipe } from "../recipe/types.ts";
import { attempt, pluginId } from "./create.ts";
import { checkGuidance } from "./guidance.ts";
import { ofKind } from "./of_kind.ts";
import type { Stage } from "./types.ts";

/** Problems of stages that were created but cannot do what is asked of them. */
export async function checkRequirements(
  recipe: Recipe,
  stages: readonly Stage[],
  { training }: { readonly training: boolean },
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const sampler of ofKind(stages, "sampler")) problems.push(...await checkPlan(recipe, sampler));
  if (training) problems.push(...checkTold(recipe, stages));
  problems.push(...checkAsks(recipe, stages, training), ...checkDevices(recipe, stages));
  problems.push(...checkClasses(recipe, stages, training));
  return [...problems, ...(training ? checkTrain(recipe, stages) : [])];
}

/** What is wanted for each class takes a network that is told them. */
function checkClasses(recipe: Recipe, stages: readonly Stage[], training: boolean): Problem[] {
  const [network] = ofKind(stages, "network");
  if (network === undefined || network.stage.offers?.classes !== undefined) return [];
  const metrics = ofKind(stages, "metric");
  const wanted = [
    ...metrics.filter(({ options }) => options.by_class === true).map(({ path }) => [...path, "by_class"]),
    ...(training && recipe.train.samples.classes === "all" ? [["train", "samples", "classes"]] : []),
  ];
  return wanted.map((path) => recipe.problem(path, classesUnused(String(path.at(-1)))));
}

/** What losses and samplers ask of the network, it has to offer. A loss asks in training only. */
function checkAsks(recipe: Recipe, stages: readonly Stage[], training: boolean): Problem[] {
  const [network] = ofKind(stages, "network");
  if (network === undefined) return [];
  const { offers = {} } = network.stage;
  const layers = offers.features ?? [];
  const [loss] = ofKind(stages, "loss");
  const jumpOption = Object.hasOwn(network.plugin.options.shape, "jump");
  return stages.flatMap((stage) => {
    const who = { plugin: pluginId(stage), kind: stage.kind, network: pluginId(network) };
    const asks: LossAsks = stage.kind === "sampler"
      ? (stage as Stage<"sampler">).stage.asks ?? {}
      : stage.kind === "loss" && training
      ? (stage as Stage<"loss">).stage.asks ?? {}
      : {};
    const missing = asks.features?.find((name) => !layers.includes(name));
    return [
      ...(asks.jump && !offers.jump
        ? [messages.networkLacks(who, "a second noise level to jump to", "jump: true", { option: jumpOption })]
        : []),
      ...(stage.kind === "sampler" && asks.jump && offers.jump && loss !== undefined && !loss.stage.asks?.jump
        ? [messages.jumpsUntrained(pluginId(stage), pluginId(loss))]
        : []),
      ...(asks.condition && offers.condition === undefined
        ? [messages.networkLacks(who, "pictures to go by", "condition: image")]
        : []),
      ...(missing === undefined ? [] : [messages.featureUnknown(who, missing, layers)]),
    ].map((text) => recipe.problem(stage.path, text)).concat(
      stage.kind === "sampler"
        ? checkGuidance(recipe, stage as Stage<"sampler">, { name: who.network, classes: offers.classes }, training)
        : [],
    );
  });
}

/** What augmentations tell of what they did, the network has to take: generated pictures would show it otherwise. */
function checkTold(recipe: Recipe, stages: readonly Stage[]): Problem[] {
  const [network] = ofKind(stages, "network");
  const telling = ofKind(stages, "augmentation").filter(({ stage }) => stage.tells !== undefined);
  const numbers = telling.reduce((sum, { stage }) => sum + stage.tells!.numbers, 0);
  if (network === undefined || numbers === (network.stage.offers?.augment ?? 0)) return [];
  return telling.map((stage) => {
    const who = { plugin: pluginId(stage), kind: stage.kind, network: pluginId(network) };
    const offer = `augment: ${numbers}`;
    return recipe.problem(stage.path, messages.networkLacks(who, "numbers on what it did to a picture", offer));
  });
}

/** Devices that share a batch take as many pictures each. */
function checkDevices(recipe: Recipe, stages: readonly Stage[]): Problem[] {
  const [backend] = ofKind(stages, "backend"), [dataset] = ofKind(stages, "dataset");
  const { devices = 1 } = backend?.stage ?? {};
  const size = dataset?.options.batch_size;
  if (dataset === undefined || size === undefined || size % devices === 0) return [];
  return [recipe.problem([...dataset.path, "batch_size"], messages.batchUneven(size, devices))];
}

/** A plan has one row a step, all of the same width, of finite numbers. */
async function checkPlan(recipe: Recipe, sampler: Stage<"sampler">): Promise<readonly Problem[]> {
  const result = await attempt(recipe, sampler, "plan", () => sampler.stage.plan());
  if ("problems" in result) return result.problems;
  const { steps } = sampler.stage;
  const plan = result.value as readonly (readonly number[])[] | undefined;
  const unfit = (what: string, fix: string) => [
    recipe.problem(sampler.path, messages.planUnfit(pluginId(sampler), what, fix)),
  ];
  if (!Array.isArray(plan) || !plan.every(Array.isArray)) {
    return unfit("no list of rows", "plan returns a list with a list of numbers for each step, not a tensor");
  }
  const width = plan[0]?.length;
  const odd = plan.findIndex((row) => row.length !== width);
  const bad = plan.findIndex((row) => !row.every(Number.isFinite));
  const [what, fix] = !Number.isInteger(steps) || steps < 1
    ? [`"steps" of ${steps}`, "steps is a whole number of at least 1"]
    : plan.length !== steps
    ? [`${messages.rows(plan.length)} for ${steps} steps`, "plan returns one row of numbers for each step"]
    : odd > 0
    ? [
      `${plan[odd]!.length} numbers in row ${odd} and ${width} in row 0`,
      "rows are of equal length: one program serves all",
    ]
    : bad >= 0
    ? [`${shown(plan[bad]!.find((number) => !Number.isFinite(number)))} in row ${bad}`, "rows hold finite numbers"]
    : [];
  return what === undefined ? [] : unfit(what, fix!);
}

/** A value in a plan, as text: what looks like a number may be a string. */
const shown = (value: unknown) => typeof value === "string" ? quote(value) : String(value);

/** What `train` names has to exist. */
function checkTrain(recipe: Recipe, stages: readonly Stage[]): Problem[] {
  const problems: Problem[] = [];
  const { keep, samples } = recipe.train;
  const metrics = ofKind(stages, "metric");
  const broken = metrics.length < stagesOf(recipe, "metric").length;
  const numbers = metrics.flatMap(({ stage }) => Object.keys(stage.better));
  if (keep.best !== undefined && !numbers.some((name) => isCalled(name, keep.best!)) && !broken) {
    problems.push(recipe.problem(["train", "keep", "best"], messages.bestUnknown(keep.best, numbers)));
  }
  const { patience } = recipe.train;
  if (patience !== undefined && keep.best === undefined) {
    problems.push(recipe.problem(["train", "patience"], patienceWithoutBest(patience, numbers)));
  }
  const samplers = stagesOf(recipe, "sampler").map(({ path }) => String(path[1]));
  if (samples.sampler !== undefined && !samplers.includes(samples.sampler)) {
    problems.push(
      recipe.problem(["train", "samples", "sampler"], unknownSampler(samples.sampler, samplers)),
    );
  }
  return problems;
}
