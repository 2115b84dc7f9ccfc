/** Which codec decodes pictures: another one may give other bytes. */

/** Name and version of the codec, as `deno.json` pins it. Part of the key of decoded pictures that are kept. */
export const codecVersion = "sharp@0.35.5";
