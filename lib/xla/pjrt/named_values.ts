/** Options by name, as `PJRT_NamedValue`s. */
import { fixedBytes, layout, Struct, viewAt } from "./layout.ts";

/** A number that the plugin takes as a float, whole or not: an integer in its place is refused. */
export interface Float {
  /** The number. */
  readonly float: number;
}

/** What is passed on to the plugin, such as `cpu_device_count: 4` of `Plugin.createClient`. Whole numbers go as integers. */
export type ClientOptions = Readonly<Record<string, string | number | boolean | Float>>;

/** The list for a struct, how many it has, and what the struct has to hold: the list is a copy, its texts are not. */
export function namedValues(options: ClientOptions): { list: Uint8Array<ArrayBuffer>; count: number; held: unknown } {
  const values = Object.entries(options).map(([name, value]) => namedValue(name, value));
  const size = Math.ceil(layout("PJRT_NamedValue").size / 8) * 8;
  const list = fixedBytes(size * values.length);
  values.forEach((value, i) => list.set(value.bytes, size * i));
  return { list, count: values.length, held: values };
}

/** Those of a list in the plugin's memory that are texts or numbers. */
export function readNamedValues(list: bigint, count: number): Record<string, string | number | boolean> {
  const values: Record<string, string | number | boolean> = {};
  for (let i = 0, at = list; i < count; i++) {
    const struct = new Struct("PJRT_NamedValue");
    const size = Number(viewAt(at).getBigUint64(0)); // newer plugins may have longer ones
    viewAt(at).copyInto(struct.bytes.subarray(0, Math.min(size, layout("PJRT_NamedValue").size)));
    const name = struct.readText("name", "name_size"), type = struct.number("type");
    if (type === 0) values[name] = struct.readText("value", "value_size");
    else if (type === 1) values[name] = struct.number("value");
    else if (type === 4) values[name] = struct.number("value") % 256 !== 0;
    at += BigInt(Math.ceil(size / 8) * 8);
  }
  return values;
}

/** `PJRT_NamedValue` of a string (0), int64 (1), float (3) or bool (4). */
function namedValue(name: string, value: ClientOptions[string]): Struct<"PJRT_NamedValue"> {
  const struct = new Struct("PJRT_NamedValue").text("name", "name_size", name);
  if (typeof value === "string") return struct.text("value", "value_size", value).set("type", 0);
  struct.set("value_size", 1);
  if (typeof value === "boolean") return struct.set("type", 4).set("value", Number(value));
  if (typeof value === "number" && Number.isInteger(value)) return struct.set("type", 1).set("value", value);
  const float = typeof value === "number" ? value : value.float;
  return struct.set("type", 3).set("value", new Int32Array(Float32Array.of(float).buffer)[0]! >>> 0);
}
