/** Starts the backend of a graph, with progress where it has to fetch something first, and later where it compiles. */
import { visible } from "../../lib/text/mod.ts";
import { compilingOn } from "../terminal/compiling.ts";
import { meter } from "../terminal/meter.ts";
import { startFailure } from "./start_failure.ts";
import type { Graph } from "../graph/types.ts";
import type { Console } from "../terminal/console.ts";

/**
 * @param signal stops a download that is under way
 * @throws {DenoiseError} where it does not start, with what its plugin says
 */
export async function startBackend(graph: Graph, console: Console, signal?: AbortSignal): Promise<void> {
  const { stage } = graph.one("backend");
  try {
    await stage.start({
      download: true,
      signal,
      progress: meter((progress) => console.progress(progress)),
      compiling: compilingOn(console),
      warn: (message) => console.warn(visible(message)),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw startFailure(graph, error);
  } finally {
    console.endProgress();
  }
}
