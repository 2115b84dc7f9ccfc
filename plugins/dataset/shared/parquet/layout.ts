/** What a Parquet file says about itself: its columns, and where the column of pictures lies in each row group. */
import {
  countOf,
  Malformed,
  numberOf,
  readStruct,
  structOf,
  structsOf,
  type ThriftStruct,
  thriftText,
  type ThriftValue,
} from "./thrift.ts";

/** The part of a column in one row group. */
export interface Chunk {
  /** Rows of the group. */
  readonly rows: number;
  /** Place of the first page in the file, in bytes, and bytes of all pages. */
  readonly start: number;
  readonly length: number;
  /** Number of the compression, as the format counts them. */
  readonly codec: number;
}

/** The column of pictures. */
export interface Column {
  /** How many of the column and the groups around it may be missing: levels from 0 to this one. */
  readonly maxLevel: number;
  readonly chunks: readonly Chunk[];
  /** The columns beside it in the same group, such as the names of the pictures. */
  readonly others: readonly Chunk[];
  /** Rows of the file. */
  readonly rows: number;
}

/** A file without the column that was asked for. */
export class NoColumn extends Error {
  constructor(readonly columns: readonly string[]) {
    super("There is no such column");
  }
}

/** Rows of a row group, and of a file: pages of nothing but missing values take a few bytes for any number of rows. */
const maxGroupRows = 10_000_000;
const maxRows = 100_000_000;
const byteArray = 6;
const repeated = 2;
const required = 0;

/**
 * Finds a column of byte strings by its path and checks where its pages lie.
 *
 * @param footer the bytes of the footer, without its length and the mark behind it
 * @param end place of the footer in the file: all pages lie before it
 * @param path names from the outside in, such as `["image", "bytes"]`
 * @throws {NoColumn} when the file has no such column
 * @throws {Malformed} when the footer is damaged or contradicts the file
 */
export function readLayout(footer: Uint8Array, end: number, path: readonly string[]): Column {
  const { struct } = readStruct(footer);
  const maxLevel = levelOf(structsOf(struct, 2, "columns"), path);
  let rows = 0;
  const chunks: Chunk[] = [];
  const others: Chunk[] = [];
  for (const group of structsOf(struct, 4, "row groups")) {
    const own = countOf(group, 3, "the number of rows of a group");
    if (own > maxGroupRows) throw new Malformed(`says that a row group has ${own.toLocaleString("en-US")} rows`);
    rows += own;
    let found = 0;
    for (const chunk of structsOf(group, 1, "columns of a row group")) {
      const meta = structOf(chunk, 3, "description of a column");
      const names = namesOf(meta.get(3));
      if (names[0] !== path[0]) continue;
      if (thriftText(chunk.get(1)) !== "") throw new Malformed("says that the pictures are in another file");
      const isWanted = names.join("\0") === path.join("\0");
      if (isWanted) found++;
      if (isWanted && meta.get(1) !== byteArray) throw new Malformed("has a column of pictures that are not bytes");
      if (own > 0) (isWanted ? chunks : others).push(chunkOf(meta, own, end));
    }
    if (found !== 1) throw new Malformed(`has ${found} columns "${path.join(".")}" in a row group`);
  }
  // Chunks that overlap would make the reader do the work of a small file many times over.
  const bytes = [...chunks, ...others].reduce((sum, { length }) => sum + length, 0);
  if (bytes > end) throw new Malformed("places the columns of several row groups in the same bytes");
  if (rows > maxRows) throw new Malformed(`says that the file has ${rows.toLocaleString("en-US")} rows`);
  return { maxLevel, chunks, others, rows };
}

function chunkOf(meta: ThriftStruct, rows: number, end: number): Chunk {
  const data = countOf(meta, 9, "the place of the first page");
  const dictionary = meta.has(11) ? countOf(meta, 11, "the place of the dictionary") : 0;
  const start = dictionary > 0 ? Math.min(dictionary, data) : data;
  const length = countOf(meta, 7, "the size of a column");
  if (start < 4 || start + length > end) throw new Malformed("places a column outside the file");
  return { rows, start, length, codec: countOf(meta, 4, "the compression of a column") };
}

/** Walks the tree of columns, which the footer lists in order of depth, to one of them. */
function levelOf(schema: readonly ThriftStruct[], path: readonly string[]): number {
  const childrenOf = (element: ThriftStruct) => element.has(5) ? countOf(element, 5, "the number of children") : 0;
  /** Place behind an element and all below it. */
  const after = (at: number): number => {
    let open = 1;
    while (open > 0) {
      const element = schema[at++];
      if (element === undefined) throw new Malformed("lists fewer columns than it counts");
      open += childrenOf(element) - 1;
    }
    return at;
  };
  const below = (at: number): { name: string; at: number }[] => {
    const children = [];
    const count = childrenOf(schema[at]!);
    at++;
    for (let i = 0; i < count; i++) {
      const end = after(at);
      children.push({ name: thriftText(schema[at]!.get(4)), at });
      at = end;
    }
    return children;
  };
  if (schema.length === 0) throw new Malformed("has no columns");
  let level = 0;
  let at = 0;
  for (const name of path) {
    const children = below(at);
    const child = children.find((one) => one.name === name);
    if (child === undefined) throw new NoColumn(below(0).map((one) => one.name));
    at = child.at;
    const repetition = numberOf(schema[at]!, 3, "whether a column may be missing");
    if (repetition === repeated) throw new Malformed("has a list where one picture for each row is expected");
    if (repetition !== required) level++;
  }
  if (childrenOf(schema[at]!) > 0) throw new NoColumn(below(0).map((one) => one.name));
  return level;
}

function namesOf(value: ThriftValue | undefined): string[] {
  return Array.isArray(value) ? value.map(thriftText) : [];
}
