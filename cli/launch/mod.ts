/**
 * What the tasks of deno.json start. It uses no package: where the packages are not there yet, it says that they are
 * fetched, and what to do without a network. In this folder `deno task` fetches them before; from a folder of the user's
 * own it does not, and what Deno says of it is hidden.
 *
 * @module
 */
import { fetchPackages } from "./packages.ts";

if (!await fetchPackages()) Deno.exit(1);
// Not by a name that Deno sees before: it would fetch the packages of what is behind it at once.
await import(new URL("./launch.ts", import.meta.url).href);
