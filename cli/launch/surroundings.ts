/** What is around this program: its folder, or the binary that it came in, and the Deno that runs its commands. */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { shellWord } from "../../pipeline/terminal/shell.ts";

/** Folder of this program. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** Whether it was unpacked by a binary, which leaves a note. */
export const isBinary: boolean = existsSync(join(root, "binary.json"));

/** The folder of packages that this program was installed into by npm, the outermost where they lie in one another. */
export const installedIn: string | undefined = /^.*?[/\\]node_modules(?=[/\\])/.exec(root)?.[0];

/** A program of this one: as JavaScript where npm's package holds it as that. */
export function ownProgram(path: string): string {
  return join(root, ...path.replace(/\.ts$/, installedIn === undefined ? ".ts" : ".js").split("/"));
}

/** Folders of the packages that this program uses. */
export function packageFolders(cwd: string): string[] {
  return installedIn === undefined ? [join(denoFolder(cwd), "npm"), join(root, "node_modules")] : [installedIn];
}

/** Starts a command line of Deno: the program, and the words before those of the command line. */
export function deno(): { readonly program: string; readonly words: readonly string[] } {
  const own = join(root, "bin", Deno.build.os === "windows" ? "deno.exe" : "deno");
  if (!isBinary) return { program: Deno.execPath(), words: [] };
  if (existsSync(own)) return { program: own, words: [] };
  // The binary is Deno itself. Spelt another way: node:child_process takes words for its own path as those of Node, and
  // makes others of them, with all permissions (Deno 2.9.6).
  const binary = Deno.execPath();
  return { program: `${dirname(binary)}/./${basename(binary)}`, words: ["deno"] };
}

/**
 * Variables for the library that draws letters: where a system of Linux has no settings of fonts, as in an image of the
 * binary, it would print an error with each picture. The letters are those of Denoise, with or without settings.
 */
export function fontVariables(settings = "/etc/fonts/fonts.conf", given = Deno.env.toObject()): Record<string, string> {
  if (Deno.build.os !== "linux" || given.FONTCONFIG_FILE || given.FONTCONFIG_PATH || existsSync(settings)) return {};
  return { FONTCONFIG_FILE: join(root, "lib", "image", "fonts", "fonts.conf") };
}

/** Deno's own folder, which holds the packages. */
export function denoFolder(cwd: string): string {
  if (isBinary) return join(root, "packages");
  const { DENO_DIR, XDG_CACHE_HOME, LOCALAPPDATA } = Deno.env.toObject();
  if (DENO_DIR) return resolve(cwd, DENO_DIR);
  if (Deno.build.os === "windows") return join(LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "deno");
  if (Deno.build.os === "darwin") return join(homedir(), "Library", "Caches", "deno");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "deno");
}

/**
 * Variables by which Deno finds the packages: its folder, and for those of a binary the registry that they were packed
 * from, below whose name it looks.
 */
export function packageVariables(cwd: string): Record<string, string> {
  const folder = denoFolder(cwd);
  if (!isBinary) return { DENO_DIR: folder };
  const [registry] = readdirSync(join(folder, "npm"));
  return { DENO_DIR: folder, NPM_CONFIG_REGISTRY: `https://${registry}/` };
}

/** What to type for the binary in a folder: its name where the shell finds it by that, else its path. */
export function binaryCommand(cwd: string, binary = Deno.execPath(), path = Deno.env.get("PATH") ?? ""): string {
  const found = path.split(delimiter).some((folder) => folder !== "" && resolve(folder) === dirname(binary));
  if (found) return shellWord(basename(binary));
  const way = relative(cwd, binary);
  return shellWord(way.startsWith("..") ? binary : `./${way}`);
}
