/** Which files the tests of a user's folder are in, for Deno of a package: it looks in the folder of its configuration. */
import { lstat, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";

/** The names that `deno test` looks for. */
const testName = /(^|[._])test\.(ts|tsx|mts|js|mjs|jsx)$/;

/**
 * The arguments of `test` with the files of tests in a folder named one by one, where none is named, or the folder itself.
 *
 * @param args what follows `test`
 * @param cwd the folder that the command was typed in
 */
export async function withTestFiles(args: readonly string[], cwd: string): Promise<string[]> {
  const end = args.indexOf("--");
  const [before, after] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end)];
  const paths = await Promise.all(before.map((word) => isPath(word, cwd)));
  const isWhole = (word: string) => resolve(cwd, word) === resolve(cwd);
  if (paths.some(Boolean) && !before.some((word, i) => paths[i] && isWhole(word))) return [...args];
  if (before.some((word) => /^(-h|--help)$|[*{]/.test(word))) return [...args];
  return [...before.filter((word, i) => !(paths[i] && isWhole(word))), ...await testFiles(cwd, ""), ...after];
}

async function isPath(word: string, cwd: string): Promise<boolean> {
  return !word.startsWith("-") && await lstat(resolve(cwd, word)).then(() => true, () => false);
}

/** In order of name; those of packages and of hidden folders are not the user's. */
async function testFiles(folder: string, below: string): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && !/^(node_modules$|\.)/.test(entry.name)) found.push(...await testFiles(folder, path));
    else if (entry.isFile() && testName.test(entry.name)) found.push(path.startsWith("-") ? `./${path}` : path);
  }
  return found;
}
