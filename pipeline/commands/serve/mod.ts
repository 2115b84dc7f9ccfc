/** Serving a model: what the library exports of it. */
export { serve, type ServeOptions, type ServeResult } from "./serve.ts";
export type { ServeLimits } from "./limits.ts";
