/** Remembers the code that a model was trained with. */
import { refusalOf, whatFailed } from "../../lib/files/mod.ts";
import { codeUnremembered } from "../problems/messages/trust.ts";
import type { Console } from "../terminal/console.ts";
import { warning } from "../problems/warning.ts";
import type { Code } from "../trust/code.ts";
import { recordFolder, remember } from "../trust/record.ts";

/** Remembers code as the user's own; where that cannot be written down, the user is told what follows. */
export async function rememberCode(code: readonly Code[], console: Console): Promise<void> {
  try {
    await remember(code);
  } catch (error) {
    console.warn(warning(codeUnremembered(recordFolder(), refusalOf(error)?.reason ?? whatFailed(error))));
  }
}
