/** What a plugin can be doing when its process ends: run by `leaving_test.ts` as `leaving_states.ts <plugin> <state> <ending>`. */
import { endIn, later, type LeavingState } from "../leaving_cases.ts";
import { loadPlugin } from "./mod.ts";

const side = 384;

/** Products and sines of matrices, one after the other: each takes a millisecond or more to compute. */
function longProgram(steps: number): string {
  const type = `tensor<${side}x${side}xf32>`;
  const lines = Array.from({ length: steps }, (_, i) => {
    const before = i === 0 ? "%a" : `%w${i - 1}`;
    return `%v${i} = stablehlo.dot_general ${before}, %a, contracting_dims = [1] x [0] : (${type}, ${type}) -> ${type}
      %w${i} = stablehlo.sine %v${i} : ${type}`;
  });
  return `module { func.func public @main(%a: ${type}) -> ${type} {
    ${lines.join("\n")}
    return %w${steps - 1} : ${type} } }`;
}

const start = (path: string, cpu_device_count = 1) => loadPlugin(path).createClient({ cpu_device_count });

/** A client with a compiled program and its argument. */
async function ready(path: string) {
  const client = start(path);
  const program = await client.compile(longProgram(20));
  const argument = client.upload(new Float32Array(side * side).fill(0.01), [side, side], "f32");
  return { client, program, argument };
}

const held: unknown[] = []; // what is not forgotten before the end

const own = {
  loaded: (path) => void loadPlugin(path),
  client: (path) => void held.push(start(path)),
  clients: (path) => void held.push(start(path, 1), start(path, 2), start(path, 4)),
  compiling: (path) => void start(path).compile(longProgram(400)).catch(() => {}),
  async loading(path) {
    const { client, program } = await ready(path);
    const bytes = program.serialize();
    for (let i = 0; i < 20; i++) client.load(bytes).catch(() => {});
  },
  async executing(path) {
    const { program, argument } = await ready(path);
    for (let i = 0; i < 10; i++) program.execute([[argument]]);
  },
  async started(path) {
    const { program, argument } = await ready(path);
    for (let i = 0; i < 10; i++) program.start([[argument]]).done.catch(() => {});
  },
  async reading(path) {
    const { client, program, argument } = await ready(path);
    program.execute([[argument]])[0]![0]!.read().catch(() => {});
    client.upload(new Uint8Array(2 ** 26), [2 ** 26], "ui8").read().catch(() => {});
  },
  async disposed(path) {
    const { client, program, argument } = await ready(path);
    const output = program.execute([[argument]])[0]![0]!;
    for (const one of [output, argument, program, client]) one[Symbol.dispose]();
  },
  async disposedWhileBusy(path) {
    const { client, program, argument } = await ready(path);
    held.push(program.execute([[argument]]), program.start([[argument]]).outputs, program, argument);
    client.compile(longProgram(100)).catch(() => {});
    client[Symbol.dispose]();
  },
} satisfies Record<string, LeavingState>;

/** A state of a worker, which is ended, or ends itself, while XLA works; the main thread's end comes before or after. */
const ofWorker = (state: keyof typeof own): LeavingState => (path) => {
  const worker = new Worker(new URL("./leaving_worker.ts", import.meta.url), { type: "module" });
  worker.postMessage([path, state]);
  return new Promise((resolve) => {
    worker.onmessage = () => {
      later(() => worker.terminate());
      resolve();
    };
  });
};

export const pjrtStates: Readonly<Record<string, LeavingState>> = {
  ...own,
  workerLoaded: ofWorker("loaded"),
  workerCompiling: ofWorker("compiling"),
  workerExecuting: ofWorker("executing"),
  workerDisposed: ofWorker("disposed"),
};

if (import.meta.main) await endIn(pjrtStates);
