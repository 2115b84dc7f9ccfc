/** The command line. Each command is in `cli/`; this file only puts them together. */
import { noteHowCalled } from "./cli/called.ts";
import { main } from "./cli/main.ts";

if (import.meta.main) {
  noteHowCalled();
  Deno.exit(await main(Deno.args));
}
