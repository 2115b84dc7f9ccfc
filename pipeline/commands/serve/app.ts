/** The endpoints of a server. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { bodyLimit } from "hono/body-limit";
import { grid } from "../../../lib/image/mod.ts";
import { choices } from "../../problems/messages/text.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { version } from "../../version.ts";
import type { GeneratedPicture } from "../model/picture.ts";
import { GenerateError, type Service } from "./service.ts";
import { mostBody, mostPixels, mostScale } from "./limits.ts";
import { healthAddresses } from "./health.ts";
import { page } from "./page.ts";
import { fieldsOf, fieldsProblem, problemResponse, type RequestProblem } from "./problem.ts";
import { problemSchema, schemasOf } from "./schema.ts";

/** What a request for pictures says, once it is checked. */
interface Asked {
  readonly seeds?: readonly number[] | undefined;
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
  readonly steps?: number | undefined;
  readonly sampler?: string | undefined;
  readonly scale?: number | undefined;
  readonly columns?: number | undefined;
}

/** Makes the endpoints of a service. */
export function createApp(service: Service): OpenAPIHono {
  const { model, limits } = service;
  const { body, query, answer } = schemasOf(model, limits);
  const app = new OpenAPIHono({
    defaultHook(result, context) {
      if (result.success) return;
      const fields = Object.keys((result.target === "json" ? body : query).shape);
      const problems = fieldsOf(result.error.issues, (result as { data?: unknown }).data, fields);
      return problemResponse(fieldsProblem(problems), context.req.url);
    },
  });
  const problem = { content: { "application/problem+json": { schema: problemSchema } } };
  const refusals = {
    403: { description: "A page of another origin", ...problem },
    413: { description: "The body is too large", ...problem },
    422: { description: "A field cannot be used", ...problem },
    429: { description: "Too many pictures wait; Retry-After says when to try again", ...problem },
    503: { description: "The server loads or stops, or the request waited too long", ...problem },
    504: { description: "The request took too long", ...problem },
  };
  const png = { schema: { type: "string", format: "binary" } as const };

  app.use(bodyLimit({
    maxSize: mostBody,
    onError: (context) =>
      problemResponse({
        code: "body-too-large",
        status: 413,
        title: "The body is too large",
        detail: `Cannot read a body of more than ${mostBody} bytes`,
      }, context.req.url),
  }));

  app.openapi(
    createRoute({
      method: "post",
      path: "/generate",
      summary: "Generate pictures",
      request: { body: { required: true, content: { "application/json": { schema: body } } } },
      responses: {
        200: {
          description: "The pictures",
          content: { "application/json": { schema: answer }, "image/png": png },
        },
        ...refusals,
      },
    }),
    async (context) => {
      const { format, ...asked } = context.req.valid("json");
      if (format === "png" && seedCount(asked) !== 1) {
        throw new GenerateError(fieldsProblem([{
          field: "format",
          value: format,
          message: `Cannot put ${seedCount(asked)} pictures into one PNG picture`,
          allowed: 'expected one seed, or the format "grid" or "json"',
        }]));
      }
      const made = await generate(asked, context.req.raw.signal);
      if (format !== "json") return pngResponse(made.pictures, asked);
      const pictures = await Promise.all(made.pictures.map(async (picture) => ({
        seed: picture.seed,
        width: picture.width * asked.scale,
        height: picture.height * asked.scale,
        png: (await picture.png(asked)).toBase64(),
      })));
      return context.json({ ...made.how, pictures }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/generate.png",
      summary: "One picture, or a grid of several, as a PNG",
      request: { query },
      responses: { 200: { description: "The picture", content: { "image/png": png } }, ...refusals },
    }),
    async (context) => {
      const asked = context.req.valid("query");
      return pngResponse((await generate(asked, context.req.raw.signal)).pictures, asked);
    },
  );

  async function generate(asked: Asked, signal: AbortSignal) {
    checkSize(asked);
    return await service.generate(asked, signal);
  }

  /** Refuses a picture, or a grid, of too many pixels. */
  function checkSize({ scale = 1, ...asked }: Asked): void {
    const { width, height } = model.image;
    const pixels = seedCount(asked) * width * height * scale ** 2;
    if (pixels <= mostPixels) return;
    throw new GenerateError(fieldsProblem([{
      field: "scale",
      value: scale,
      message: `Cannot answer with ${pixels} pixels`,
      allowed: `expected at most ${mostPixels}: fewer pictures, or a scale below ${mostScale}`,
    }]));
  }

  const facts = (name: string, summary: string, value: () => Record<string, unknown>) =>
    app.openapi(
      createRoute({
        method: "get",
        path: name,
        summary,
        responses: {
          200: { description: summary, content: { "application/json": { schema: { type: "object" } } } },
        },
      }),
      (context) => context.json(value()) as never,
    );
  facts("/model", "The model that is served", () => service.facts());
  facts("/metrics", "What the server has done, and what waits", () => service.numbers());
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: `Denoise: ${model.recipe.name}`,
      version,
      description: "Pictures of a diffusion model. The same seed gives the same picture.",
    },
  });
  app.get("/", () => page(model, limits));

  app.notFound((context) => {
    const { pathname } = new URL(context.req.url);
    const routes = app.routes.filter(({ method, path }) => method !== "ALL" && path !== "/*");
    const methods = [...new Set(routes.flatMap(({ method, path }) => path === pathname ? [method] : []))];
    const found: RequestProblem = methods.length > 0
      ? {
        code: "method-not-allowed",
        status: 405,
        title: "The method is not allowed",
        detail: `Cannot ${context.req.method} ${pathname}: it takes ${methods.join(", ")}`,
        headers: { allow: methods.join(", ") },
      }
      : {
        code: "not-found",
        status: 404,
        title: "There is no such address",
        detail: `Cannot find ${pathname}: ${
          choices(pathname, "Addresses", new Set([...routes.map(({ path }) => path), ...healthAddresses]))
        }`,
      };
    return problemResponse(found, context.req.url);
  });

  app.onError((error, context) => {
    const { url } = context.req;
    if (error instanceof GenerateError) return problemResponse(error.problem, url);
    if (error instanceof HTTPException) {
      const type = context.req.header("content-type") ?? "none";
      const detail = error.status === 400
        ? "Cannot read the body: it is not JSON"
        : `Cannot read a body of the type "${type}": expected application/json`;
      return problemResponse({
        code: "bad-body",
        status: error.status === 400 ? 400 : 415,
        title: "The body cannot be read",
        detail,
      }, url);
    }
    service.report(error);
    const detail = error instanceof DenoiseError ? error.message : "The server has failed; its console says why";
    return problemResponse({ code: "failed", status: 500, title: "The pictures cannot be generated", detail }, url);
  });
  return app;
}

const seedCount = ({ seeds, count = 1 }: Asked) => seeds?.length ?? count;

/** One picture, or a grid. */
async function pngResponse(pictures: readonly GeneratedPicture[], { scale = 1, columns }: Asked): Promise<Response> {
  const [first] = pictures;
  const png = pictures.length === 1
    ? await first!.png({ scale })
    : await grid(pictures, { scale, ...(columns === undefined ? {} : { columns }) });
  return new Response(png as BodyInit, {
    headers: {
      "content-type": "image/png",
      "content-length": String(png.length), // HEAD tells it, too
      "denoise-seeds": pictures.map(({ seed }) => seed).join(","),
    },
  });
}
