/** Runs tasks of WebAssembly functions on all cores: threads that share the memory of tfjs's wasm backend. */
import { Worker } from "node:worker_threads";

/** Places in the control block. */
const at = {
  open: 0,
  active: 1,
  next: 2,
  total: 3,
  fn: 4,
  list: 5,
  scratch: 6,
  scratchBytes: 7,
  failed: 8,
  size: 9,
} as const;

type Task = (task: number, list: number, scratch: number) => void;

/** What a thread runs; its text becomes the program of a worker, so it uses nothing from outside. */
function member(
  { parentPort, workerData }: typeof import("node:worker_threads"),
  [open, active, next, total, fn, list, scratch, scratchBytes, failed]: readonly number[],
): void {
  const { module, memory, control, names, index } = workerData;
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const tasks: Task[] = names.map((name: string) => exports[name]);
  parentPort!.postMessage("ready");
  for (let seen = 0;;) {
    Atomics.wait(control, open!, seen);
    seen = Atomics.load(control as Int32Array, open!);
    if (seen < 0) return;
    if (seen === 0) continue;
    // Enter, then look again whether the job is still open: whoever closes it waits for those who have entered.
    Atomics.add(control, active!, 1);
    if (Atomics.load(control, open!) > 0) {
      const place = control[scratch!] + index * control[scratchBytes!];
      const run = tasks[control[fn!]]!;
      try {
        for (let task; (task = Atomics.add(control, next!, 1)) < control[total!];) run(task, control[list!], place);
      } catch {
        Atomics.store(control as Int32Array, failed!, 1);
      }
    }
    Atomics.sub(control, active!, 1);
    Atomics.notify(control, active!);
  }
}

/** Threads over one memory. Without shared memory there is only the calling thread. */
export class ThreadPool {
  /** Threads that work, the calling one among them. */
  readonly size: number;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * at.size));
  readonly #tasks: Map<string, { index: number; run: Task }>;
  readonly #workers: Worker[];
  #job = 0;

  /** Threads are at work a moment after the constructor returns; until then the calling one does everything. */
  constructor(binary: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory, threads: number) {
    const module = new WebAssembly.Module(binary);
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.#tasks = new Map(names.map((name, index) => [name, { index, run: exports[name] as Task }]));
    const shared = memory.buffer instanceof SharedArrayBuffer;
    this.size = shared ? threads : 1;
    const program = `(${member})(require("node:worker_threads"), [${Object.values(at).slice(0, -1)}])`;
    this.#workers = Array.from({ length: this.size - 1 }, (_, i) => {
      const workerData = { module, memory, control: this.#control, names, index: i + 1 };
      const worker = new Worker(program, { eval: true, workerData });
      worker.unref();
      return worker;
    });
  }

  /**
   * Runs tasks `0 … total - 1` of a function, each once, in any order, on any thread.
   *
   * @param list address of the arguments
   * @param scratch address of `scratchBytes` bytes for each thread
   */
  run(name: string, total: number, list: number, scratch = 0, scratchBytes = 0): void {
    const { index, run } = this.#tasks.get(name)!;
    const control = this.#control;
    control[at.total] = total;
    control[at.fn] = index;
    control[at.list] = list;
    control[at.scratch] = scratch;
    control[at.scratchBytes] = scratchBytes;
    Atomics.store(control, at.next, 0);
    if (this.#workers.length > 0 && total > 1) {
      this.#job = (this.#job & 0xffffff) + 1;
      Atomics.store(control, at.open, this.#job);
      Atomics.notify(control, at.open);
    }
    try {
      for (let task; (task = Atomics.add(control, at.next, 1)) < total;) run(task, list, scratch);
    } finally {
      Atomics.store(control, at.open, 0);
      for (let active; (active = Atomics.load(control, at.active)) > 0;) Atomics.wait(control, at.active, active, 1);
    }
    if (Atomics.load(control, at.failed) !== 0) throw new Error(`A thread of the wasm backend failed in "${name}"`);
  }

  /** Ends the threads. */
  stop(): void {
    Atomics.store(this.#control, at.open, -1);
    Atomics.notify(this.#control, at.open);
    for (const worker of this.#workers) worker.terminate();
  }
}
