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
  /** Held by compiled functions too: freed by the collector. */
  readonly #held = new WeakSet<Executable>();
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

  keep(text: string, executable: Executable): void {
    if (this.#byText.size === 0) addEventListener("unload", this.#unloading);
    this.#byText.set(text, executable);
    if (this.#byText.size <= this.limit) return;
    const [oldest] = this.#byText.keys();
    const unused = this.#byText.get(oldest!)!;
    this.#byText.delete(oldest!);
    if (!this.#held.has(unused)) unused[Symbol.dispose]();
  }

  /** Somebody else holds a program too: it is not freed before they let go of it. */
  hold(executable: Executable): Executable {
    this.#held.add(executable);
    return executable;
  }

  /** Frees all, unless some are running or compile still. */
  free(): void {
    if (this.busy()) return;
    removeEventListener("unload", this.#unloading);
    for (const executable of this.#byText.values()) executable[Symbol.dispose]();
    this.#byText.clear();
  }
}
