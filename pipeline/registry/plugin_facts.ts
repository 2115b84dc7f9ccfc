/** What a plugin can do, found out by creating it: with its defaults, and with each option changed in turn. */
import { type Kind, kinds, type Slot } from "../kinds/mod.ts";
import type { Dataset } from "../kinds/dataset.ts";
import type { Metric } from "../kinds/metric.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import type { Sampler } from "../kinds/sampler.ts";
import { inputSchema, type JsonSchema } from "../recipe/describe.ts";
import type { PluginSource } from "../recipe/types.ts";

/** Facts in words, such as "order 1" and "stochastic if stochasticity > 0". Empty where nothing can be found out. */
export async function factsOfPlugin(source: PluginSource, plugin: AnyPlugin): Promise<string[]> {
  const stage = await create(source, plugin, {});
  if (stage === undefined) return [];
  switch (plugin.kind) {
    case "sampler":
      return await samplerFacts(source, plugin, stage as Sampler);
    case "metric":
      return Object.entries((stage as Metric).better).map(([name, way]) => `measures ${name} (${way} is better)`);
    case "dataset": {
      const { height, width, channels } = (stage as Dataset).image;
      return [`pictures of ${height} × ${width} pixels, ${channels} channels, as it comes`];
    }
    default:
      return [];
  }
}

async function samplerFacts(source: PluginSource, plugin: AnyPlugin, stage: Sampler): Promise<string[]> {
  const changes = await Promise.all(
    Object.entries(inputSchema(plugin.options).properties ?? {}).map(async ([option, schema]) => ({
      option,
      others: await Promise.all(
        alternatives(schema).map(async (value) => ({
          value,
          stage: await create(source, plugin, { [option]: value }) as Sampler | undefined,
        })),
      ),
    })),
  );
  const setBy = (fact: "order" | "evaluationsPerStep") =>
    changes.filter(({ others }) => others.some((other) => other.stage && other.stage[fact] !== stage[fact]))
      .map(({ option }) => option);
  const number = (text: string, by: readonly string[]) => text + (by.length === 0 ? "" : `, set by ${by.join(", ")}`);
  const noisy = changes.flatMap(({ option, others }) => {
    const other = others.find((other) => other.stage?.stochastic === true);
    if (other === undefined) return [];
    return [typeof other.value === "number" ? `${option} > 0` : `${option} is ${other.value}`];
  });
  return [
    number(`order ${stage.order}`, setBy("order")),
    stage.stochastic ? "stochastic" : noisy.length > 0 ? `stochastic if ${noisy.join(" or ")}` : "deterministic",
    number(
      `${stage.evaluationsPerStep} evaluation${stage.evaluationsPerStep === 1 ? "" : "s"} a step`,
      setBy("evaluationsPerStep"),
    ) + ", twice as many with guidance",
  ];
}

/** Other values that an option could have. */
function alternatives({ type, default: fallback, enum: allowed, minimum = 0 }: JsonSchema): unknown[] {
  if (allowed !== undefined) return allowed.filter((value) => value !== fallback);
  if (type === "boolean") return [!fallback];
  if (type === "integer") return [minimum, Number(fallback ?? minimum) + 1];
  return type === "number" ? [Number(fallback ?? minimum) + 0.5, minimum] : [];
}

/** A stage of a plugin with these options, in the company of the default plugins; undefined where that is impossible. */
async function create(source: PluginSource, plugin: AnyPlugin, options: Record<string, unknown>): Promise<unknown> {
  try {
    const common = kinds[plugin.kind].options;
    const defaults = Object.fromEntries(Object.entries(common).map(([key, schema]) => [key, schema.parse(undefined)]));
    const context: Record<string, unknown> = { options: { ...defaults, ...plugin.options.parse(options) as object } };
    for (const slot of (plugin.needs ?? []) as Slot[]) context[slot] = await supply(source, slot);
    return await plugin.create(context);
  } catch {
    return undefined; // an option is required, or these do not go together
  }
}

async function supply(source: PluginSource, slot: Slot): Promise<unknown> {
  if (slot === "image") return { height: 64, width: 64, channels: 3 };
  if (slot === "batchSize") return 64;
  if (slot === "augment") return 0;
  const kind: Kind = slot;
  const fallback = source.defaults[kinds[kind].key];
  const name = typeof fallback === "string" ? fallback : source.names(kind)[0];
  const plugin = name === undefined ? undefined : await source.load(kind, name);
  return plugin && await create(source, plugin, {});
}
