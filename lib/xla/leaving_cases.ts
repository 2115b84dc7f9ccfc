/** Ways in which a process can end, for the tests that end one while XLA works: the process's part, and the watcher's. */

/** Calls within 60 ms: at any moment of what is under way. */
export const later = (call: () => void) => setTimeout(call, Math.random() * 60);

/** How a process ends by itself, with the exit code that it should have. */
const byItself = {
  fall: { code: 0, end: () => {} },
  exit: { code: 7, end: () => later(() => Deno.exit(7)) },
  exitAtOnce: { code: 7, end: () => Deno.exit(7) },
  exitCode: { code: 5, end: () => Deno.exitCode = 5 },
  nodeExit: { code: 3, end: () => later(() => process.exit(3)) },
  throw: {
    code: 1,
    end: () =>
      later(() => {
        throw new Error("Thrown on purpose");
      }),
  },
  throwAtOnce: {
    code: 1,
    end: () => {
      throw new Error("Thrown on purpose");
    },
  },
  reject: { code: 1, end: () => later(() => void Promise.reject(new Error("Thrown on purpose"))) },
} satisfies Record<string, { readonly code: number; end(): void }>;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Every way of ending; on Windows, those that it has. */
export const endings: readonly string[] = [
  ...Object.keys(byItself),
  ...(Deno.build.os === "windows" ? [] : signals),
];

/** Lines on standard output before the end. All of them have to arrive. */
const linesBefore = 2000;

/** What a process is doing when it ends; under way when the function returns. */
export type LeavingState = (plugin: string) => void | Promise<void>;

/** The process's part: `<plugin> <state> <ending>` as arguments. */
export async function endIn(states: Readonly<Record<string, LeavingState>>): Promise<void> {
  const [plugin, state, ending] = Deno.args as [string, string, string];
  await states[state]!(plugin);
  for (let i = 0; i < linesBefore; i++) console.log(`line ${i}`);
  const { end } = byItself[ending as keyof typeof byItself] ?? { end: () => setInterval(() => {}, 1000) };
  end();
}

/**
 * The watcher's part: runs a module that calls `endIn`.
 *
 * @returns what is wrong with how it ended; undefined where it ended as it should
 */
export async function faultOf(
  module: URL,
  { plugin, state, ending, seconds = 60 }: { plugin: string; state: string; ending: string; seconds?: number },
): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  const child = new Deno.Command(Deno.execPath(), {
    env: { TMPDIR: folder }, // what it leaves there goes with it
    args: ["run", "--quiet", "--no-check", "--allow-all", module.href, plugin, state, ending],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, seconds * 1000);
  const errors = new Response(child.stderr).text();
  const asked = signals.find((signal) => signal === ending);
  let lines = 0;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    lines += text.split("\n").length - 1;
    if (lines === linesBefore && asked !== undefined) later(() => child.kill(asked));
  }
  const { code, signal } = await child.status;
  clearTimeout(timer);
  await Deno.remove(folder, { recursive: true });
  const expected = byItself[ending as keyof typeof byItself]?.code;
  const how = late ? `did not end within ${seconds} s` : `ended with ${signal ?? `exit code ${code}`}`;
  const right = !late && (asked === undefined ? signal === null && code === expected : signal === asked);
  if (right && lines === linesBefore) return undefined;
  return `"${state}" and "${ending}" (${
    asked ?? `exit code ${expected}`
  }): it ${how} after ${lines} of ${linesBefore} ` +
    `lines; ${(await errors).slice(-500)}`;
}

/** All that is wrong with how a module ends in a state, in every way once. */
export async function faultsOf(module: URL, plugin: string, state: string): Promise<string[]> {
  const faults: string[] = [];
  const left = endings.values();
  const watch = async () => {
    for (const ending of left) faults.push(await faultOf(module, { plugin, state, ending }) ?? "");
  };
  await Promise.all([watch(), watch()]);
  return faults.filter(Boolean);
}
