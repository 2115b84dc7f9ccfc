/** Serves a model over HTTP: pictures on request, many requests in one batch. */
import { setTimeout } from "node:timers/promises";
import { addressTaken, hostUnusable } from "../../problems/messages/serve.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { warning } from "../../problems/warning.ts";
import type { LoadOptions } from "../../run/load.ts";
import type { Console } from "../../terminal/console.ts";
import { row } from "../../terminal/rows.ts";
import { counted } from "../../terminal/units.ts";
import { checkWhole } from "../options.ts";
import { type LoadedModel, openModel } from "../model/model.ts";
import { exposure, refusalOf } from "./guard.ts";
import { healthAnswer, type ServerState } from "./health.ts";
import type { ServeLimits } from "./limits.ts";
import { Metrics } from "./metrics.ts";
import { problemResponse, type RequestProblem } from "./problem.ts";

/** How to serve. */
export interface ServeOptions extends LoadOptions, Partial<ServeLimits> {
  /** Address to listen on. Default "127.0.0.1": this machine alone. There is no authentication. */
  readonly host?: string;
  /** Port to listen on; 0: any that is free. Default 8000. */
  readonly port?: number;
  /** Further names that requests may call the server by, besides `localhost` and addresses. */
  readonly names?: readonly string[];
  /** Whether batches of all sizes are compiled before the first request. Default false. */
  readonly warm?: boolean;
  /** Seconds that requests are given to end once the server is to stop. Default 7. */
  readonly grace?: number;
  /** Told where it listens, once it answers with pictures. */
  readonly onReady?: (url: string) => void;
}

/** How serving ended. */
export interface ServeResult {
  /** A signal stopped it. */
  readonly outcome: "interrupted";
  /** Pictures that were generated. */
  readonly pictures: number;
}

const loading: RequestProblem = {
  code: "loading",
  status: 503,
  title: "The model is being loaded",
  detail: "Cannot take requests yet: the model is being loaded",
  headers: { "retry-after": "1" },
};

/**
 * Serves a model until the signal is aborted. Then new requests are refused, and those under way are ended.
 *
 * @param target a run folder, a checkpoint or a file of exported weights
 * @throws {DenoiseError} as `loadModel`, for limits out of range, and where it cannot listen
 */
export async function serve(target: string, options: ServeOptions, console: Console): Promise<ServeResult> {
  const { host = "127.0.0.1", port = 8000, names = [], grace = 7 } = options;
  const signal = options.signal ?? new AbortController().signal;
  checkLimits(options);
  const metrics = new Metrics();
  let state: ServerState = "loading";
  let answer: ((request: Request) => Response | Promise<Response>) | undefined;
  let stopping: RequestProblem | undefined;

  const handle = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const refused = refusalOf(request, [host, ...names]);
    if (refused !== undefined) return problemResponse(refused, request.url);
    const health = healthAnswer(pathname, state);
    if (health !== undefined) return health;
    if (stopping !== undefined || answer === undefined) return problemResponse(stopping ?? loading, request.url);
    return await answer(request);
  };

  const server = listen(host, port, async (request) => {
    const response = await handle(request);
    if (response.status !== 200 || !new URL(request.url).pathname.startsWith("/generate")) {
      metrics.answered(response.status);
    }
    return secured(response);
  });
  try {
    // What the endpoints are made of is loaded for this command alone.
    const [{ createApp }, { Service, stopping: stops }] = await Promise.all([
      import("./app.ts"),
      import("./service.ts"),
    ]);
    const model = await openModel(target, { ...options, console });
    await using _device = { [Symbol.asyncDispose]: () => atMostASecond(model[Symbol.asyncDispose]()) };
    const limits = limitsOf(options, model);
    const service = new Service(model, limits, metrics, console);
    const app = createApp(service);
    describe(console, model, limits);
    if (options.warm) await warmUp(model, limits, console, signal);
    signal.throwIfAborted();
    answer = (request) => app.fetch(request);
    state = "ready";
    const url = `http://${urlHost(server.addr.hostname)}:${server.addr.port}/`;
    row(console.results, "serving", `${url}, until Ctrl-C`);
    const exposed = exposure(host);
    if (exposed !== undefined) console.warn(warning(exposed));
    options.onReady?.(url);

    await aborted(signal);
    [state, stopping] = ["stopping", stops];
    console.line(`stopping: ${counted(service.batcher.requests, "request")} to end`);
    await Promise.race([service.batcher.idle(), setTimeout(grace * 1000, undefined, { ref: false })]);
    service.end();
    await atMostASecond(service.batcher.idle());
    return { outcome: "interrupted", pictures: service.batcher.counts.pictures };
  } finally {
    await atMostASecond(server.shutdown());
  }
}

/**
 * Waits, but not for long: steps that run as one program cannot be stopped, and supervisors kill what has not ended ten
 * seconds after they asked.
 */
async function atMostASecond(work: PromiseLike<unknown>): Promise<void> {
  await Promise.race([work, setTimeout(1000, undefined, { ref: false })]);
}

/** Listens, and says in words why it cannot. */
function listen(host: string, port: number, handler: (request: Request) => Promise<Response>) {
  try {
    const onError = () => new Response("Internal error\n", { status: 500 });
    return Deno.serve({ hostname: host, port, onListen: () => {}, onError }, handler);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw new DenoiseError(addressTaken(host, port));
    if (error instanceof Deno.errors.NotCapable || !(error instanceof Error)) throw error;
    throw new DenoiseError(hostUnusable(host, port, error.message));
  }
}

function checkLimits(options: ServeOptions): void {
  const { port, mostPictures, mostSteps, queue, timeout, batch } = options;
  if (port !== undefined) checkWhole("port", port, 0, 65535);
  const counts = { "most-pictures": mostPictures, "most-steps": mostSteps, queue, timeout, batch };
  for (const [name, value] of Object.entries(counts)) {
    if (value !== undefined) checkWhole(name, value, 1, name === "timeout" ? 86_400 : 1_000_000);
  }
}

function limitsOf(options: ServeOptions, model: LoadedModel): ServeLimits {
  const { mostPictures = 64, queue = 256, timeout = 120 } = options;
  const mostSteps = options.mostSteps ?? Math.max(250, ...model.samplers.map(({ steps }) => steps));
  return { mostPictures, mostSteps, queue, timeout, batch: options.batch ?? Math.min(16, model.batch) };
}

function describe(console: Console, model: LoadedModel, limits: ServeLimits): void {
  const { mostPictures, mostSteps, queue, timeout, batch } = limits;
  row(console, "checkpoint", model.checkpoint);
  row(
    console,
    "limits",
    `${counted(mostPictures, "picture")} and ${counted(mostSteps, "step")} a request, ${batch} at a time, ` +
      `${queue} in the queue, ${timeout} s`,
  );
}

/** Compiles batches of all sizes that requests may make. */
async function warmUp(
  model: LoadedModel,
  { batch }: ServeLimits,
  console: Console,
  signal: AbortSignal,
): Promise<void> {
  const sizes = new Set([batch]);
  for (let size = 1; size < batch; size *= 2) sizes.add(size);
  const started = performance.now();
  let done = 0;
  for (const size of [...sizes].sort((a, b) => a - b)) {
    console.progress({ label: "warming", done: done++, total: sizes.size, details: [] });
    await model.warm([size], { signal });
  }
  console.endProgress();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  row(console, "warm", `batches of ${[...sizes].sort((a, b) => a - b).join(", ")}, in ${seconds} s`);
}

/** Headers of every answer: browsers keep nothing, guess nothing, and give nothing to pages of other origins. */
function secured(response: Response): Response {
  const headers = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-site",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

const urlHost = (host: string) => host.includes(":") ? `[${host}]` : host;
