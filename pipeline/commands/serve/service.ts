/** What the endpoints share: the model, its queue, limits, and how requests end. */
import { basename } from "node:path";
import type { Console } from "../../terminal/console.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { formatProblems } from "../../problems/format.ts";
import { found } from "../../problems/messages/text.ts";
import { version } from "../../version.ts";
import type { LoadedModel } from "../model/model.ts";
import { seedsOf } from "../model/request.ts";
import { Batcher, QueueFull } from "./batcher.ts";
import type { ServeLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import { fieldsProblem, type RequestProblem } from "./problem.ts";

/** Thrown where a request cannot be answered with pictures. */
export class GenerateError extends Error {
  override readonly name = "GenerateError";
  constructor(readonly problem: RequestProblem) {
    super(problem.detail);
  }
}

/** What a request asks for. */
export interface ServiceRequest {
  readonly seeds?: readonly number[] | undefined;
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
  readonly steps?: number | undefined;
  readonly sampler?: string | undefined;
}

/** The model behind the endpoints. */
export class Service {
  readonly batcher: Batcher;
  readonly #stopped = new AbortController();

  constructor(
    readonly model: LoadedModel,
    readonly limits: ServeLimits,
    readonly metrics: Metrics,
    readonly console: Console,
  ) {
    this.batcher = new Batcher(model, { batch: limits.batch, most: limits.queue });
  }

  /**
   * Generates pictures; gives up where the client does, or the time is over.
   *
   * @throws {GenerateError} for what cannot be asked for, a full queue, a time that is over, or a server that stops
   */
  async generate(request: ServiceRequest, client: AbortSignal) {
    const { model, limits, metrics } = this;
    const sampler = request.sampler ?? model.samplers[0]?.name;
    if (sampler === undefined) throw new GenerateError(refused("The model has no sampler: name one of its plugins"));
    const own = model.samplers.find(({ name }) => name === sampler)?.steps;
    const steps = request.steps ?? own;
    const defined = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
    const started = performance.now();
    const late = AbortSignal.timeout(limits.timeout * 1000);
    let begun = false;
    // Not the client's own signal: without the flag "no-legacy-abort" Deno aborts that after each answer, too.
    const gone = new AbortController();
    const leave = () => gone.abort(client.reason);
    client.addEventListener("abort", leave);
    try {
      const seeds = seedsOf(defined);
      const signal = AbortSignal.any([gone.signal, late, this.#stopped.signal]);
      const pictures = await this.batcher.generate({ sampler, steps, seeds, signal }, () => begun = true);
      metrics.answered(200, (performance.now() - started) / 1000);
      return { how: { sampler, ...(steps === undefined ? {} : { steps }) }, pictures };
    } catch (error) {
      if (gone.signal.aborted) {
        metrics.cancelled();
        throw new GenerateError(cancelled);
      }
      throw new GenerateError(this.#problemOf(error, begun, late, request));
    } finally {
      client.removeEventListener("abort", leave);
    }
  }

  #problemOf(error: unknown, begun: boolean, late: AbortSignal, request: ServiceRequest): RequestProblem {
    if (error instanceof QueueFull) {
      return {
        code: "queue-full",
        status: 429,
        title: "Too many pictures wait",
        detail: `Cannot take more pictures now: ${error.message}`,
        headers: { "retry-after": String(error.retryAfter) },
      };
    }
    if (late.aborted) {
      const seconds = this.limits.timeout;
      return begun
        ? { code: "timeout", status: 504, title: "The request took too long", detail: `Cannot end it in ${seconds} s` }
        : {
          code: "timeout",
          status: 503,
          title: "The request waited too long",
          detail: `Cannot begin it within ${seconds} s`,
          headers: { "retry-after": String(seconds) },
        };
    }
    if (this.#stopped.signal.aborted) return stopping;
    if (error instanceof DenoiseError) {
      const codes = error.problems.map(({ code }) => code);
      if (codes.includes("samples-not-finite")) {
        this.report(error);
        return { code: "failed", status: 500, title: "The pictures cannot be generated", detail: error.message };
      }
      return fieldsProblem(error.problems.map(({ message, help }) => {
        const field = /\b(seeds|seed|count|steps|sampler)\b/.exec(message)?.[1] ?? "sampler";
        return { field, value: request[field as keyof ServiceRequest] ?? null, message, allowed: help.join("; ") };
      }));
    }
    this.report(error);
    return { code: "failed", status: 500, title: "The pictures cannot be generated", detail: "The console says why" };
  }

  /** Tells the console what went wrong. */
  report(error: unknown): void {
    const text = error instanceof DenoiseError
      ? formatProblems(error.problems, { colour: false })
      : error instanceof Error
      ? error.stack ?? error.message
      : found(error);
    this.console.warn(text);
  }

  /** Ends what waits and what runs with 503. */
  end(): void {
    this.#stopped.abort(new DOMException("The server stops", "AbortError"));
  }

  /** Facts on the model for who uses it. */
  facts() {
    const { model, limits } = this;
    return {
      name: model.recipe.name,
      checkpoint: basename(model.checkpoint),
      step: model.step,
      image: model.image,
      classes: model.classes ?? [],
      samplers: model.samplers,
      samplerPlugins: model.samplerPlugins,
      backend: model.backend,
      limits,
      denoise: version,
    };
  }

  /** What was done, and what waits. */
  numbers() {
    const { batcher, metrics, limits } = this;
    const { batches, pictures, seconds } = batcher.counts;
    return {
      ...metrics.summary(),
      queue: {
        requests: batcher.requests,
        waiting: batcher.waiting,
        generating: batcher.generating,
        most: limits.queue,
      },
      device: { batches, pictures, seconds, picturesPerBatch: batches === 0 ? null : pictures / batches },
    };
  }
}

/** Nobody reads it: the status is that of nginx for clients that have gone. */
const cancelled: RequestProblem = {
  code: "cancelled",
  status: 499,
  title: "The client has gone",
  detail: "Nobody waits for the pictures any more",
};

/** The answer to requests while the server stops. */
export const stopping: RequestProblem = {
  code: "stopping",
  status: 503,
  title: "The server stops",
  detail: "Cannot take requests any more: the server is being stopped",
  headers: { connection: "close" },
};

function refused(detail: string): RequestProblem {
  return { code: "bad-request", status: 422, title: "The request cannot be used", detail };
}
