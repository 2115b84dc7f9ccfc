/** The version of this program: that of deno.json. */
import config from "../deno.json" with { type: "json" };

/** Such as "0.1.0". */
export const version: string = config.version;
