/** The command line. Each command is in `cli/`; this file only puts them together. */
import { main } from "./cli/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
