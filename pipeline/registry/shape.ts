/** Checks that what a file exports is a plugin: the schema of the plugin object itself. */
import { z } from "zod";
import { type Kind, kinds, type Slot } from "../kinds/mod.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import type { Problem } from "../problems/problem.ts";
import * as messages from "../problems/messages/plugins.ts";

/** Every slot that `needs` can name. */
export const slots = Object.keys(
  {
    image: true,
    batchSize: true,
    augment: true,
    normalizer: true,
    network: true,
    schedule: true,
    parametrization: true,
    loss: true,
    sampler: true,
  } satisfies Record<Slot, true>,
) as Slot[];

const kindNames = Object.keys(kinds) as Kind[];

/** A name that can be used in a recipe, such as "my-sampler". */
export const pluginName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Whether a value is a zod object schema, by what it can do rather than by its class: a plugin may have loaded a zod of its own. */
function isObjectSchema(value: unknown): value is z.ZodObject {
  const def = (value as { _zod?: { def?: { type?: unknown } } } | null | undefined)?._zod?.def;
  return def?.type === "object" && typeof (value as z.ZodObject).safeParse === "function";
}

/** Whether an export was meant to be a plugin, well formed or not. */
export function looksLikePlugin(value: unknown): boolean {
  return typeof value === "object" && value !== null && !("_zod" in value) &&
    ["kind", "create", "options"].filter((key) => key in value).length >= 2;
}

const text = z.string().trim().min(1);
const pluginSchema = z.object({
  kind: z.enum(kindNames),
  name: z.string().regex(pluginName),
  summary: text,
  prefer: text.optional(),
  source: text.optional(),
  options: z.custom(isObjectSchema),
  outside: z.record(z.string(), z.enum(["file", "address", "library"])).optional(),
  locates: z.array(z.string()).optional(),
  needs: z.array(z.enum(slots)).optional(),
  create: z.custom((value) => typeof value === "function"),
}).refine(({ locates = [], options }) => locates.every((name) => name in (options as z.ZodObject).shape), {
  path: ["locates"],
});

/** A problem of the plugin object, and the property whose line in the file shows it. */
export interface ShapeProblem {
  readonly property: string;
  /** The value that is there, where it is a word to look for. */
  readonly value?: string;
  readonly problem: Omit<Problem, "place">;
}

/** Checks an export. Problems come in the order of the properties. */
export function checkPlugin(value: unknown): { plugin: AnyPlugin } | { problems: ShapeProblem[] } {
  const record = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const result = pluginSchema.safeParse(record);
  if (result.success) return { plugin: value as AnyPlugin };
  const seen = new Set<string>();
  const problems = result.error.issues.flatMap((issue): ShapeProblem[] => {
    const property = String(issue.path[0]);
    const wrong = property === "needs" && issue.path.length > 1
      ? (record.needs as unknown[])[Number(issue.path[1])]
      : record[property];
    const key = `${property} ${String(issue.path[1])}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{
      property,
      ...(typeof wrong === "string" ? { value: wrong } : {}),
      problem: describeIssue(record, property, wrong),
    }];
  });
  return { problems };
}

function describeIssue(record: Record<string, unknown>, property: string, wrong: unknown): Omit<Problem, "place"> {
  if (wrong === undefined) return messages.missingProperty(record, property);
  switch (property) {
    case "kind":
      return messages.unknownKind(wrong, kindNames);
    case "name":
      return messages.badPluginName(wrong);
    case "needs":
      return Array.isArray(wrong) || typeof wrong !== "string"
        ? messages.badProperty(record, property, wrong)
        : messages.unknownSlot(record, wrong, slots);
    case "options":
      return messages.badOptions(record, wrong);
    default:
      return messages.badProperty(record, property, wrong);
  }
}
