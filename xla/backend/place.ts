/** Where in the user's code something happened. */

const own = new URL("../", import.meta.url).href;

/** ` at file:line:column` of the innermost call that is neither of tfjs nor of this folder; empty where there is none. */
export function userLine(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100; // kernels are called from deep inside tfjs
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of stack.split("\n").slice(1)) {
    const place = /\(?((?:file|https?):\/\/[^\s)]+:\d+:\d+)\)?$/.exec(line)?.[1];
    if (
      place === undefined || (place.startsWith(own) && !place.includes("_test.ts:")) ||
      /\/node_modules\/|\/@tensorflow\//.test(place)
    ) continue;
    return ` at ${place}`;
  }
  return "";
}
