/** Starts the backend of a graph, with progress where it has to fetch something first, and later where it compiles. */
import { visible } from "../../lib/text/mod.ts";
import { compilingOn } from "../terminal/compiling.ts";
import { meter } from "../terminal/meter.ts";
import { startFailure } from "./start_failure.ts";
import type { Graph } from "../graph/types.ts";
import { row } from "../terminal/rows.ts";
import type { StartTools } from "../kinds/backend.ts";
import type { Console } from "../terminal/console.ts";

/** Milliseconds without a byte after which the network is in doubt. */
const patience = 10_000;

/** Shows a download: a line at its beginning that stays, progress, and a word where nothing comes. */
function fetching(console: Console, end: AbortSignal): NonNullable<StartTools["progress"]> {
  const show = meter((progress) => console.progress(progress));
  let told = false, before = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const doubt = () =>
    console.warn(
      "Nothing has come for 10 s: is there a network? Where it cannot be had, backend: auto takes WebAssembly; " +
        "backend=wasm starts at once",
    );
  end.addEventListener("abort", () => clearTimeout(timer));
  return (what, done, total, unit) => {
    if (!told) row(console, "fetching", `${what.replace(/^downloading /, "")}, ${Math.round(total)} ${unit}, once`);
    told = true;
    if (done > before) {
      clearTimeout(timer);
      if (done < total) timer = setTimeout(doubt, patience);
    }
    before = done;
    show(what, done, total, unit);
  };
}

/**
 * @param signal stops a download that is under way
 * @throws {DenoiseError} where it does not start, with what its plugin says
 */
export async function startBackend(graph: Graph, console: Console, signal?: AbortSignal): Promise<void> {
  const { stage } = graph.one("backend");
  const ended = new AbortController();
  try {
    await stage.start({
      download: true,
      signal,
      progress: fetching(console, ended.signal),
      compiling: compilingOn(console),
      warn: (message) => console.warn(visible(message)),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw startFailure(graph, error);
  } finally {
    ended.abort();
    console.endProgress();
  }
}
