/**
 * Writes the reference of the library into `docs/reference`, of our own symbols alone: `deno task docs`.
 *
 * Deno gives each member of an interface or a class a page besides its line on the page of its symbol: links lead to
 * that line instead, and these pages go.
 *
 * @module
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = join("docs", "reference");
const entries = ["mod.ts", "plugin.ts", "testing.ts", "lib/xla/mod.ts"];

async function* filesIn(folder: string): AsyncIterable<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* filesIn(path);
    else yield path;
  }
}

/** Page of the symbol whose member a page is of: of `Graph.image.html`, `Graph.html`. Undefined for other pages. */
export function symbolOf(page: string): string | undefined {
  // What a namespace holds, such as `files.Remote`, has no other page; the names of namespaces begin in lower case.
  const [, symbol] = /^((?:[a-z]\w*\.)?[A-Z]\w*)\..*\.html$/.exec(page) ?? [];
  return symbol === undefined ? undefined : `${symbol}.html`;
}

/** A page whose links to pages of members lead to lines of its own, or to pages of symbols. */
export function withoutMembers(text: string, page: string): string {
  return text.replaceAll(/(")([^"\s]*~(?:&#x2F;|\/))([\w.[\]]+\.html)(?=")/g, (link, quote, folder, target: string) => {
    const symbol = symbolOf(target);
    if (symbol === undefined) return link;
    const [, name = ""] = /([^.]+)\.html$/.exec(target) ?? [];
    const [id] = new RegExp(`(?<= id=")[a-z]+_${RegExp.escape(name)}(_\\d+)?(?=")`).exec(text) ?? [];
    return symbol === page && id !== undefined ? `${quote}#${id}` : `${quote}${folder}${symbol}`;
  });
}

if (import.meta.main) {
  Deno.chdir(root);
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // there is none yet
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--quiet", "--html", "--import-map=docs/reference.json", "--name=Denoise", `--output=${folder}`]
      .concat(entries),
    stdout: "null",
  }).output();
  if (code !== 0) Deno.exit(code);
  let count = 0;
  for await (const path of filesIn(folder)) {
    if (symbolOf(basename(path)) !== undefined) await Deno.remove(path);
    else {
      count++;
      if (/\.(html|js)$/.test(path)) {
        await Deno.writeTextFile(path, withoutMembers(await Deno.readTextFile(path), basename(path)));
      }
    }
  }
  console.log(`${join(folder, "index.html")}: ${count} files`);
}
