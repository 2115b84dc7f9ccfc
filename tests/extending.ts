/**
 * Writes what docs/extending.md takes from the code, the interfaces and laws of the kinds: `deno task extending`.
 *
 * A block `ts ignore` in the section of a kind names interfaces of `pipeline/kinds/<kind>.ts`; the list below it is of
 * the laws in `pipeline/contract/<kind>.ts`.
 *
 * @module
 */
import { textOf } from "./source_files.ts";

/** The page, from the root. */
export const page = "docs/extending.md";

/** The page with interfaces and laws as they are in the code. */
export async function current(text: string): Promise<string> {
  const [head, ...sections] = text.split(/^(?=## [a-z])/m);
  const kinds = sections.map(async (section) => {
    const kind = /^## ([a-z]+)\n/.exec(section)?.[1];
    if (kind === undefined) return section;
    const [source, laws] = await Promise.all([textOf(`pipeline/kinds/${kind}.ts`), lawsOf(kind)]);
    return section
      .replace(
        /(```ts ignore\n)([^]*?)(```)/,
        (_, open, block: string, close) =>
          open + [...block.matchAll(/^export interface (\w+)/gm)].map(([, name]) => interfaceIn(source, name!))
            .join("\n") +
          close,
      )
      .replace(/^(Laws: .*\n\n)(?:- .*\n)*/m, (_, intro) => intro + laws.map((law) => `- ${law}\n`).join(""));
  });
  return head + (await Promise.all(kinds)).join("");
}

/** An interface without its comments. */
function interfaceIn(source: string, name: string): string {
  const found = new RegExp(`^export interface ${name}\\b[^]*?^}\n`, "m").exec(source)?.[0];
  if (found === undefined) throw new Error(`Cannot find the interface "${name}"`);
  return found.replaceAll(/\/\*\*[^]*?\*\//g, "").replaceAll(/\s*\/\/.*$/gm, "").replaceAll(/\n\s*(?=\n)/g, "");
}

/** The laws of a kind, in words. */
async function lawsOf(kind: string): Promise<string[]> {
  const module: Record<string, object> = await import(`../pipeline/contract/${kind}.ts`);
  return Object.keys(module[`${kind}Laws`]!);
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL(`../${page}`, import.meta.url), await current(await textOf(page)));
  console.log(`wrote ${page}`);
}
