/** A device with its compiled programs: what outlives the backend objects that tfjs makes and drops. */
import { attentionProbe, attentionWidths } from "../kernels/mod.ts";
import type { Buffer, Client, CompileOptions, Executable } from "../pjrt/mod.ts";
import type { ProgramCache } from "./disk.ts";
import { callsOneDnn, oneDnn } from "./flags.ts";
import { Programs } from "./programs.ts";

/** Milliseconds of compiling from which a program is saved on disk. */
const worthSaving = 20;

/**
 * The program under the name of what it is, which profilers and XLA's own messages show. Programs are known by their text
 * without it: the same one under two names is compiled once.
 */
function titled(text: string, name: string): string {
  const title = name.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "");
  return title === "" ? text : text.replace("module @program", `module @denoise_${title}`);
}

/**
 * A client, how it compiles, and what it has compiled.
 *
 * @internal
 */
export class XlaDevice {
  readonly #programs = new Programs(() => this.#busy);
  readonly #underWay = new Map<string, Promise<Executable>>();
  readonly #running = new Set<Promise<void>>();
  #attentionWidth: number | undefined;
  /** Programs compiled, and taken from disk, so far. */
  readonly counts = { compiled: 0, loaded: 0 };

  constructor(
    readonly client: Client,
    readonly flags: NonNullable<CompileOptions["flags"]>,
    readonly cache: ProgramCache | undefined,
    /** Devices that compiled functions are split over. */
    readonly devices = 1,
    /** Starts of addresses of code that messages do not name: see `userLine`. */
    readonly library: readonly string[] = [],
    /** See `XlaOptions.compiling`. */
    private readonly compiling: (name: string) => () => void = () => () => {},
  ) {}

  /** The widest head of attention for which the device has a kernel; 0 where it has none. Found by compiling one, once. */
  get attentionWidth(): number {
    return this.#attentionWidth ??= attentionWidths.find((width) => {
      try {
        this.programSync(attentionProbe(width));
        return true;
      } catch {
        return false; // cuDNN has no plan for it, or there is no cuDNN
      }
    }) ?? 0;
  }

  /** The program, compiled already? */
  has(text: string): boolean {
    return this.#programs.has(text);
  }

  /**
   * A program for a compiled function, which holds it. Compiled unless it is; the event loop keeps running.
   *
   * @param name of the function, for people
   */
  async program(text: string, name: string, partitions = 1): Promise<Executable> {
    return this.#programs.hold(await this.prepare(text, name, partitions));
  }

  /** A compiled function needs a program no more. */
  release(executable: Executable): void {
    this.#programs.release(executable);
  }

  /** As `program`, for who asks for it again when it is run: it may be freed by then. */
  async prepare(text: string, name: string, partitions = 1): Promise<Executable> {
    const known = this.#programs.get(text);
    if (known !== undefined) return known;
    const running = this.#underWay.get(text);
    if (running !== undefined) return await running;
    const started = this.#make(text, name, partitions).then((made) => this.#programs.keep(text, made));
    this.#underWay.set(text, started);
    try {
      return await started;
    } finally {
      this.#underWay.delete(text);
    }
  }

  /** A program to be run at once. The thread is blocked while it is compiled. */
  programSync(text: string): Executable {
    const known = this.#programs.get(text);
    if (known !== undefined) return known;
    const executable = this.#loadSync(text) ?? this.#compileSync(text);
    return this.#programs.keep(text, executable);
  }

  /** Runs on the first device. */
  run(executable: Executable, inputs: readonly Buffer[]): Buffer[] {
    return executable.execute([inputs])[0]!;
  }

  /** Remembers a run until it ends. What it fails with is told to who reads its results. */
  watch(run: Promise<void>): void {
    this.#running.add(run);
    const forget = () => void this.#running.delete(run);
    run.then(forget, forget);
  }

  /** Resolves once nothing is compiled any more, and nothing of compiled functions runs; after a time, in any case. */
  async idle(milliseconds: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, milliseconds);
    let waiting = true;
    const ended = async () => {
      while (waiting && this.#busy) {
        await Promise.allSettled([...this.#running, ...this.#underWay.values()]);
      }
    };
    await Promise.race([ended(), late.promise]);
    waiting = false;
    clearTimeout(timer);
  }

  /**
   * Frees all programs, unless some are running or compile still. Left to the collector, which knows nothing of their
   * size, they would pile up where devices come and go. Who asks for one again compiles it again, or takes it from disk.
   */
  free(): void {
    this.#programs.free();
  }

  get #busy(): boolean {
    return this.#running.size > 0 || this.#underWay.size > 0;
  }

  async #make(text: string, name: string, partitions: number): Promise<Executable> {
    const options = { partitions, flags: this.flags };
    const saved = this.cache?.find(text, partitions);
    if (saved !== undefined) {
      try {
        return this.#loaded(await this.client.load(saved, options));
      } catch {
        // Saved by another build: compiled again, and saved again.
      }
    }
    const start = performance.now();
    const ended = this.compiling(name);
    try {
      const executable = await this.client.compile(titled(text, name), options);
      this.#save(text, partitions, executable, performance.now() - start);
      return executable;
    } finally {
      ended();
    }
  }

  #loadSync(text: string): Executable | undefined {
    const saved = this.cache?.find(text, 1);
    try {
      return saved && this.#loaded(this.client.loadSync(saved));
    } catch {
      return undefined; // as in #make
    }
  }

  #compileSync(text: string): Executable {
    const start = performance.now();
    const executable = this.client.compileSync(titled(text, "operations"), { flags: this.flags });
    this.#save(text, 1, executable, performance.now() - start);
    return executable;
  }

  #loaded(executable: Executable): Executable {
    this.counts.loaded++;
    return executable;
  }

  /** Saves what took longer to compile than it takes to load, and can be saved. */
  #save(text: string, partitions: number, executable: Executable, milliseconds: number): void {
    this.counts.compiled++;
    if (milliseconds < worthSaving) return;
    // XLA (2026) ends the process where it is to serialise a call of oneDNN.
    const asked = this.flags[oneDnn] === true || process.env.XLA_FLAGS?.includes(oneDnn) === true;
    if (asked && callsOneDnn(executable)) return;
    this.cache?.save(text, partitions, executable);
  }
}
