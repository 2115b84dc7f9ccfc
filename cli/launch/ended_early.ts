/** What to say of a command that native code has ended: it cannot say anything any more. */

import { visible, visibleJson } from "../../lib/text/visible.ts";

/** Why a command ended, and what to do about it. */
export interface Ending {
  readonly message: string;
  /** Lines of help: what native code wrote last among them. */
  readonly help: readonly string[];
}

/** What XLA writes of flags that it does not take, as it ends the process. */
const ofFlags = /\] (Unknown flags? in XLA_FLAGS|Couldn't interpret value|Could not open file .*"XLA_FLAGS")/;

/**
 * @param how such as `exit code 1`
 * @param lines what native code wrote last
 * @param flags the variable XLA_FLAGS of the environment
 */
export function endedEarly(how: string, lines: readonly string[], flags: string | undefined): Ending {
  const wrote = lines.map((line) => `it wrote: ${visible(line)}`);
  const said = lines.find((line) => ofFlags.test(line));
  if (flags === undefined || said === undefined) return { message: `The command ended early (${how})`, help: wrote };
  return {
    message: `XLA does not take the flags ${visibleJson(flags)} of the variable XLA_FLAGS`,
    help: [
      `it wrote: ${visible(said.replace(/^.*?\] /, ""))}`,
      "correct the variable, or unset it: each build of XLA has flags of its own",
    ],
  };
}
