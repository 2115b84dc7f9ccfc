/** Models that are loaded at the same time run on one backend: tfjs has one current backend in a process. */
import type { Graph, Stage } from "../graph/types.ts";
import type { Kind } from "../kinds/mod.ts";
import { backendInUse } from "../problems/messages/model.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Console } from "../terminal/console.ts";
import { startBackend } from "./start_backend.ts";

interface Running {
  readonly stage: Stage<"backend">;
  readonly started: Promise<void>;
  users: number;
}

let running: (Running & { readonly key: string }) | undefined;

/**
 * Starts a graph's backend, or joins the one of the same options that another model runs on.
 *
 * @returns the graph with the backend that it runs on; `release` stops the backend when nobody else uses it
 * @throws {DenoiseError} where it does not start, or another model runs on a backend of other options
 */
export async function shareBackend(
  graph: Graph,
  console: Console,
  signal?: AbortSignal,
): Promise<{ graph: Graph; release: () => Promise<void> }> {
  const stage = graph.one("backend");
  const key = JSON.stringify([stage.plugin.name, stage.options]);
  if (running !== undefined && running.key !== key) {
    throw new DenoiseError(backendInUse(running.stage.plugin.name, stage.plugin.name));
  }
  const joined = running ??= { key, stage, started: startBackend(graph, console, signal), users: 0 };
  joined.users++;
  const release = async () => {
    if (--joined.users > 0) return;
    if (running === joined) running = undefined;
    await joined.stage.stage.stop();
  };
  try {
    await joined.started;
  } catch (error) {
    if (--joined.users === 0 && running === joined) running = undefined;
    throw error;
  }
  return { graph: stage === joined.stage ? graph : withBackend(graph, joined.stage), release };
}

/**
 * Refuses to start a backend of its own beside loaded models: it would take theirs away.
 *
 * @throws {DenoiseError} where a model is loaded
 */
export function refuseBesideModels(graph: Graph): void {
  if (running === undefined) return;
  throw new DenoiseError(backendInUse(running.stage.plugin.name, graph.one("backend").plugin.name));
}

function withBackend(graph: Graph, backend: Stage<"backend">): Graph {
  return {
    ...graph,
    stages: graph.stages.map((stage) => stage.kind === "backend" ? backend : stage),
    one: <K extends Kind>(kind: K) => kind === "backend" ? backend as unknown as Stage<K> : graph.one(kind),
    all: <K extends Kind>(kind: K) => kind === "backend" ? [backend as unknown as Stage<K>] : graph.all(kind),
  };
}
