/** The options of a grid: how many steps a sampler takes, and which noise levels they go through. */
import { z } from "zod";
import { type TableName, tables } from "./tables.ts";

/** Every way of spacing. */
export const spacings = [
  "times",
  "log-snr",
  "karras",
  "exponential",
  "polyexponential",
  "beta",
  "flow",
  "align-your-steps",
  "linspace",
  "leading",
  "trailing",
  "list",
] as const;
/** How the levels are spaced. */
export type SpacingName = (typeof spacings)[number];
/** Every scheduler of diffusers whose way of counting can be followed. */
export const schedulers = ["ddim", "euler", "dpm-solver", "unipc"] as const;
/** Whose way of counting is followed. */
export type SchedulerName = (typeof schedulers)[number];

/** Options of a grid, checked. */
export interface Spacing {
  /** How the levels are spaced. */
  readonly spacing: SpacingName;
  /** The first sigma, above 0. */
  readonly sigma_max?: number | undefined;
  /** The last sigma before the image itself, above 0. */
  readonly sigma_min?: number | undefined;
  /** Exponent of `karras` and `polyexponential`. */
  readonly rho?: number | undefined;
  /** Shift of `flow`. */
  readonly shift?: number | undefined;
  /** Tokens that the shift of `flow` is for. */
  readonly tokens?: number | undefined;
  /** Table of `align-your-steps`. */
  readonly table?: TableName | undefined;
  /** The levels of `list`. */
  readonly sigmas?: readonly number[] | undefined;
  /** Scheduler of diffusers whose numbers are wanted. */
  readonly scheduler?: SchedulerName | undefined;
  /** What is added to the timesteps of `leading`. */
  readonly steps_offset?: number | undefined;
  /** Where the last step goes. */
  readonly last?: "end" | "zero" | undefined;
}

/** zod schemas of these options, by name. */
export type SpacingOptions = {
  readonly spacing: z.ZodDefault<Choice<SpacingName>>;
  readonly sigma_max: z.ZodOptional<z.ZodNumber>;
  readonly sigma_min: z.ZodOptional<z.ZodNumber>;
  readonly rho: z.ZodOptional<z.ZodNumber>;
  readonly shift: z.ZodOptional<z.ZodNumber>;
  readonly tokens: z.ZodOptional<z.ZodInt>;
  readonly table: z.ZodOptional<Choice<TableName>>;
  readonly sigmas: z.ZodOptional<z.ZodArray<z.ZodNumber>>;
  readonly scheduler: z.ZodOptional<Choice<SchedulerName>>;
  readonly steps_offset: z.ZodOptional<z.ZodInt>;
  readonly last: z.ZodOptional<Choice<"end" | "zero">>;
};
/** One of some names. */
export type Choice<Name extends string> = z.ZodEnum<{ [N in Name]: N }>;

const sigma = z.number().positive().optional();

/** The two ends of a grid. */
export const endOptions: Pick<SpacingOptions, "sigma_max" | "sigma_min"> = {
  sigma_max: sigma.describe("first noise rate / signal rate; default: the schedule's at time 1; not for times or list"),
  sigma_min: sigma.describe(
    "last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list",
  ),
};

/** Options of the grid. Those besides `spacing` belong to one or more of its values. */
export const spacingOptions: SpacingOptions = {
  spacing: z.enum(spacings).default("times").describe(
    "noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; " +
      "between the ends of the schedule unless told otherwise",
  ),
  ...endOptions,
  rho: z.number().positive().optional().describe("karras: 7 unless given; polyexponential: 1 unless given"),
  shift: z.number().positive().optional().describe(
    "flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3",
  ),
  tokens: z.int().positive().optional().describe("flow: takes the shift for pictures of so many tokens, as FLUX does"),
  table: z.enum(Object.keys(tables) as [TableName]).optional().describe(
    "align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends",
  ),
  sigmas: z.array(z.number().min(0)).min(2).optional().describe(
    "list: noise rates / signal rates that fall, one more than there are steps; the last may be 0",
  ),
  scheduler: z.enum(schedulers).optional().describe(
    "whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none)",
  ),
  steps_offset: z.int().min(0).max(1000).optional().describe(
    "leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion",
  ),
  last: z.enum(["end", "zero"]).optional().describe(
    "where the last step goes: the least noise of the grid, or the image itself, from there; " +
      "default: end for times and log-snr, zero for the others",
  ),
};

/** Steps, and the noise levels that they go through: what most samplers take. */
export const gridOptions: { readonly steps: z.ZodDefault<z.ZodInt> } & SpacingOptions = {
  steps: z.int().positive().max(1_000_000).default(20).describe("diffusion steps"),
  ...spacingOptions,
};

const betweenEnds: readonly SpacingName[] = [
  ...["log-snr", "karras", "exponential", "polyexponential", "beta", "flow", "align-your-steps"] as const,
];
const ofTimesteps: readonly SpacingName[] = ["linspace", "leading", "trailing"];

/** Which options belong to which grids. */
export const uses: Readonly<Record<Exclude<keyof Spacing, "spacing">, readonly SpacingName[]>> = {
  sigma_max: betweenEnds,
  sigma_min: betweenEnds,
  rho: ["karras", "polyexponential"],
  shift: ["flow"],
  tokens: ["flow"],
  table: ["align-your-steps"],
  sigmas: ["list"],
  scheduler: [...ofTimesteps, "flow"],
  steps_offset: ["leading"],
  last: ["times", ...betweenEnds, ...ofTimesteps],
};
