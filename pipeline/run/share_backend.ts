/** Who runs on the backend: tfjs has one current backend in a process. Models share it; training has it alone. */
import type { Graph, Stage } from "../graph/types.ts";
import type { Kind } from "../kinds/mod.ts";
import { backendInUse, backendTaken } from "../problems/messages/model.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Console } from "../terminal/console.ts";
import { startBackend } from "./start_backend.ts";

interface Running {
  readonly stage: Stage<"backend">;
  readonly started: Promise<void>;
  users: number;
}

let running: (Running & { readonly key: string }) | undefined;

/** Work that shares its backend with nobody. */
export type Lone =
  | "training"
  | "drawing pictures of diffusion"
  | "importing weights"
  | "a dry run"
  | "compiling for a GPU";
let lone: { readonly work: Lone; readonly backend: string } | undefined;

/**
 * Starts a graph's backend, or joins the one of the same options that another model runs on.
 *
 * @returns the graph with the backend that it runs on; `release` stops the backend when nobody else uses it
 * @throws {DenoiseError} where it does not start, another model runs on a backend of other options, or there is work that has it alone
 */
export async function shareBackend(
  graph: Graph,
  console: Console,
  signal?: AbortSignal,
): Promise<{ graph: Graph; release: () => Promise<void> }> {
  const stage = graph.one("backend");
  const key = JSON.stringify([stage.plugin.name, stage.options]);
  refuseBesideLone(stage.plugin.name);
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
 * Takes the backend for work that starts one of its own: beside other work, each would take the other's tensors away.
 *
 * @returns gives it back, once the backend is stopped
 * @throws {DenoiseError} where a model is loaded, or there is other work that has the backend alone
 */
export function takeBackend(graph: Graph, work: Lone): Disposable {
  const { name } = graph.one("backend").plugin;
  if (running !== undefined) throw new DenoiseError(backendInUse(running.stage.plugin.name, name));
  refuseBesideLone(name);
  const taken = lone = { work, backend: name };
  return {
    [Symbol.dispose]() {
      if (lone === taken) lone = undefined;
    },
  };
}

function refuseBesideLone(wanted: string): void {
  if (lone !== undefined) throw new DenoiseError(backendTaken(lone.work, lone.backend, wanted));
}

function withBackend(graph: Graph, backend: Stage<"backend">): Graph {
  return {
    ...graph,
    stages: graph.stages.map((stage) => stage.kind === "backend" ? backend : stage),
    one: <K extends Kind>(kind: K) => kind === "backend" ? backend as unknown as Stage<K> : graph.one(kind),
    all: <K extends Kind>(kind: K) => kind === "backend" ? [backend as unknown as Stage<K>] : graph.all(kind),
  };
}
