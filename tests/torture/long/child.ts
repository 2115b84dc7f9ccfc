/**
 * Trains for long, and writes down what the process holds meanwhile: a line of JSON after every so many steps.
 *
 * Arguments: recipe, folder of runs, cache, file for the lines, steps between two of them.
 */
let live = 0; // what XLA made and has not been given back: its buffers and programs are registered there
globalThis.FinalizationRegistry = class<T> extends FinalizationRegistry<T> {
  constructor(free: (held: T) => void) {
    super((held) => (live--, free(held)));
  }
  override register(target: WeakKey, held: T, token?: WeakKey): void {
    live++;
    super.register(target, held, token);
  }
  override unregister(token: WeakKey): boolean {
    const was = super.unregister(token);
    if (was) live--;
    return was;
  }
};

const tf = await import("@tensorflow/tfjs");
const { builtins, terminalConsole, train } = await import("../../../mod.ts");
const [recipe, runs, cache, file, every] = Deno.args as [string, string, string, string, string];

const console_ = terminalConsole();
const entries = (folder: string) => [...Deno.readDirSync(folder)].length;
let steps = 0;
const started = performance.now();
const measures = {
  ...console_,
  line: () => {},
  endProgress: () => {},
  progress() {
    if (++steps % Number(every) !== 0) return;
    (globalThis as unknown as { gc(): void }).gc();
    const { heapUsed, external, rss } = Deno.memoryUsage();
    const { numTensors, numBytes } = tf.memory();
    const figures = {
      step: steps,
      milliseconds: performance.now() - started,
      heap: heapUsed,
      external,
      resident: rss,
      tensors: numTensors,
      "tensor bytes": numBytes,
      "XLA's buffers": live,
      "open files": entries("/proc/self/fd"),
      threads: entries("/proc/self/task"),
    };
    Deno.writeTextFileSync(file, `${JSON.stringify(figures)}\n`, { append: true });
  },
};
const result = await train(recipe, { plugins: builtins, runs, cache }, measures);
if (result.outcome !== "finished") Deno.exit(1);
