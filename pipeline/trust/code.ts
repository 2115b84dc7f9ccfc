/** Files of code that a recipe runs, and what tells one version of such a file from another. */
import { dirname, extname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { sha256, sha256OfFile } from "../../lib/files/hash.ts";

/** A file whose code a recipe runs. */
export interface Code {
  /** A plugin file, or a shared library. */
  readonly kind: "plugin" | "library";
  /** Real path: links are followed. */
  readonly path: string;
  /** SHA-256 of the file together with every local file that it imports: 64 hexadecimal digits. */
  readonly sha256: string;
  /** Whether `sha256` covers all the code: not where an import computes the name of what it loads. */
  readonly complete: boolean;
}

/** Endings of plugin files. */
export const pluginEndings = [".ts", ".js", ".mjs"] as const;

/** Whether a name ends as plugin files do. */
export function isPluginName(file: string): boolean {
  return (pluginEndings as readonly string[]).includes(extname(file).toLowerCase());
}

/** A plugin file and all local files that it imports. */
export async function codeOfPlugin(path: string): Promise<Code> {
  const { files, complete } = await localModules(path);
  const folder = dirname(path);
  const contents = await Promise.all(files.map(async (file) => [relative(folder, file), await sha256OfFile(file)]));
  return { kind: "plugin", path: await Deno.realPath(path), sha256: sha256(JSON.stringify(contents)), complete };
}

/** Hashes of libraries by path, size and time: they have hundreds of megabytes, and a recipe may be read several times. */
const hashes = new Map<string, Promise<string>>();

/** A shared library. What it loads itself is not looked at. */
export async function codeOfLibrary(path: string): Promise<Code> {
  const real = await Deno.realPath(path);
  const { size, mtime } = await Deno.stat(real);
  const key = JSON.stringify([real, size, mtime]);
  const hash = hashes.get(key) ?? sha256OfFile(real);
  hashes.set(key, hash);
  return { kind: "library", path: real, sha256: await hash, complete: true };
}

/** Endings of modules that may import others. */
const programs = [".ts", ".js", ".mjs", ".mts", ".cts", ".cjs", ".tsx", ".jsx"];
const modules = [...programs, ".json", ".wasm"];
/** Other files that a plugin names, such as tables, are covered up to this many bytes. */
const dataLimit = 2 ** 24;

/** A text in quotes that may be the path of a local file. Finds more than imports, which does no harm here. */
const localPath = /(["'`])((?:\.{1,2}\/|\/|file:\/\/)[^"'`\n]*)\1/g;
/** `import(name)`, and specifiers with escapes in them: what they load cannot be read off the text. */
const computedImport = /\bimport\s*\((?!\s*["'][^"'\n\\]+["']\s*[,)])|\b(?:from|import)\s*["'][^"'\n]*\\/;

/**
 * A file and the local files that it names, directly or through others, sorted by path: its imports above all. Packages
 * and addresses on the web are left to Deno's lock file.
 *
 * @param absent takes the paths that lead to no file
 */
export async function localModules(
  path: string,
  absent: (path: string) => void = () => {},
): Promise<{ files: string[]; complete: boolean }> {
  const found = new Set<string>();
  let complete = true;
  const first = resolve(path);
  const open = [first];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    if (file !== first && !isProgram(file)) continue;
    const text = await programText(file);
    complete &&= !computedImport.test(text);
    for (const named of localPaths(text, file)) {
      const info = await Deno.stat(named).catch(() => undefined);
      const module = modules.includes(extname(named).toLowerCase());
      if (info?.isFile && (module || info.size <= dataLimit)) open.push(named);
      else if (info === undefined && module) absent(named);
    }
  }
  return { files: [...found].sort(), complete };
}

/** Bytes of the largest program that is looked through: 16 MB. */
const programLimit = 2 ** 24;

/** The text of a program. A device or a pipe has no end, and what is larger is none. */
async function programText(file: string): Promise<string> {
  const { isFile, size } = await Deno.stat(file);
  if (!isFile) throw new Error(`Cannot read "${file}" as a program: it is not a regular file`);
  if (size > programLimit) throw new Error(`Cannot read "${file}" as a program: it has ${size} bytes`);
  return await Deno.readTextFile(file);
}

/** Whether a file may import others, by its ending. */
export function isProgram(file: string): boolean {
  return programs.includes(extname(file).toLowerCase());
}

/** Resolved as an import is: by the rules of addresses, where `%20` is a blank and `?` ends the path. */
function localPaths(text: string, file: string): string[] {
  const base = pathToFileURL(file);
  return [...text.matchAll(localPath)].flatMap(([, , specifier]) => {
    try {
      return [fileURLToPath(new URL(specifier!, base))];
    } catch {
      return []; // an address that Deno refuses as well
    }
  });
}
