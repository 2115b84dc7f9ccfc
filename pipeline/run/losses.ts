/** The losses of steps: read a step late, so that the device never waits, and watched. */
import { stuck } from "../problems/messages/run.ts";
import { warning } from "../problems/warning.ts";
import { disposeTree } from "../../lib/tensor/mod.ts";
import type { LossTerms } from "../programs/gather.ts";
import type { UpdateTerms } from "../programs/update.ts";
import { Skips, type UpdateNumbers } from "./skips.ts";

const patience = 300; // steps after which a loss has to beat that of a zero output
const window = 100; // steps whose mean is compared
const beaten = 0.95; // of the zero output's loss: sampling noise of the mean stays well above this

/** What is known of a step once its losses are read. */
export interface StepLosses {
  /** Updates done, that of these losses among them. */
  readonly step: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly update: UpdateNumbers;
}

/** Reads losses in order, and says at once what is wrong with them. */
export class Losses {
  #pending: Promise<StepLosses> | undefined;
  #recent: number[] = [];
  #judged = false;
  readonly #skips: Skips;
  /** The last loss that was read of a step that was not skipped. */
  last: number | undefined;

  constructor(
    private readonly options: {
      /** The loss of a network that answers zero, where it says something. */
      readonly zero: number | undefined;
      /** What it returns is waited for. */
      readonly read: (losses: StepLosses) => void | Promise<void>;
      readonly warn: (message: string) => void;
      /** The last good checkpoint. */
      readonly kept: () => string | undefined;
      /** The last loss of an earlier process. */
      readonly before?: number | undefined;
    },
  ) {
    this.last = options.before;
    this.#skips = new Skips(options);
  }

  /** Steps that changed nothing, since the start of the run. */
  get skipped(): number {
    return this.#skips.total;
  }

  /** Starts to read the losses of a step, and waits for those of the step before. Consumes the tensors. */
  async push(step: number, errors: LossTerms, update: UpdateTerms): Promise<void> {
    const before = this.#pending;
    this.#pending = readTerms(step, errors, update);
    this.#pending.catch(() => {}); // seen when it is awaited
    if (before !== undefined) await this.#take(await before);
  }

  /** Waits for what is being read. */
  async settle(): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined) await this.#take(await pending);
  }

  async #take(losses: StepLosses): Promise<void> {
    const { step, errors: { loss = NaN } } = losses;
    await this.options.read(losses);
    if (this.#skips.take(losses)) return;
    this.last = loss;
    this.#recent.push(loss);
    if (this.#recent.length > window) this.#recent.shift();
    const { zero } = this.options;
    if (zero === undefined || this.#judged || step < patience || this.#recent.length < window) return;
    const mean = this.#recent.reduce((sum, one) => sum + one, 0) / window;
    this.#judged = true;
    if (mean >= beaten * zero) this.options.warn(warning(stuck(step, mean, zero)));
  }
}

async function readTerms(step: number, errors: LossTerms, update: UpdateTerms): Promise<StepLosses> {
  const [numbers, of] = await Promise.all([lossesOf(errors), lossesOf(update)]);
  return { step, errors: numbers, update: of as UpdateNumbers };
}

/** Reads scalars, such as those that a loss reports. Consumes the tensors. */
export async function lossesOf(errors: LossTerms): Promise<Record<string, number>> {
  try {
    const read = Object.entries(errors).map(async ([name, scalar]) => [name, (await scalar.data())[0]!] as const);
    return Object.fromEntries(await Promise.all(read));
  } finally {
    disposeTree(errors);
  }
}
