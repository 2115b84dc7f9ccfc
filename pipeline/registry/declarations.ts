/** The declarations of a module as its source has them: what `plugins show KIND` prints of an interface. */

/** Exported types of a module by name, each with its comment, and where the names that it imports come from. */
interface Declarations {
  readonly own: ReadonlyMap<string, string>;
  readonly imported: ReadonlyMap<string, URL>;
}

/**
 * The exported interfaces and types of a module, with their comments, in its order; below them those of other modules of
 * this program that they name.
 */
export async function declarationsIn(module: URL): Promise<string[]> {
  const read = new Map<string, Promise<Declarations>>();
  const declarations = (url: URL) => read.get(url.href) ?? read.set(url.href, parse(url)).get(url.href)!;
  const texts = new Map<string, string>();
  const follow = async (url: URL, names: Iterable<string>) => {
    const { own, imported } = await declarations(url);
    const added: string[] = [];
    for (const name of names) {
      const text = own.get(name);
      if (text === undefined || texts.has(name)) continue;
      texts.set(name, text);
      added.push(text);
    }
    for (const text of added) {
      for (const [, name] of withoutComments(text).matchAll(/\b([A-Z]\w+)\b/g)) {
        const from = imported.get(name!);
        if (from !== undefined) await follow(from, [name!]);
        else if (!texts.has(name!)) await follow(url, [name!]);
      }
    }
  };
  await follow(module, (await declarations(module)).own.keys());
  return [...texts.values()];
}

/** Takes a module apart. Its top-level statements are set apart by empty lines, as `deno fmt` and this house write them. */
async function parse(url: URL): Promise<Declarations> {
  const text = await Deno.readTextFile(url);
  const own = new Map<string, string>(), imported = new Map<string, URL>();
  for (const statement of text.trimEnd().split(/\n\n(?=\S)/)) {
    const [, name] = /^export (?:interface|type) (\w+)/m.exec(statement) ?? [];
    if (name !== undefined) own.set(name, statement);
  }
  for (const [, names, from] of text.matchAll(/^import (?:type )?\{([^}]*)\} from "(\.[^"]+)";$/gm)) {
    for (const [, name] of names!.matchAll(/(\w+)\s*(?:,|$)/g)) imported.set(name!, new URL(from!, url));
  }
  return { own, imported };
}

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
