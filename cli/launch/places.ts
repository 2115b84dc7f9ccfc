/** Paths that a process may use, with what their links lead to. */
import { dirname, resolve } from "node:path";
import { isFolder } from "../../lib/files/exists.ts";

/** Paths to read or to write. */
export class Places {
  readonly #paths = new Set<string>();
  constructor(private readonly cwd: string) {}

  /** Adds paths, and what they lead to where they are links. */
  async add(...paths: readonly (string | undefined)[]): Promise<void> {
    for (const path of paths) {
      if (path === undefined || path === "") continue;
      const whole = resolve(this.cwd, path);
      this.#paths.add(whole);
      this.#paths.add(await Deno.realPath(whole).catch(() => whole));
    }
  }

  /** Adds the folder in which somebody looks for what was meant by a path that leads nowhere. */
  async addNearest(path: string): Promise<void> {
    let folder = dirname(resolve(this.cwd, path));
    while (dirname(folder) !== folder && !await isFolder(folder)) folder = dirname(folder);
    await this.add(folder);
  }

  get paths(): readonly string[] {
    return [...this.#paths];
  }

  /**
   * As a flag of Deno takes them, with commas between. Deno has no way to write a comma within a path: where one is, the
   * nearest folder above it without one is named.
   */
  toString(): string {
    return [...new Set([...this.#paths].map(withoutComma))].join(",");
  }

  /** As `toString`, for what is forbidden: a path with a comma is left out, for the folder above it may be needed. */
  toForbid(): string {
    return [...this.#paths].filter((path) => !path.includes(",")).join(",");
  }
}

function withoutComma(path: string): string {
  let above = path;
  while (above.includes(",")) above = dirname(above);
  return above;
}
