/** Where in the user's code something happened. */

const own = new URL("../", import.meta.url).href;

/**
 * ` at file:line:column` of the innermost call that is neither of tfjs nor of this folder; empty where there is none.
 *
 * @param library starts of addresses of code that is only between the user's and this: passed over where the user's
 *   own is to be found
 */
export function userLine(library: readonly string[] = []): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100; // kernels are called from deep inside tfjs
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const places = stack.split("\n").slice(1).flatMap((line) => {
    const place = /\(?((?:file|https?):\/\/[^\s)]+:\d+:\d+)\)?$/.exec(line)?.[1];
    const foreign = place === undefined || (place.startsWith(own) && !place.includes("_test.ts:")) ||
      /\/node_modules\/|\/@tensorflow\//.test(place);
    return foreign ? [] : [place];
  });
  const found = places.find((place) => !library.some((start) => place.startsWith(start))) ?? places[0];
  return found === undefined ? "" : ` at ${found}`;
}
