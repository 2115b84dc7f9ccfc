/** Runs a deterministic sampler backwards: from pictures to the noise that it makes them of. */
import * as tf from "@tensorflow/tfjs";
import { disposeTree, seedTensor, type State, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import { ratesOf } from "../kinds/diffusion.ts";
import { samplerNotInvertible } from "../problems/messages/samplers.ts";
import { DenoiseError } from "../problems/problem.ts";
import { evaluationsPerStep } from "./evaluations.ts";
import { buildSamplerStep, type GuideWeights, hasMomentum, type Weights } from "./sampler_step.ts";
import { yieldToEvents } from "./yield_to_events.ts";

/** What to invert. */
export interface InvertOptions {
  /** Weights to use: the average. Not consumed. */
  readonly state: State;
  /** Weights of the model that guides, where there is one. Not consumed. */
  readonly guide?: GuideWeights | undefined;
  /** Of the normalizer. Not consumed. */
  readonly statistics: TensorRecord;
  /** Pictures in `[0, 1]`, `[count, height, width, channels]`. Not consumed. */
  readonly pictures: tf.Tensor4D;
  /** Class of each picture, where the network asks for it. */
  readonly labels?: readonly number[] | undefined;
  /** Called as steps are done. */
  readonly progress?: (done: number, total: number) => void;
  /** Stops between evaluations. */
  readonly signal?: AbortSignal | undefined;
}

/** What pictures were made of. */
export interface Inverted {
  /** The noisy images that the sampler starts from, `[count, height, width, channels]`. The caller frees it. */
  readonly noise: tf.Tensor4D;
  /** Largest difference of a pixel between what a step gives for what was found, and what it should: normalised units. */
  readonly error: number;
  /** Evaluations of the network for a picture. */
  readonly evaluations: number;
}

/** Rounds of a step, and the error at which they end. */
const mostRounds = 100, enough = 2e-6;

/**
 * Compiles the inverse of a sampler. Each step is solved for the image that it started from: `y = step(x)` by
 * `x ← x + share · (y - step(x)) · noise before / noise after`, which with share 1 is the fixed point of DDIM's own
 * equation; the share shrinks where that makes it worse. Meiri et al. 2023, arXiv:2312.12540, "Fixed-point inversion".
 *
 * The picture is taken for the last image of the sampler, so that the way there and back is exact.
 *
 * @param guide the graph of the model that guides, where the sampler's option `guidance` names one
 * @throws {DenoiseError} where the sampler draws noise, remembers earlier steps, or ends without noise
 */
export function buildInvert(
  backend: Backend,
  graph: Graph,
  stage: Stage<"sampler">,
  guide?: Graph,
): (options: InvertOptions) => Promise<Inverted> {
  const { stage: sampler, id, plugin } = stage;
  const levels = checkInvertible(stage);
  const step = buildSamplerStep(graph, stage, { guide });
  const finish = backend.compile((pictures: tf.Tensor, statistics: TensorRecord): tf.Tensor => {
    const { signal } = ratesOf(levels.at(-1)!);
    return tf.mul(signal, graph.one("normalizer").stage.normalize(statistics, pictures as tf.Tensor4D));
  }, { name: `${id} last image` });
  const look = backend.compile(
    (
      tried: tf.Tensor,
      { wanted, row, number, ratio }: { wanted: tf.Tensor; row: tf.Tensor; number: tf.Tensor; ratio: tf.Tensor },
      weights: Weights,
      statistics: TensorRecord,
      keys: { seed: tf.Tensor; item: tf.Tensor; label?: tf.Tensor },
    ): { move: tf.Tensor; error: tf.Tensor } => {
      const carried = { state: sampler.init(tried as tf.Tensor4D), signal: tf.zerosLike(tried), step: number };
      const { state } = step(carried, { row, step: number }, weights, statistics, keys);
      const off = tf.sub(wanted, state.image);
      return { move: tf.mul(ratio, off), error: tf.max(tf.abs(off)) };
    },
    { name: `${id} inverse step` },
  );
  const mix = backend.compile(
    (tried: tf.Tensor, move: tf.Tensor, share: tf.Tensor): tf.Tensor => tf.add(tried, tf.mul(share, move)),
    { name: `${id} inverse move` },
  );

  /** Solves `step(x) = wanted` for x. */
  async function solve(
    about: Parameters<typeof look>[1] & { wanted: tf.Tensor },
    weights: Weights,
    statistics: TensorRecord,
    keys: Parameters<typeof look>[4],
    signal: AbortSignal | undefined,
  ): Promise<{ image: tf.Tensor; error: number; rounds: number }> {
    let best = tf.clone(about.wanted), share = 1, rounds = 0;
    let at = await look(best, about, weights, statistics, keys);
    let error = await numberOf(at.error);
    try {
      // Where a whole move makes it worse, a shorter one along the same way does not.
      for (; error > enough && share > 1e-3 && rounds < mostRounds; rounds++) {
        signal?.throwIfAborted();
        const scale = tf.scalar(share);
        const tried = await mix(best, at.move, scale);
        scale.dispose();
        const there = await look(tried, about, weights, statistics, keys);
        const found = await numberOf(there.error);
        const better = found < error;
        tf.dispose(better ? [best, at.move] : [tried, there.move]);
        if (better) [best, at, error] = [tried, there, found];
        share = better ? Math.min(1, 1.5 * share) : share / 2;
        await yieldToEvents();
      }
      return { image: best, error, rounds: rounds + 1 };
    } catch (problem) {
      best.dispose();
      throw problem;
    } finally {
      at.move.dispose();
    }
  }

  return async ({ state, guide: weak, statistics, pictures, labels, progress, signal }) => {
    const weights: Weights = { average: state, ...(weak === undefined ? {} : { guide: weak }) };
    const count = pictures.shape[0];
    const keys = {
      seed: seedTensor(0),
      item: tf.range(0, count, 1, "int32"),
      ...(labels === undefined ? {} : { label: tf.tensor1d([...labels], "int32") }),
    };
    const plan = sampler.plan();
    let image = await finish(pictures, statistics), worst = 0, rounds = 0;
    try {
      for (let number = plan.length - 1; number >= 0; number--) {
        const [before, after] = [levels[number]!, levels[number + 1]!].map((level) => ratesOf(level).noise) as Pair;
        const about = {
          wanted: image,
          row: tf.tensor1d([...plan[number]!]),
          number: tf.scalar(number, "int32"),
          ratio: tf.scalar(before / after),
        };
        try {
          const found = await solve(about, weights, statistics, keys, signal);
          image = found.image;
          worst = Math.max(worst, found.error);
          rounds += found.rounds;
        } finally {
          disposeTree(about);
        }
        progress?.(plan.length - number, plan.length);
      }
      if (!Number.isFinite(worst)) {
        image.dispose();
        throw new DenoiseError(samplerNotInvertible(id, plugin.name, "its steps are too long: no image leads there"));
      }
      return { noise: image as tf.Tensor4D, error: worst, evaluations: rounds * evaluationsPerStep(stage) };
    } finally {
      disposeTree(keys);
    }
  };
}
type Pair = [number, number];

/** Reads a tensor of one number, and frees it. */
async function numberOf(tensor: tf.Tensor): Promise<number> {
  const [value] = await tensor.data();
  tensor.dispose();
  return value!;
}

/** The levels of a sampler that can be inverted. */
function checkInvertible(sampler: Stage<"sampler">): readonly number[] {
  const { stage, id, plugin } = sampler;
  const refuse = (why: string): never => {
    throw new DenoiseError(samplerNotInvertible(id, plugin.name, why));
  };
  if (stage.stochastic) refuse("it draws noise between its steps");
  const { levels } = stage;
  if (levels === undefined) return refuse("it does not say its noise levels");
  if (levels.at(-1) === Infinity) refuse("its last step goes to the image itself, whatever it came from");
  const names = tf.tidy(() => Object.keys(stage.init(tf.zeros([1, 1, 1, 1]))));
  if (names.length > 1) refuse("its steps depend on earlier ones");
  if (hasMomentum(sampler)) refuse("its guidance has momentum, which depends on earlier steps");
  return levels;
}
