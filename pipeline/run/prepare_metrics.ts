/** Prepares metrics, for example by downloading weights; skips those whose files are unavailable. */
import { join } from "node:path";
import { cacheFolder, type Explained, isExplained } from "../../lib/files/mod.ts";
import { visible } from "../../lib/text/mod.ts";
import { meter } from "../terminal/meter.ts";
import { failure } from "../graph/create.ts";
import type { Graph, Stage } from "../graph/types.ts";
import { metricUnavailable } from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Console } from "../terminal/console.ts";
import { warning } from "../problems/warning.ts";
import { untrustedAddress } from "./downloads.ts";

/**
 * Prepares the metrics of a graph.
 *
 * @returns those that can measure; the user is told of each of the others, once
 * @throws {DenoiseError} when a metric refuses an option, or fails
 */
export async function prepareMetrics(
  graph: Graph,
  console: Console,
  { signal, cache }: { signal: AbortSignal; cache?: string | undefined },
): Promise<Stage<"metric">[]> {
  const ready: Stage<"metric">[] = [];
  for (const metric of graph.all("metric")) {
    if (await readyMetric(graph, metric, console, { signal, cache }) !== undefined) ready.push(metric);
  }
  return ready;
}

/**
 * Prepares one metric.
 *
 * @returns the metric, ready to measure; undefined where its files are unavailable, of which the user is told
 * @throws {DenoiseError} when it refuses an option, or fails
 */
export async function readyMetric(
  graph: Graph,
  metric: Stage<"metric">,
  console: Console,
  how: { signal: AbortSignal; cache?: string | undefined },
): Promise<Stage<"metric"> | undefined> {
  const lack = await prepareMetric(graph, metric, console, how);
  if (lack === undefined) return metric;
  console.warn(warning(metricUnavailable(metric.plugin.name, lack.message, lack.help, metric.id)));
  return undefined;
}

/**
 * Prepares one metric.
 *
 * @returns why it cannot measure, where it cannot
 * @throws {DenoiseError} when it refuses an option, or fails
 */
export async function prepareMetric(
  graph: Graph,
  metric: Stage<"metric">,
  console: Console,
  { signal, cache = cacheFolder() }: { signal: AbortSignal; cache?: string | undefined },
): Promise<Explained | undefined> {
  const address = untrustedAddress(graph.recipe, metric);
  try {
    await metric.stage.prepare?.({
      folder: join(cache, "metrics", metric.plugin.name),
      download: address === undefined,
      signal,
      progress: meter((progress) => console.progress(progress)),
      warn: (message) => console.warn(visible(message)),
    });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!isExplained(error) || error.explained !== "unavailable") {
      throw new DenoiseError(failure(graph.recipe, metric, "prepare", error));
    }
    if (address !== undefined) throw new DenoiseError(address, { cause: error });
    return error;
  } finally {
    console.endProgress();
  }
}
