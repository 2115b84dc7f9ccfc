/** What the stages of each kind have to have: their interfaces, for plugins that no type checker has seen. */
import type { Kind, Kinds } from "../kinds/mod.ts";

type Member = "function" | "number" | "boolean" | "string" | "object" | "optional";

// `satisfies` below keeps this in step with the interfaces: a member more or less does not compile.
const interfaces = {
  dataset: { image: "object", open: "function" },
  augmentation: { shape: "function", apply: "function", tells: "optional" },
  normalizer: { fit: "function", blank: "function", normalize: "function", denormalize: "function" },
  network: { keras: "optional", offers: "optional", init: "function", apply: "function" },
  schedule: { logSnr: "function", rates: "function", timesteps: "optional" },
  parametrization: {
    jumpsToImage: "optional",
    fit: "optional",
    blank: "optional",
    input: "function",
    components: "function",
  },
  loss: {
    asks: "optional",
    init: "optional",
    ofParts: "optional",
    levels: "function",
    noise: "optional",
    measure: "function",
    train: "optional",
  },
  optimizer: { followsLength: "optional", init: "function", update: "function" },
  ema: { init: "function", update: "function", name: "optional", exponent: "optional", others: "optional" },
  sampler: {
    steps: "number",
    order: "number",
    stochastic: "boolean",
    evaluationsPerStep: "number",
    renoises: "optional",
    asks: "optional",
    plan: "function",
    levels: "optional",
    finished: "optional",
    skip: "optional",
    init: "function",
    step: "function",
  },
  metric: {
    better: "object",
    comparesTraining: "optional",
    prepare: "optional",
    measuresWith: "optional",
    measure: "function",
  },
  backend: {
    name: "string",
    description: "string",
    memory: "optional",
    tensorBytes: "optional",
    rows: "optional",
    devices: "optional",
    build: "optional",
    start: "function",
    compile: "function",
    repeat: "optional",
    ahead: "optional",
    stop: "function",
  },
} as const satisfies { [K in Kind]: Record<keyof Kinds[K], Member> };

/** Members that a stage lacks, such as "step (a function)". */
export function missingMembers(kind: Kind, stage: object): string[] {
  return Object.entries(interfaces[kind] as Record<string, Member>).flatMap(([name, type]) => {
    const value = (stage as Record<string, unknown>)[name];
    if (type === "optional" || (typeof value === type && value !== null)) return [];
    return [`${name} (a${/^[aeiou]/.test(type) ? "n" : ""} ${type})`];
  });
}
