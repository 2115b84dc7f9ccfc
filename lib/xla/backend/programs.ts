/** The compiled programs of a device. */
import type { Executable } from "../pjrt/mod.ts";

/**
 * Most programs that are kept. Each takes about a megabyte and, on a processor, ten mappings of memory or more, of which
 * Linux allows a process 65,530.
 */
const most = 512;

/**
 * Programs by their text, a bounded number: the one that was not used for longest goes first. All are freed when the module
 * is unloaded, as the collector frees nothing then: the files of `deno test` are loaded one after the other into a process.
 */
export class Programs {
  /** In order of their last use. */
  readonly #byText = new Map<string, Executable>();
  /** Those that compiled functions hold. The functions may be forgotten: the collector frees their programs then. */
  readonly #held = new WeakMap<Executable, { holders: number; readonly program: WeakRef<Executable> }>();
  /** Held, and no longer among those that are kept. */
  readonly #apart = new Set<WeakRef<Executable>>();
  readonly #unloading = () => this.free();

  /** @param busy whether programs may be running or compile */
  constructor(private readonly busy: () => boolean, private readonly limit = most) {}

  has(text: string): boolean {
    return this.#byText.has(text);
  }

  get(text: string): Executable | undefined {
    const executable = this.#byText.get(text);
    if (executable === undefined) return undefined;
    this.#byText.delete(text);
    this.#byText.set(text, executable);
    return executable;
  }

  /** @returns the program to use: the one before it, where it was compiled twice at the same time */
  keep(text: string, executable: Executable): Executable {
    if (this.#byText.size === 0) addEventListener("unload", this.#unloading);
    const before = this.get(text);
    if (before !== undefined) {
      executable[Symbol.dispose]();
      return before;
    }
    this.#byText.set(text, executable);
    if (this.#byText.size > this.limit) this.#freeOldest();
    return executable;
  }

  /** Somebody else holds a program too: it is not freed before they release it. */
  hold(executable: Executable): Executable {
    const held = this.#held.get(executable);
    if (held === undefined) this.#held.set(executable, { holders: 1, program: new WeakRef(executable) });
    else held.holders++;
    return executable;
  }

  /** Takes a `hold` back. What nobody needs any more is freed: the collector would not hurry, as it sees no size. */
  release(executable: Executable): void {
    const held = this.#held.get(executable);
    if (held === undefined || --held.holders > 0) return;
    this.#held.delete(executable);
    if (this.#apart.delete(held.program)) executable[Symbol.dispose]();
  }

  /** Frees all, unless some are running or compile still. */
  free(): void {
    if (this.busy()) return;
    removeEventListener("unload", this.#unloading);
    for (const executable of this.#byText.values()) executable[Symbol.dispose]();
    for (const program of this.#apart) program.deref()?.[Symbol.dispose]();
    this.#byText.clear();
    this.#apart.clear();
  }

  #freeOldest(): void {
    const [text] = this.#byText.keys();
    const executable = this.#byText.get(text!)!;
    this.#byText.delete(text!);
    const held = this.#held.get(executable);
    if (held === undefined) executable[Symbol.dispose]();
    else this.#apart.add(held.program);
  }
}
