/** What `train.from` names: another model whose weights training starts from, as far as they fit. */
import * as tf from "@tensorflow/tfjs";
import { parse } from "yaml";
import { disposeTree, mapTree, type TensorSpec, UnknownOpError } from "../../lib/tensor/mod.ts";
import { visible } from "../../lib/text/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import * as messages from "../problems/messages/foundation.ts";
import { DenoiseError } from "../problems/problem.ts";
import { warning } from "../problems/warning.ts";
import { stateSpecs } from "../programs/cost.ts";
import { compiledInitialState, compiledStateAround, type TrainState } from "../programs/states.ts";
import { differences, toYaml } from "../recipe/write.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import { count } from "../terminal/units.ts";
import { findCheckpoint } from "./checkpoint.ts";
import type { HostTree } from "./host_tensors.ts";
import { withoutNewOptions } from "./resume.ts";

/** A model to start from. */
export interface Foundation {
  /** Its checkpoint. */
  readonly path: string;
  /** Updates that it has seen. */
  readonly step: number;
  /** Its average weights that fit, by path in the network's state, such as `trainable/conv.kernel`. */
  readonly weights: HostTree;
  /** Paths of weights that are drawn, because it has none of that name. */
  readonly missing: readonly string[];
  /** Those that are drawn because its own have another shape, with both shapes. */
  readonly misshapen: readonly string[];
  /** Paths of its weights that nothing here takes. */
  readonly unused: readonly string[];
  /** What it was trained with that gives its weights another meaning, such as `parametrization: noise → velocity`. */
  readonly differences: readonly string[];
}

const ofAverage = "state/average/";

/**
 * Finds the model that `train.from` names, and what of it fits; undefined where the recipe names none. Only tensors are
 * read: no code that its recipe names is run.
 *
 * @throws {DenoiseError} at `train.from`, where it names no model, or nothing of it fits
 */
export async function foundationOf(
  graph: Graph,
  warn: (message: string) => void,
): Promise<Foundation | undefined> {
  const { recipe } = graph;
  const named = recipe.train.from;
  if (named === undefined) return undefined;
  const { path, checkpoint } = await findCheckpoint(named, warn).catch((error) => {
    if (!(error instanceof DenoiseError)) throw error;
    throw new DenoiseError(error.problems.map((problem) => recipe.problem(["train", "from"], problem)));
  });
  const wanted = await wantedBy(graph);
  const weights: HostTree = {};
  const missing: string[] = [], misshapen: string[] = [];
  for (const [name, { shape, dtype }] of Object.entries(wanted)) {
    const found = checkpoint.tensors[ofAverage + name];
    if (found === undefined) missing.push(plain(name));
    else if (String(found.shape) !== String(shape) || (found.dtype === "F32") !== (dtype === "float32")) {
      misshapen.push(`${plain(name)} [${found.shape.join(", ")}] → [${shape.join(", ")}]`);
    } else weights[name] = found;
  }
  const own = Object.keys(checkpoint.tensors).filter((name) => name.startsWith(ofAverage));
  // Exported weights hold each tensor as trainable and as a buffer.
  const taken = new Set(Object.keys(wanted).map(plain));
  const unused = [...new Set(own.map((name) => plain(name.slice(ofAverage.length))))].filter((name) =>
    !taken.has(name)
  );
  const before = parse(checkpoint.recipe, { logLevel: "silent" }) as Record<string, unknown>;
  // A bias fits networks that have nothing else in common.
  if (!Object.entries(weights).some(([name, { shape }]) => name.startsWith("trainable/") && shape.length > 1)) {
    const text = messages.foundationUnfit(path, useOf(before.network), useOf(recipe.resolved.network), misshapen);
    throw new DenoiseError(recipe.problem(["train", "from"], text));
  }
  return {
    ...{ path, step: checkpoint.position.step, weights, missing, misshapen, unused },
    differences: changedMeaning(before, graph),
  };
}

/** What is started from, and what is left out of it, in words. */
export function foundationText({ path, step, weights, missing, misshapen, unused }: Foundation): string {
  const taken = Object.keys(weights).length;
  const left = [
    ...(missing.length === 0 ? [] : [`not in it: ${some(missing)}`]),
    ...(misshapen.length === 0 ? [] : [`of another shape: ${some(misshapen)}`]),
    ...(unused.length === 0 ? [] : [`left out: ${some(unused)}`]),
  ];
  const all = taken + missing.length + misshapen.length;
  return visible([`${path}, step ${count(step)}: ${taken} of ${all} tensors`, ...left].join("; "));
}

/** Says what is started from, and warns where its weights may mean something else here. */
export function printFoundation(console: Console, foundation: Foundation): void {
  const { path } = foundation;
  row(console, "from", foundationText(foundation));
  if (foundation.differences.length > 0) {
    console.warn(warning(messages.foundationDiffers(path, foundation.differences)));
  }
}

/** The state before the first step, with the weights of a foundation in place of those drawn. */
export async function stateFrom(graph: Graph, backend: Backend, { weights }: Foundation): Promise<TrainState> {
  const drawn = await compiledInitialState(graph, backend);
  const network = mapTree(drawn.network, (tensor, path) => {
    const found = weights[path];
    return found === undefined ? tf.clone(tensor) : tf.tensor(found.data as tf.TypedArray, tensor.shape, tensor.dtype);
  });
  try {
    return await compiledStateAround(graph, backend, network);
  } finally {
    disposeTree([network, drawn]);
  }
}

/** Names, shapes and types of the network's state. */
async function wantedBy(graph: Graph): Promise<Record<string, TensorSpec>> {
  try {
    const { network } = await stateSpecs(graph);
    return Object.fromEntries(
      (["trainable", "buffers"] as const).flatMap((part) =>
        Object.entries(network[part]).map(([name, spec]) => [`${part}/${name}`, spec as TensorSpec])
      ),
    );
  } catch (error) {
    if (!(error instanceof UnknownOpError)) throw error;
    throw new DenoiseError(graph.recipe.problem(["train", "from"], messages.foundationUnknown(error.message)));
  }
}

/** Stages that say what the numbers in a network mean. */
const meaning = ["network", "parametrization", "normalizer"] as const;

function changedMeaning(before: Readonly<Record<string, unknown>>, { recipe }: Graph): string[] {
  // Both as they are written: `noise` and `{ use: noise }` are one.
  const now = parse(toYaml(recipe.resolved), { logLevel: "silent" }) as Record<string, unknown>;
  const of = (all: Readonly<Record<string, unknown>>) => Object.fromEntries(meaning.map((key) => [key, all[key]]));
  return differences(of(before), of(withoutNewOptions(now, before, recipe.stages)));
}

const useOf = (stage: unknown): string => String(typeof stage === "object" ? Object(stage).use : stage);
const plain = (path: string) => path.replace(/^(trainable|buffers)\//, "");
const some = (names: readonly string[]) =>
  names.slice(0, 4).join(", ") + (names.length > 4 ? ` and ${names.length - 4} more` : "");
