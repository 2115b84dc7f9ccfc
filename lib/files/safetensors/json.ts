/** What `JSON.parse` accepts and a header of safetensors may not hold: keys that come twice, and depth without end. */

const maxDepth = 8; // a header has three levels
const maxValues = 8_000_000;

/**
 * Looks through JSON for what `JSON.parse` says nothing of.
 *
 * @returns what is wrong, to continue "its header …"; undefined where nothing is, or the text is not JSON
 */
export function jsonFault(text: string): string | undefined {
  /** Keys of the objects around this place; undefined for a list. */
  const around: (Set<string> | undefined)[] = [];
  let isKey = false;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === "{" || letter === "[") {
      if (around.length === maxDepth) return `is nested deeper than ${maxDepth} levels`;
      around.push(letter === "{" ? new Set() : undefined);
      isKey = letter === "{";
    } else if (letter === "}" || letter === "]") {
      around.pop();
      isKey = false;
    } else if (letter === ",") {
      isKey = around.at(-1) !== undefined;
    } else if (letter === '"') {
      const end = endOfText(text, at);
      if (isKey) {
        const keys = around.at(-1)!;
        const key = keyOf(text.slice(at, end));
        if (keys.has(key)) return `has the key ${JSON.stringify(key.slice(0, 60))} twice`;
        keys.add(key);
        isKey = false;
      }
      at = end - 1;
    } else continue;
    if (++values > maxValues) return `holds more than ${maxValues.toLocaleString("en-US")} values`;
  }
  return undefined;
}

/** Place behind the quote that closes a text. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return text.length; // not JSON, which is said elsewhere
    let escapes = 0;
    while (text[quote - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** The same key may be written with and without escapes. */
function keyOf(token: string): string {
  if (!token.includes("\\")) return token.slice(1, -1);
  try {
    return JSON.parse(token);
  } catch {
    return token; // not JSON, which is said elsewhere
  }
}
