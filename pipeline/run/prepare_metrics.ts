/** Gets ready what metrics measure with; goes on without those for which it cannot be had. */
import { join } from "node:path";
import { cacheFolder } from "../../files/mod.ts";
import { meter } from "../data/progress.ts";
import { failure } from "../graph/create.ts";
import type { Graph, Stage } from "../graph/types.ts";
import { metricUnavailable } from "../messages/run.ts";
import { DenoiseError } from "../problem.ts";
import { type Console, warning } from "../terminal/console.ts";
import { shown } from "./session.ts";

/**
 * Prepares the metrics of a graph.
 *
 * @returns those that can measure; the user is told of each of the others, once
 * @throws {DenoiseError} when a metric refuses an option, or fails
 */
export async function prepareMetrics(
  graph: Graph,
  console: Console,
  { signal, cache = cacheFolder() }: { signal: AbortSignal; cache?: string | undefined },
): Promise<Stage<"metric">[]> {
  const ready: Stage<"metric">[] = [];
  for (const metric of graph.all("metric")) {
    const { name } = metric.plugin;
    try {
      await metric.stage.prepare?.({
        folder: join(cache, "metrics", name),
        download: true,
        signal,
        progress: meter((progress) => console.progress(shown(progress))),
        warn: (message) => console.warn(message),
      });
      ready.push(metric);
    } catch (error) {
      signal.throwIfAborted();
      if (!isUnavailable(error)) throw new DenoiseError(failure(graph.recipe, metric, "prepare", error));
      console.warn(warning(metricUnavailable(metric.id, name, error.message, error.help)));
    } finally {
      console.endProgress();
    }
  }
  return ready;
}

/** Whether an error says that a download failed, of whichever copy of `denoise/plugin` a user's file has loaded. */
function isUnavailable(error: unknown): error is Error & { help: readonly string[] } {
  return error instanceof Error && error.name === "DownloadError" && "help" in error;
}
