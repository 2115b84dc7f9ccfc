/** Errors that are written for people: what is wrong in the message, and what to do about it beside it. */

/**
 * An error that says itself what to do. It is told by its shape and not by its class, for a plugin file may have loaded
 * a copy of `denoise/plugin` of its own.
 */
export interface Explained extends Error {
  /** `refused`: it cannot work as it is asked for. `unavailable`: it can, once something that is missing is there. */
  readonly explained: "refused" | "unavailable";
  /** What to do, one line each. */
  readonly help: readonly string[];
  /** Option of the plugin that has to change, if one has. */
  readonly option?: string | undefined;
  /** Whether that option is given and of no use: leaving it out mends it, and taking it back where it is inherited. */
  readonly unused?: boolean;
}

/** Whether an error says itself what to do; any other comes from a mistake in the code, or from the system. */
export function isExplained(error: unknown): error is Explained {
  if (!(error instanceof Error)) return false;
  const { explained, help } = error as Partial<Explained>;
  return (explained === "refused" || explained === "unavailable") &&
    Array.isArray(help) && help.every((line) => typeof line === "string");
}
