/** What requests may say: checks them, and is what the OpenAPI description is made of. */
import { z } from "@hono/zod-openapi";
import type { LoadedModel } from "../model/model.ts";
import { mostScale, type ServeLimits } from "./limits.ts";
import { largestSeed } from "../options.ts";

/** Schemas of a model's requests and answers. */
export type Schemas = ReturnType<typeof schemasOf>;

/** The schemas of a model, within its limits. */
export function schemasOf(
  model: Pick<LoadedModel, "samplers" | "samplerPlugins">,
  { mostPictures, mostSteps }: Pick<ServeLimits, "mostPictures" | "mostSteps">,
) {
  const names = [...new Set([...model.samplers.map(({ name }) => name), ...model.samplerPlugins])];
  const seed = z.int().min(0).max(largestSeed);
  const steps = z.int().min(1).max(mostSteps).describe("Diffusion steps; the sampler's own by default");
  const sampler = z.enum(names).describe("One of the recipe's samplers, or a plugin with its defaults");
  const scale = z.int().min(1).max(mostScale).default(1)
    .describe("Each pixel of a PNG is repeated this often in both directions");
  const columns = z.int().min(1).max(mostPictures).describe("Columns of a grid; nearly a square by default");
  const count = z.int().min(1).max(mostPictures);
  const fromText = <T extends z.ZodType>(schema: T) =>
    z.string().transform((text) => text.trim() === "" ? NaN : Number(text)).pipe(
      schema as unknown as z.ZodType<number, number>,
    )
      .openapi(z.toJSONSchema(schema, { io: "input" }) as never);
  const body = z.strictObject({
    seeds: z.array(seed).min(1).max(mostPictures).optional()
      .describe("One picture for each: the same seed gives the same picture"),
    count: count.optional().describe("Pictures, in place of seeds; 1 by default"),
    seed: seed.optional().describe("Seed of the first of count pictures, each further one has the next; 0 by default"),
    steps: steps.optional(),
    sampler: sampler.optional(),
    format: z.enum(["json", "png", "grid"]).default("json").describe(
      "json: each picture as a PNG in base64; png: one picture; grid: all pictures in one PNG",
    ),
    scale,
    columns: columns.optional(),
  }).openapi("Generate", { example: { seeds: [7, 19, 40], format: "grid", scale: 4 } });
  const query = z.strictObject({
    seed: fromText(seed).optional(),
    count: fromText(count).optional(),
    seeds: z.string().transform((text) => text.split(",").map((each) => each.trim() === "" ? NaN : Number(each)))
      .pipe(z.array(seed).min(1).max(mostPictures)).optional()
      .openapi({
        type: "string",
        description: "Seeds with commas between them, in place of seed and count",
        example: "7,19",
      }),
    steps: fromText(steps).optional(),
    sampler: sampler.optional(),
    scale: fromText(scale.unwrap()).optional(),
    columns: fromText(columns).optional(),
  });
  const picture = z.object({
    seed,
    width: z.int(),
    height: z.int(),
    png: z.string().describe("A PNG file in base64"),
  });
  const answer = z.object({
    sampler: z.string(),
    steps: z.int().optional().describe("Left out for those of a plugin's defaults"),
    pictures: z.array(picture),
  }).openapi("Pictures");
  return { body, query, answer };
}

/** What went wrong, as RFC 9457 has it. */
export const problemSchema = z.object({
  type: z.string().describe("Names the kind of problem, such as urn:denoise:problem:queue-full"),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  problems: z.array(z.object({
    field: z.string(),
    value: z.unknown(),
    message: z.string(),
    allowed: z.string(),
  })).optional().describe("Each field that cannot be used"),
}).openapi("Problem");
