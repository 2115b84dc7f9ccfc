/** Where recipes find plugins: the built-in ones by manifest, and a user's files beside them. */
import { type Kind, kinds } from "../kinds/mod.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import * as messages from "../problems/messages/plugins.ts";
import { DenoiseError, type Problem } from "../problems/problem.ts";
import type { PluginSource } from "../recipe/types.ts";
import { loadPluginFile, placeInPlugin, pluginFile } from "./load_file.ts";
import { checkPlugin } from "./shape.ts";

/** Loads the module of each built-in plugin, by `kind/name`. */
export type Manifest = Readonly<Record<string, () => Promise<unknown>>>;

/** Plugins, to which others can be added. */
export interface Registry extends PluginSource {
  /**
   * These plugins and others beside them, given as objects. What is trained with one is sampled with it as well: a
   * checkpoint names plugins, and holds no code.
   *
   * @throws {DenoiseError} for what is not a plugin, and for names that are taken
   */
  with(...plugins: readonly AnyPlugin[]): Registry;
}

/** Plugins of a manifest, loaded when they are first asked for. */
export function createRegistry(manifest: Manifest, defaults: Readonly<Record<string, unknown>>): Registry {
  const loaded = new Map<string, Promise<AnyPlugin>>();
  return withUsers(new Map());

  function withUsers(users: ReadonlyMap<string, AnyPlugin>): Registry {
    return {
      defaults,
      names(kind) {
        const prefix = `${kind}/`;
        return [...Object.keys(manifest), ...users.keys()]
          .filter((id) => id.startsWith(prefix))
          .map((id) => id.slice(prefix.length))
          .sort();
      },
      load(kind, name) {
        const id = `${kind}/${name}`;
        const user = users.get(id);
        if (user !== undefined) return Promise.resolve(user);
        if (!Object.hasOwn(manifest, id)) return Promise.resolve(undefined);
        const promise = loaded.get(id) ?? loadBuiltIn(id, manifest[id]!);
        loaded.set(id, promise);
        return promise;
      },
      with(...plugins) {
        const added = new Map(users);
        const problems: Problem[] = [];
        for (const one of plugins) {
          const checked = checkPlugin(one);
          if ("problems" in checked) problems.push(...checked.problems.map(({ problem }) => problem));
          else {
            const problem = taken(added, checked.plugin);
            if (problem === undefined) added.set(`${checked.plugin.kind}/${checked.plugin.name}`, checked.plugin);
            else problems.push(problem);
          }
        }
        if (problems.length > 0) throw new DenoiseError(problems);
        return withUsers(added);
      },
      async withFiles(files) {
        const added = new Map(users);
        const problems: Problem[] = [];
        for (const file of new Set(files)) {
          try {
            for (const plugin of await loadPluginFile(file)) {
              const problem = taken(added, plugin);
              if (problem === undefined) added.set(`${plugin.kind}/${plugin.name}`, plugin);
              else problems.push(problem);
            }
          } catch (error) {
            if (!(error instanceof DenoiseError)) throw error;
            problems.push(...error.problems);
          }
        }
        if (problems.length > 0) throw new DenoiseError(problems);
        return withUsers(added);
      },
    };
  }

  function taken(users: ReadonlyMap<string, AnyPlugin>, plugin: AnyPlugin): Problem | undefined {
    const id = `${plugin.kind}/${plugin.name}`;
    const other = users.get(id);
    if (other === plugin) return undefined; // the same file, named twice
    const file = other && pluginFile(other);
    const by = other !== undefined
      ? file === undefined ? "another plugin in code" : `"${file}"`
      : Object.hasOwn(manifest, id)
      ? "a built-in plugin"
      : undefined;
    if (by === undefined) return undefined;
    const place = placeInPlugin(plugin, "name");
    return { ...messages.nameTaken(plugin.kind, plugin.name, by), ...(place === undefined ? {} : { place }) };
  }
}

async function loadBuiltIn(id: string, load: () => Promise<unknown>): Promise<AnyPlugin> {
  let module: { default?: unknown };
  try {
    module = await load() as { default?: unknown };
  } catch (error) {
    throw new DenoiseError(messages.builtInBroken(id, error instanceof Error ? error.message : String(error)), {
      cause: error,
    });
  }
  const checked = checkPlugin(module.default);
  if ("plugin" in checked && `${checked.plugin.kind}/${checked.plugin.name}` === id) return checked.plugin;
  throw new DenoiseError(
    "plugin" in checked
      ? messages.builtInBroken(id, `it exports ${checked.plugin.kind}/${checked.plugin.name}`)
      : checked.problems.map(({ problem }) => messages.builtInBroken(id, problem.message)),
  );
}

/** Every plugin of a source, by kind in the order of a recipe. */
export function everyName(source: PluginSource): { kind: Kind; name: string }[] {
  return (Object.keys(kinds) as Kind[]).flatMap((kind) => source.names(kind).map((name) => ({ kind, name })));
}
