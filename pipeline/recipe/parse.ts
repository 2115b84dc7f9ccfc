/** YAML text to nodes with places; every mistake in the text is reported. */
import { type Document, isAlias, isMap, isPair, isScalar, type Node as YamlNode, parseDocument } from "yaml";
import * as messages from "../problems/messages/file.ts";
import type { Message } from "../problems/messages/text.ts";
import type { Place } from "../problems/problem.ts";
import { inQuotes } from "./in_quotes.ts";
import type { Field, Node, Scalar } from "./node.ts";
import { placeFinder } from "./places.ts";
import type { Origin } from "./types.ts";
import { syntaxProblems } from "./yaml_errors.ts";

/** Takes a problem; its place may be unknown. */
export type ReportProblem = (text: Message, place?: Place) => void;

/** Values in one recipe, aliases counted each time they are used: real recipes have some dozens. */
const valueLimit = 10_000;
const depthLimit = 50;

const inFile: Origin = { from: "default" };

/** Place of the text. */
export interface TextSource {
  /** Name of the file in problems. */
  readonly file: string;
  /** Where the values come from, if not from that file. */
  readonly origin?: Origin;
  /** Text and line that places point into, where `text` is one line of it. */
  readonly within?: { readonly text: string; readonly line: number };
}

/**
 * Reads one YAML document.
 *
 * @returns undefined when nothing can be made of the text, after something was reported; a null node when it is empty
 */
export function parse(written: string, source: TextSource, report: ReportProblem): Node | undefined {
  // A carriage return alone ends a line too, for editors and in YAML's own rules; the library does not know.
  const text = written.replaceAll(/\r(?!\n)/g, "\n");
  const place = placeFinder(text, source);
  const directive = /^(?:[ \t]*(?:#.*)?\n)*%/.exec(text);
  if (directive !== null) {
    report(messages.directiveForm(), place(directive[0].length - 1, directive[0].length));
    return undefined;
  }
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      prettyErrors: false,
      uniqueKeys: false, // reported here, with the line of the first
      version: "1.2",
      merge: false,
      resolveKnownTags: false,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    report(messages.recipeTooDeep(), place(0, 1)); // its parser ran out of stack
    return undefined;
  }
  const seen = new Set<number>();
  for (const { pos: [start, end], text: said } of syntaxProblems(document.errors, text)) {
    const at = place(start, end);
    // The mistakes after the first in a line are its consequences.
    if (!seen.has(at.line)) report(said, at);
    seen.add(at.line);
  }
  if (document.errors.length > 0) return undefined;
  return new Converter(source, place, report).root(document.contents);
}

/** Makes nodes of what the YAML library read. */
class Converter {
  readonly #anchors = new Map<string, { node: Node; size: number } | "open">();
  #size = 0;
  #tooLarge = false;

  constructor(
    readonly source: TextSource,
    readonly place: (start: number, end: number) => Place,
    readonly report: ReportProblem,
  ) {}

  root(contents: YamlNode | null): Node | undefined {
    const node = this.convert(contents, this.place(0, 1), 0);
    return this.#tooLarge ? undefined : node;
  }

  /** `fallback` is the place of a value that takes no room, such as that of `network:`. */
  convert(yaml: unknown, fallback: Place, depth: number): Node {
    const [start, end] = (yaml as YamlNode | null)?.range ?? [0, 0];
    const place = end > start ? this.place(start, end) : fallback;
    const written = isScalar(yaml) && typeof yaml.value !== "string" && yaml.source ? yaml.source : undefined;
    const make = (value: Node["value"]): Node => ({
      value,
      ...(written === undefined ? {} : { written }),
      origin: this.source.origin ?? { from: "file", file: place.file, line: place.line, column: place.column },
      place,
    });
    if (isAlias(yaml)) return this.alias(yaml.source, place) ?? make(null);
    const anchor = (yaml as { anchor?: string } | null)?.anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, "open");
    const before = this.#size;
    const node = make(this.value(yaml as YamlNode | null, place, depth));
    if (anchor !== undefined) this.#anchors.set(anchor, { node, size: this.#size - before });
    return node;
  }

  value(yaml: YamlNode | null, place: Place, depth: number): Node["value"] {
    this.grow(1, place);
    if (this.#tooLarge) return null;
    if (yaml?.tag !== undefined) this.report(messages.tagForm(yaml.tag.replace("tag:yaml.org,2002:", "!!")), place);
    if (yaml === null || isScalar(yaml)) return this.scalar(yaml?.value ?? null, yaml?.source ?? "", place);
    if (depth >= depthLimit) {
      this.report(messages.recipeTooDeep(), place);
      return null;
    }
    if (isMap(yaml)) return this.map(yaml.items, place, depth);
    return (yaml as unknown as { items: unknown[] }).items.map((item) => this.convert(item, place, depth + 1));
  }

  scalar(value: unknown, written: string, place: Place): Scalar {
    const fix = () => inQuotes({ written, origin: this.source.origin ?? inFile });
    if (typeof value === "number" && !Number.isFinite(value)) {
      this.report(messages.notFinite(written, fix()), place);
      return null;
    }
    if (typeof value === "number" && isAnother(value, written)) {
      this.report(messages.numberLost(written, value, fix()), place);
      return null;
    }
    return value as Scalar;
  }

  map(items: readonly unknown[], place: Place, depth: number): ReadonlyMap<string, Field> {
    const fields = new Map<string, Field>();
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const keyRange = (pair.key as YamlNode | null)?.range;
      // A key that is left out takes no room: what is marked is the colon behind it.
      const keyPlace = keyRange ? this.place(keyRange[0], Math.max(keyRange[1], keyRange[0] + 1)) : place;
      const key = isScalar(pair.key) ? pair.key.value : pair.key;
      const node = this.convert(pair.value, keyPlace, depth + 1);
      if (typeof key !== "string") {
        const [held, written] = isAlias(pair.key)
          ? [0, `*${pair.key.source}`]
          : isScalar(pair.key) || pair.key === null
          ? [key, key === null ? undefined : (pair.key as { source?: string } | null)?.source]
          : [isMap(pair.key) ? {} : [pair.key], undefined];
        this.report(messages.keyForm(held, written), keyPlace);
      } else if (key === "<<") this.report(messages.mergeKey(), keyPlace);
      else if (["__proto__", "constructor", "prototype"].includes(key)) {
        this.report(messages.reservedKey(key), keyPlace);
      } else if (fields.has(key)) {
        this.report(messages.duplicateKey(key, fields.get(key)!.key!.line), keyPlace);
      } else fields.set(key, { key: keyPlace, node });
    }
    return fields;
  }

  alias(name: string, place: Place): Node | undefined {
    const target = this.#anchors.get(name);
    if (target === undefined) this.report(messages.aliasUnknown(name, [...this.#anchors.keys()]), place);
    else if (target === "open") this.report(messages.aliasCycle(name), place);
    else {
      this.grow(target.size, place);
      return target.node;
    }
    return undefined;
  }

  grow(size: number, place: Place): void {
    this.#size += size;
    if (this.#size <= valueLimit || this.#tooLarge) return;
    this.#tooLarge = true;
    this.report(messages.aliasesMultiply(valueLimit), place);
  }
}

/** Whether a number is not the one that is written: a whole one that has lost digits, or one too small to be told from 0. */
function isAnother(value: number, written: string): boolean {
  if (Number.isInteger(value) && /^[-+]?\d+$|^0[xo]/.test(written)) {
    const whole = BigInt(written.replace(/^[-+]/, ""));
    return !Number.isSafeInteger(value) && BigInt(Math.abs(value)) !== whole;
  }
  return value === 0 && /[1-9]/.test(written.replace(/e.*$/i, ""));
}
