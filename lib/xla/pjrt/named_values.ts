/** Options by name, as `PJRT_NamedValue`s. */
import { fixedBytes, layout, Struct } from "./layout.ts";

/** What is passed on to the plugin, such as `cpu_device_count: 4` of `Plugin.createClient`. */
export type ClientOptions = Readonly<Record<string, string | number | boolean>>;

/** The list for a struct, how many it has, and what the struct has to hold: the list is a copy, its texts are not. */
export function namedValues(options: ClientOptions): { list: Uint8Array<ArrayBuffer>; count: number; held: unknown } {
  const values = Object.entries(options).map(([name, value]) => namedValue(name, value));
  const size = Math.ceil(layout("PJRT_NamedValue").size / 8) * 8;
  const list = fixedBytes(size * values.length);
  values.forEach((value, i) => list.set(value.bytes, size * i));
  return { list, count: values.length, held: values };
}

/** `PJRT_NamedValue` of a string (0), int64 (1), float (3) or bool (4). */
function namedValue(name: string, value: string | number | boolean): Struct<"PJRT_NamedValue"> {
  const struct = new Struct("PJRT_NamedValue").text("name", "name_size", name);
  if (typeof value === "string") return struct.text("value", "value_size", value).set("type", 0);
  struct.set("value_size", 1);
  if (typeof value === "boolean") return struct.set("type", 4).set("value", Number(value));
  if (Number.isInteger(value)) return struct.set("type", 1).set("value", value);
  return struct.set("type", 3).set("value", new Int32Array(Float32Array.of(value).buffer)[0]! >>> 0);
}
