/** Steps that are not finite: skipped for their gradients, the end of training for their loss or for too many in a row. */
import { diverged } from "../problems/messages/run.ts";
import { stepSkipped } from "../problems/messages/updates.ts";
import { DenoiseError } from "../problems/problem.ts";
import { warning } from "../problems/warning.ts";

const most = 10; // steps in a row: what is wrong with one batch does not last, what is wrong with the weights does

/** How an update went, as numbers: see `UpdateTerms`. */
export type UpdateNumbers = {
  readonly gradient_norm: number;
  readonly skipped: number;
  readonly learning_rate?: number;
};

/** Counts skipped steps, warns of the first, and stops training where they do not end, or a loss is not finite. */
export class Skips {
  #inRow = 0;
  #told = false;
  /** Since the start of the run. */
  total = 0;

  constructor(
    private readonly options: {
      readonly warn: (message: string) => void;
      /** The last good checkpoint. */
      readonly kept: () => string | undefined;
    },
  ) {}

  /**
   * @returns whether the step was skipped
   * @throws {DenoiseError} at the last of too many in a row, and where the loss of another step is not finite
   */
  take(
    { step, errors: { loss = NaN }, update: { gradient_norm: norm, skipped } }: {
      readonly step: number;
      readonly errors: Readonly<Record<string, number>>;
      readonly update: UpdateNumbers;
    },
  ): boolean {
    this.total = skipped;
    if (Number.isFinite(norm)) {
      this.#inRow = 0;
      if (!Number.isFinite(loss)) throw this.#diverged(`the loss is ${loss}`, step);
      return false;
    }
    if (!this.#told) this.options.warn(warning(stepSkipped(step, norm, loss, most)));
    this.#told = true;
    if (++this.#inRow < most) return true;
    throw this.#diverged(`the gradients of ${most} steps in a row are not finite, and the loss is ${loss}`, step);
  }

  #diverged(what: string, step: number): DenoiseError {
    return new DenoiseError(diverged(what, step, this.options.kept()));
  }
}

/** How an update went, as the log has it: `skipped` only once a step was. */
export function loggedUpdate({ learning_rate, gradient_norm, skipped }: UpdateNumbers): Record<string, number> {
  return {
    ...(learning_rate === undefined ? {} : { learning_rate }),
    gradient_norm,
    ...(skipped === 0 ? {} : { skipped }),
  };
}

/** How an update went, as a program is told. */
export interface UpdateReport {
  /** What the optimizer took, where it tells. */
  readonly learningRate: number | undefined;
  /** Length of all gradients together, before anything clips it. NaN or infinite: the step changed nothing. */
  readonly gradientNorm: number;
  /** Steps of the run that changed nothing. */
  readonly skipped: number;
}

/** The same numbers by the names that programs read. */
export function toldUpdate(
  { learning_rate: learningRate, gradient_norm: gradientNorm, skipped }: UpdateNumbers,
): UpdateReport {
  return { learningRate, gradientNorm, skipped };
}
