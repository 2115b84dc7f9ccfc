/** Writes plugins/manifest.ts, the list of built-in plugins, and plugins/types.ts, their types: `deno task manifest`. */
import { typesText, type WithOptions } from "./generate_types.ts";

/** Paths of the built-in plugins below `folder`, as `kind/name`, sorted: plugins/<kind>/<name>.ts, tests and `shared/` left out. */
export async function findPlugins(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const kind of Deno.readDir(folder)) {
    if (!kind.isDirectory || kind.name === "shared") continue;
    for await (const file of Deno.readDir(new URL(`${kind.name}/`, folder))) {
      if (!file.isFile || !file.name.endsWith(".ts")) continue;
      if (file.name.endsWith("_test.ts") || file.name === "mod.ts") continue;
      found.push(`${kind.name}/${file.name.slice(0, -".ts".length)}`);
    }
  }
  return found.sort();
}

/** The text of plugins/manifest.ts. */
export function manifestText(plugins: readonly string[]): string {
  return [
    "/** The built-in plugins, each loaded when it is first used. Written by `deno task manifest`: do not edit. */",
    "",
    "/** Loads the module of each plugin, by `kind/name`. */",
    "export const manifest: Readonly<Record<string, () => Promise<unknown>>> = {",
    ...plugins.map((plugin) => `  "${plugin}": () => import("./${plugin}.ts"),`),
    "};",
    "",
  ].join("\n");
}

/** The built-in plugins of such paths. */
export async function loadPlugins(paths: readonly string[]): Promise<WithOptions[]> {
  return await Promise.all(paths.map(async (path) => (await import(`./${path}.ts`)).default));
}

if (import.meta.main) {
  const folder = new URL(".", import.meta.url);
  const plugins = await findPlugins(folder);
  await Deno.writeTextFile(new URL("manifest.ts", folder), manifestText(plugins));
  await Deno.writeTextFile(new URL("types.ts", folder), typesText(await loadPlugins(plugins)));
  console.log(`plugins/manifest.ts, plugins/types.ts  ${plugins.length} plugins`);
}
