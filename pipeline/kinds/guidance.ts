/** The option `guidance` of samplers: how a prediction is pushed away from a worse one. */
import { z } from "zod";

/** How the difference of two predictions is projected. Sadat et al. 2024, arXiv:2410.02416. */
export interface ProjectionOptions {
  /** eta: share of the part along the prediction that is kept; 1 keeps all. */
  readonly parallel: number;
  /** r: the largest norm of the difference, over all pixels of an image in normalised units. Default: any. */
  readonly radius?: number | undefined;
  /** beta: what of the differences before is added to each; below 0 pushes away from them. */
  readonly momentum: number;
}

/** The option `guidance`, checked. */
export interface GuidanceOptions {
  /** 1 is none; of CFG++, the share of the class, where 0 is none. */
  readonly scale: number;
  /** Noise rates over signal rates between which it is guided, the first left out. Default: all. */
  readonly interval?: readonly [low: number, high: number] | undefined;
  /** From 0 to 1: how much of the added contrast is taken back. */
  readonly rescale: number;
  /**
   * The model whose predictions are pushed away from: `earlier` or `12 epochs` for a snapshot of the same run, else the
   * path of a run, a checkpoint or exported weights. Default, or `class`: the same model, without the class.
   */
  readonly by?: string | undefined;
  /** Which noise the image keeps after a step: that of the guided prediction, or, as CFG++, the one for no class. */
  readonly renoise: "guided" | "unconditional";
  /** Projected guidance, where there is any. */
  readonly project?: ProjectionOptions | undefined;
}

/** The option `guidance`, as a recipe has it: what has a default may be left out. */
export interface GuidanceInput {
  /** 1 is none. */
  readonly scale: number;
  /** Default: everywhere. */
  readonly interval?: readonly [low: number, high: number] | undefined;
  /** Default: 0. */
  readonly rescale?: number | undefined;
  /** Default: `class`. */
  readonly by?: string | undefined;
  /** Default: `guided`. */
  readonly renoise?: GuidanceOptions["renoise"] | undefined;
  /** Default: none. */
  readonly project?:
    | { readonly [option in keyof ProjectionOptions]?: ProjectionOptions[option] | undefined }
    | undefined;
}

const projectionOptions = z.object({
  parallel: z.number().min(0).max(1).default(0).describe(
    "eta: how much of the part along the prediction is kept, which adds contrast and saturation; 1 all of it",
  ),
  radius: z.number().positive().optional().describe(
    "r: the most that guidance may add, as a norm over all pixels, about 2 to 15; default: any",
  ),
  momentum: z.number().gt(-1).lt(1).default(0).describe(
    "beta: share of the guidance of earlier evaluations that is added; -0.5 or -0.75 in the paper pushes away from it",
  ),
});

/** Schema of the option. */
export const guidanceOptions: z.ZodType<GuidanceOptions, GuidanceInput> = z.object({
  scale: z.number().min(0).max(1000).describe(
    "how far from the worse prediction to the model's own: 0 the first, 1 the second, as if there were none; more beyond it",
  ),
  interval: z.tuple([z.number().min(0), z.number().positive()]).optional().describe(
    "guided only where noise rate / signal rate is above the first number and at most the second; default: everywhere",
  ),
  rescale: z.number().min(0).max(1).default(0).describe(
    "how much of the contrast that guidance adds is taken back: 1 all of it",
  ),
  by: z.string().min(1).optional().describe(
    'autoguidance: away from a weaker model, which is earlier, "2 epochs" or "500 steps" of the same run, ' +
      "or the path of another run; default, or class: away from the prediction for no class",
  ),
  renoise: z.enum(["guided", "unconditional"]).default("guided").describe(
    "the noise that stays after a step; unconditional is CFG++, with a scale from 0 to 1, for samplers of first order",
  ),
  project: projectionOptions.optional().describe(
    "projected guidance (APG): for high scales without glaring colours; project: {} leaves out what adds contrast",
  ),
});

/** Whether the prediction is evaluated a second time: by the same network without the class, or by another. */
export function isGuided(guidance: GuidanceOptions | undefined): guidance is GuidanceOptions {
  return guidance !== undefined && (guidance.scale !== 1 || guidance.renoise === "unconditional");
}
