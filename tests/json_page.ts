/** Writes the tables of docs/json.md, what each command answers with `--json`: `deno task json`. */
import { z } from "zod";
import { answers, failure } from "../cli/answers.ts";
import { textOf } from "./source_files.ts";

/** The page, from the root. */
export const page = "docs/json.md";

/** The page with the documents as they are in the code. */
export async function current(text: string): Promise<string> {
  const [head] = text.split(/^## Errors$/m);
  const sections = [["Errors", failure], ...Object.entries(answers)] as [string, z.ZodObject][];
  const body = sections.map(([name, schema]) => `## ${name}\n\n${table(rowsOf(schema, ""))}`).join("\n");
  return await formatted(`${head}${body}`);
}

type Row = readonly [field: string, type: string, text: string];

/** A row a field; those of objects within come below it, with their path. */
function rowsOf(schema: z.ZodObject, path: string): Row[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const { inner, marks } = bare(field as z.ZodType);
    const item = inner instanceof z.ZodArray ? bare(inner.element as z.ZodType).inner : inner;
    const own = `${path}${name}${inner instanceof z.ZodArray ? "[]" : ""}`;
    const text = (field as z.ZodType).description ?? inner.description ?? "";
    const row: Row = [own, [...new Set([typeOf(item), ...marks])].join(", "), text];
    return item instanceof z.ZodObject ? [row, ...rowsOf(item, `${own}.`)] : [row];
  });
}

/** A schema without what says that it may be missing. */
function bare(schema: z.ZodType): { inner: z.ZodType; marks: string[] } {
  if (schema instanceof z.ZodOptional) {
    const { inner, marks } = bare(schema.unwrap() as z.ZodType);
    return { inner, marks: [...marks, "may be missing"] };
  }
  if (schema instanceof z.ZodNullable) {
    const { inner, marks } = bare(schema.unwrap() as z.ZodType);
    return { inner, marks: [...marks, "or null"] };
  }
  if (schema instanceof z.ZodPipe) return bare(schema.out as z.ZodType); // a number that is null where not finite
  return { inner: schema, marks: [] };
}

function typeOf(schema: z.ZodType): string {
  const { type, enum: allowed, const: only } = z.toJSONSchema(schema, { io: "output" });
  if (allowed !== undefined) return allowed.map((value) => `\`${value}\``).join(" or ");
  if (only !== undefined) return `\`${only}\``;
  return String(type ?? "any value");
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(([field, type, text]) => `| \`${field}\` | ${type} | ${text.replaceAll("|", "\\|")} |\n`);
  return `| field | type | what it is |\n| --- | --- | --- |\n${lines.join("")}`;
}

/** As `deno fmt` leaves it. */
async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "--line-width", "120", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL(`../${page}`, import.meta.url), await current(await textOf(page)));
  console.log(`wrote ${page}`);
}
